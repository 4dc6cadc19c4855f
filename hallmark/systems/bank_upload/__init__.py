"""The wing of bank_upload: banks' daily files, uploaded as multipart forms.

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
    from hallmark.systems.bank_upload.files import BankFile


def _access(stage: "Stage") -> Access:
    from hallmark.systems.bank_upload import api

    return api.access(stage)


def _api_id(stage: "Stage") -> str:
    from hallmark.systems.bank_upload import api

    return api.api_id(stage)


def _sending() -> "Sending[BankFile]":
    from hallmark.systems.bank_upload.sending import Files

    return Files()


def _digest() -> "tuple[DigestPart, ...]":
    from hallmark.systems.bank_upload.digest import PARTS

    return PARTS


def _failures() -> "Failures":
    from hallmark.systems.bank_upload.failures import failures

    return failures()


def _load() -> "Load":
    from hallmark.systems.bank_upload.load.upload_load import UploadLoad

    return UploadLoad()


def _stuck(stage: "Stage", now: "datetime", seconds: float) -> "list[Stuck]":
    from hallmark.systems.bank_upload.stuck import stuck

    return stuck(stage, now, seconds)


WING = Wing(
    access=_access,
    before_main=(IMAGES,),
    api_id=_api_id,
    sending=_sending,
    digest=_digest,
    failures=_failures,
    stuck=_stuck,
    load=_load,
    costed=Costed("uploads", "accepted", parts="rows"),
    commands={"audit": "audit:audit", "stuck": "stuck:stuck"},
)
