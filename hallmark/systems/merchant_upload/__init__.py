"""The wing of merchant_upload: merchants' files, uploaded with presigned forms.

A capability's imports happen when it is used, so that loading the wing is fast.
"""

from typing import TYPE_CHECKING

from hallmark.systems.wing import Access, Costed, Wing

if TYPE_CHECKING:
    from datetime import datetime

    from hallmark.digest import DigestPart
    from hallmark.load.load import Load
    from hallmark.redrive.failures import Failures
    from hallmark.sending.sending import Sending
    from hallmark.stage import Stage
    from hallmark.stuck import Stuck
    from hallmark.systems.merchant_upload.files import MerchantFile


def _access(stage: "Stage") -> Access:
    from hallmark.systems.merchant_upload import api

    return api.access(stage)


def _api_id(stage: "Stage") -> str:
    from hallmark.systems.merchant_upload import api

    return api.api_id(stage)


def _sending() -> "Sending[MerchantFile]":
    from hallmark.systems.merchant_upload.sending import Files

    return Files()


def _digest() -> "tuple[DigestPart, ...]":
    from hallmark.systems.merchant_upload.digest import PARTS

    return PARTS


def _failures() -> "Failures":
    from hallmark.systems.merchant_upload.failures import FAILURES

    return FAILURES


def _load() -> "Load":
    from hallmark.systems.merchant_upload.load.file_load import FileLoad

    return FileLoad()


def _stuck(stage: "Stage", now: "datetime", seconds: float) -> "list[Stuck]":
    from hallmark.systems.merchant_upload.stuck import stuck

    return stuck(stage, now, seconds)


WING = Wing(
    access=_access,
    api_id=_api_id,
    sending=_sending,
    digest=_digest,
    failures=_failures,
    stuck=_stuck,
    load=_load,
    costed=Costed("rows", "rows"),
    commands={"stuck": "stuck:stuck", "audit": "audit:audit"},
)
