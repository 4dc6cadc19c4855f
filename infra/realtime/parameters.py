"""The parameters of a stage of `realtime`, each with its rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from infra.errors import bad
from infra.limits import (
    ACCOUNT_BURST,
    ACCOUNT_RATE_PER_SECOND,
    LARGEST_QUOTA_PER_DAY,
    LEAST_MEMORY_MB,
    MOST_MEMORY_MB,
    RESERVABLE_CONCURRENCY,
)
from infra.parameters import items, number, numbers, schema_file, short_name

# The upper bounds catch typing errors.
# Ten years, the longest that any rule on card data asks for; the API itself accepts any number of days.
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html
LONGEST_RETENTION_DAYS = 3650
# Velocity is about minutes. All transactions in the window are read for each new one.
LONGEST_VELOCITY_WINDOW_SECONDS = 24 * 3600
# A published rule takes effect after two cache lifetimes; a fraud rule cannot wait longer.
LONGEST_RULES_CACHE_SECONDS = 3600


class Function(StrEnum):
    """The functions, in the order in which a transaction passes them."""

    INGEST_PROCESSOR = "ingest_processor"
    FRAUD_DETECTOR = "fraud_detector"
    NOTIFIER = "notifier"


# A client waits for the first; every verdict needs the second.
CRITICAL_FUNCTIONS = (Function.INGEST_PROCESSOR, Function.FRAUD_DETECTOR)


@dataclass(frozen=True)
class Parameters:
    """The configurable values: defaults in cdk.json, `-c realtime.<key>=<value>` for a single synth."""

    memory_mb: int = number("memoryMb", at_least=LEAST_MEMORY_MB, at_most=MOST_MEMORY_MB)
    default_reserved: int = number("defaultReservedConcurrency", at_most=RESERVABLE_CONCURRENCY)
    reserved_overrides: Mapping[str, int] = numbers(
        "reservedConcurrencyOverrides", tuple(Function), at_most=RESERVABLE_CONCURRENCY
    )
    provisioned_critical: int = number("provisionedConcurrencyCritical", at_least=0, at_most=RESERVABLE_CONCURRENCY)
    archive_retention_days: int = number("archiveRetentionDays", at_most=LONGEST_RETENTION_DAYS)
    # The count stops at 100; a single transaction has no velocity.
    velocity_threshold: int = number("velocityThreshold", at_least=2, at_most=100)
    velocity_window_seconds: int = number("velocityWindowSeconds", at_most=LONGEST_VELOCITY_WINDOW_SECONDS)
    rules_cache_seconds: int = number("rulesCacheSeconds", at_most=LONGEST_RULES_CACHE_SECONDS)
    home_countries: tuple[str, ...] = items("homeCountries", r"[A-Z]{2}", "countries such as NL")
    domestic_regions: tuple[str, ...] = items("domesticRegions", r"us(-[a-z]+)+-[0-9]", "US regions such as us-east-1")
    api_key_name: str = short_name("apiKeyName")
    usage_plan_name: str = short_name("usagePlanName")
    throttle_rate_per_second: int = number("throttleRatePerSecond", at_most=ACCOUNT_RATE_PER_SECOND)
    throttle_burst: int = number("throttleBurst", at_most=ACCOUNT_BURST)
    quota_per_day: int = number("quotaPerDay", at_most=LARGEST_QUOTA_PER_DAY)
    request_schema: Mapping[str, Any] = schema_file("requestSchemaFile")

    def __post_init__(self) -> None:
        """Refuse more provisioned executions than a function reserves."""
        for function in CRITICAL_FUNCTIONS:
            reserved = self.reserved_concurrency[function]
            if self.provisioned_critical > reserved:
                wants = f"no more than the {reserved} reserved for {function}"
                raise bad("realtime.provisionedConcurrencyCritical", self.provisioned_critical, wants)

    @property
    def reserved_concurrency(self) -> Mapping[str, int]:
        """Return the concurrent executions that each function reserves."""
        return {one: self.reserved_overrides.get(one, self.default_reserved) for one in Function}

    @property
    def provisioned_concurrency(self) -> Mapping[str, int]:
        """Return the provisioned executions of each function."""
        return {one: self.provisioned_critical if one in CRITICAL_FUNCTIONS else 0 for one in Function}

    @property
    def rule_parameters(self) -> dict[str, Any]:
        """Return the parameters of the fraud rules, which publishing them needs."""
        return {
            "velocityThreshold": self.velocity_threshold,
            "velocityWindowSeconds": self.velocity_window_seconds,
            "homeCountries": list(self.home_countries),
            "domesticRegions": list(self.domestic_regions),
            "rulesCacheSeconds": self.rules_cache_seconds,
        }
