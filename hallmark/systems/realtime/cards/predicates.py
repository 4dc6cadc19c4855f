"""The five rules as plain predicates, written independently of the event patterns that they are compared with."""

from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType

from hallmark.systems.realtime.cards.enrichment import Enriched
from hallmark.systems.realtime.cards.parameters import RuleParameters

Predicate = Callable[[Enriched, RuleParameters], bool]

HIGH_VALUE = Decimal(1000)
HIGH_RISK_CATEGORIES = ("electronics", "luxury", "crypto")
LAST_NIGHT_HOUR = 5


def high_value_domestic(enriched: Enriched, parameters: RuleParameters) -> bool:
    """Return whether the amount is 1,000 US dollars or more in a domestic region."""
    transaction = enriched.transaction
    return (
        transaction.amount >= HIGH_VALUE
        and transaction.currency == "USD"
        and transaction.region in parameters.domestic_regions
    )


def high_risk_merchant(enriched: Enriched, _: RuleParameters) -> bool:
    """Return whether the merchant's category is a high-risk one."""
    return enriched.transaction.merchant_category in HIGH_RISK_CATEGORIES


def geo_anomaly(enriched: Enriched, parameters: RuleParameters) -> bool:
    """Return whether the card was not present, outside the home countries."""
    return enriched.transaction.card_not_present and enriched.transaction.country not in parameters.home_countries


def velocity_spike(enriched: Enriched, parameters: RuleParameters) -> bool:
    """Return whether the account's count in the window has reached the stage's threshold."""
    return enriched.recent_txn_count >= parameters.velocity_threshold


def night_time(enriched: Enriched, _: RuleParameters) -> bool:
    """Return whether it is between midnight and six in the cardholder's time zone."""
    return enriched.local_hour <= LAST_NIGHT_HOUR


PREDICATES: MappingProxyType[str, Predicate] = MappingProxyType(
    {
        "high-value-domestic": high_value_domestic,
        "high-risk-merchant": high_risk_merchant,
        "geo-anomaly": geo_anomaly,
        "velocity-spike": velocity_spike,
        "night-time": night_time,
    }
)
RULE_IDS = tuple(PREDICATES)


def matching_rules(enriched: Enriched, parameters: RuleParameters) -> frozenset[str]:
    """Return the ids of the rules that an enriched transaction matches."""
    return frozenset(rule for rule, holds in PREDICATES.items() if holds(enriched, parameters))
