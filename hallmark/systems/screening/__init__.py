"""The wing of screening: card, cash and transfer transactions, screened for fraud and compliance.

A capability's imports happen when it is used, so that loading the wing is fast.
"""

from typing import TYPE_CHECKING

from hallmark.images.deployment import IMAGES
from hallmark.systems.wing import Access, Costed, Wing

if TYPE_CHECKING:
    from datetime import datetime

    from hallmark.digest import DigestPart
    from hallmark.load.load import Load
    from hallmark.redrive.failures import Failures
    from hallmark.sending.sending import Sending
    from hallmark.stage import Stage
    from hallmark.stuck import Stuck
    from hallmark.systems.screening.transaction import Transaction


def _access(stage: "Stage") -> Access:
    from hallmark.systems.screening import machine

    return machine.access(stage)


def _sending() -> "Sending[Transaction]":
    from hallmark.systems.screening.sending import Transactions

    return Transactions()


def _digest() -> "tuple[DigestPart, ...]":
    from hallmark.systems.screening.digest import PARTS

    return PARTS


def _failures() -> "Failures":
    from hallmark.systems.screening.failures import failures

    return failures()


def _load() -> "Load":
    from hallmark.systems.screening.load.screening_load import ScreeningLoad

    return ScreeningLoad()


def _stuck(stage: "Stage", now: "datetime", seconds: float) -> "list[Stuck]":
    from hallmark.systems.screening.stuck import stuck

    return stuck(stage, now, seconds)


WING = Wing(
    access=_access,
    before_main=(IMAGES,),
    sending=_sending,
    digest=_digest,
    failures=_failures,
    stuck=_stuck,
    load=_load,
    costed=Costed("transactions", "accepted"),
    commands={"lists": "lists:lists", "audit": "audit:audit", "stuck": "stuck:stuck"},
)
