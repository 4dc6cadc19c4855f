"""The wing of realtime: card transactions watched for fraud.

A capability's imports happen when it is used, so that loading the wing is fast.
"""

from typing import TYPE_CHECKING

from hallmark.systems.realtime.outputs import Output
from hallmark.systems.wing import Access, Costed, Deciding, Step, Wing

if TYPE_CHECKING:
    from hallmark.digest import DigestPart
    from hallmark.load.load import Load
    from hallmark.observe.difference import Difference
    from hallmark.redrive.failures import Failures
    from hallmark.sending.sending import Sending
    from hallmark.stage import Stage
    from hallmark.systems.realtime.cards.transaction import Transaction


def _access(stage: "Stage") -> Access:
    from hallmark.systems.realtime import api

    return api.access(stage)


def _api_id(stage: "Stage") -> str:
    from hallmark.systems.realtime import api

    return api.api_id(stage)


def _publish_rules(stage: "Stage") -> None:
    from hallmark.systems.realtime import fraud_rules

    fraud_rules.publish(stage)


def _rules_differ(stage: "Stage") -> "list[Difference]":
    from hallmark.systems.realtime.fraud_rules import drift

    return drift.differences(stage)


def _sending() -> "Sending[Transaction]":
    from hallmark.systems.realtime.sending import Cards

    return Cards()


def _digest() -> "tuple[DigestPart, ...]":
    from hallmark.systems.realtime.digest import PARTS

    return PARTS


def _failures() -> "Failures":
    from hallmark.systems.realtime.failures import FAILURES

    return FAILURES


def _load() -> "Load":
    from hallmark.systems.realtime.load.card_load import CardLoad

    return CardLoad()


WING = Wing(
    access=_access,
    api_id=_api_id,
    after_deploy=(Step("publish the rules", _publish_rules),),
    deciding=(
        Deciding(
            control="RT_RULE_FIVE",
            about="the versions of the fraud rules",
            differences=_rules_differ,
            fix="Run `hallmark realtime rules verify`, which says what to do about each.",
            stores=(Output.RULES_TABLE,),
        ),
    ),
    sending=_sending,
    digest=_digest,
    failures=_failures,
    load=_load,
    costed=Costed(
        "transactions",
        "accepted",
        # The envelope around the detail of a stored event.
        # https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
        {
            "version": "0",
            "id": "17793124-05d4-b198-2fde-7ededc63b103",
            "detail-type": "TransactionReceived",
            "source": "hallmark.realtime",
            "account": "123456789012",
            "time": "2026-11-20T15:40:07Z",
            "region": "eu-central-1",
            "resources": [],
            "detail": "",
        },
    ),
    commands={"rules": "rules:rules_app", "audit": "audit:audit", "replay": "replay:replay"},
)
