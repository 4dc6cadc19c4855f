"""What a stage has of a run's files, read when nothing changes any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from hallmark.parallel import each
from hallmark.stage import Stage
from hallmark.systems.bank_upload.expectation import Sent
from hallmark.systems.bank_upload.notifications import Said
from infra.bank_upload.outputs import Output

Item = Mapping[str, Any]
_MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"})


@dataclass
class Observed:
    """By upload its item, its object's bytes and its announcements, of the run's rows the items by their keys."""

    uploads: Mapping[str, Item] = field(default_factory=dict)
    rows: Mapping[str, Item] = field(default_factory=dict)
    objects: Mapping[str, bytes] = field(default_factory=dict)
    messages: Mapping[str, Sequence[tuple[Said, Said]]] = field(default_factory=dict)


def objects(stage: Stage, sent: Sequence[Sent], uploads: Mapping[str, Item]) -> dict[str, bytes]:
    """Return by upload the object of the version that was processed; nothing for one that is not there."""
    by_upload = {one.upload_id: one for one in sent}

    def read(one: Sent) -> bytes | None:
        return content_of(stage, one.key, uploads.get(one.upload_id, {}).get("versionId"))

    found = zip(by_upload, each(read, by_upload.values()), strict=True)
    return {upload: content for upload, content in found if content is not None}


def content_of(stage: Stage, key: str, version: str | None) -> bytes | None:
    """Return the bytes of an object's version, by default the newest; None for one that is not there."""
    named = {"VersionId": version} if version else {}
    try:
        answer = stage.client("s3").get_object(Bucket=stage.outputs[Output.FILES_BUCKET], Key=key, **named)
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return None
        raise
    content: bytes = answer["Body"].read()
    return content
