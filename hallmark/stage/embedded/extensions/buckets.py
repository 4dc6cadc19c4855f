"""Bucket settings that the emulator's CloudFormation drops, and uploads under the AWS-managed key.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from ministack.core.responses import get_account_id, get_region
from ministack.services import s3

from hallmark.stage.embedded.extensions import bucket_settings
from hallmark.stage.embedded.extensions.provisioning import Properties, accepted, after

KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"
_SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
# Names in a template and in the API.
_TRANSITION = {"TransitionInDays": "Days", "TransitionDate": "Date", "StorageClass": "StorageClass"}
_NONCURRENT = {
    "TransitionInDays": "NoncurrentDays",
    "NewerNoncurrentVersions": "NewerNoncurrentVersions",
    "StorageClass": "StorageClass",
}
_EXPIRATION = {
    "ExpirationInDays": "Days",
    "ExpirationDate": "Date",
    "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
}
_AS_THEY_ARE = ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")


def _xml(tag: str, fields: Any, parent: Element | None = None) -> Element:
    """Write nested fields as the elements of an S3 request; a list repeats its element."""
    element = Element(tag) if parent is None else SubElement(parent, tag)
    if not isinstance(fields, dict):
        element.text = str(fields).lower() if isinstance(fields, bool) else str(fields)
        return element
    for name, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            _xml(name, item, element)
    return element


def _encryption(name: str, setting: Properties) -> None:
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
            "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
        }
        for rule in setting["ServerSideEncryptionConfiguration"]
    ]
    body = tostring(_xml("ServerSideEncryptionConfiguration", {"Rule": rules}))
    accepted(s3._put_bucket_encryption(name, body))


def _renamed(source: Properties, names: dict[str, str]) -> Properties:
    return {name: source[key] for key, name in names.items() if key in source}


def _filter(rule: Properties) -> Properties:
    """Return the filter of a rule; several conditions are in an `And`."""
    conditions = {name: rule[name] for name in ("Prefix", *_SIZES) if rule.get(name)}
    tags = rule.get("TagFilters") or []
    if len(conditions) + len(tags) > 1:
        return {"And": {**conditions, "Tag": tags}}
    return {"Tag": tags[0]} if tags else conditions or {"Prefix": ""}


def _rule(rule: Properties) -> Properties:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html"""
    request: Properties = {
        "ID": rule["Id"],
        "Status": rule["Status"],
        "Filter": _filter(rule),
        "Transition": [_renamed(one, _TRANSITION) for one in rule.get("Transitions", [])],
        "NoncurrentVersionTransition": [
            _renamed(one, _NONCURRENT) for one in rule.get("NoncurrentVersionTransitions", [])
        ],
    }
    if expiration := _renamed(rule, _EXPIRATION):
        request["Expiration"] = expiration
    return request | {name: rule[name] for name in _AS_THEY_ARE if name in rule}


def _lifecycle(name: str, setting: Properties) -> None:
    rules = [_rule(rule) for rule in setting["Rules"]]
    accepted(s3._put_bucket_lifecycle(name, tostring(_xml("LifecycleConfiguration", {"Rule": rules}))))
    bucket_settings.keep_smallest(name, setting.get("TransitionDefaultMinimumObjectSize", bucket_settings.SMALLEST))


def _tiering(name: str, settings: list[Properties]) -> None:
    for one in settings:
        narrowed = {"Prefix": one["Prefix"]} if one.get("Prefix") else {}
        request = {"Id": one["Id"], "Filter": narrowed, "Status": one["Status"], "Tiering": one["Tierings"]}
        body = tostring(_xml("IntelligentTieringConfiguration", request))
        accepted(bucket_settings.keep(name, "intelligent-tiering", one["Id"], body))


def _tags(name: str, tags: list[Properties]) -> None:
    accepted(s3._put_bucket_tagging(name, tostring(_xml("Tagging", {"TagSet": {"Tag": tags}}))))


SETTINGS: dict[str, Callable[[str, Any], None]] = {
    "BucketEncryption": _encryption,
    "LifecycleConfiguration": _lifecycle,
    "IntelligentTieringConfigurations": _tiering,
    "Tags": _tags,
}


def _apply(name: str, properties: Properties) -> None:
    for setting, put in SETTINGS.items():
        if setting in properties:
            put(name, properties[setting])


def install() -> None:
    """Apply the settings, and let `aws:kms` without a key id mean the account's aws/s3 key."""
    after("AWS::S3::Bucket", _apply)
    resolve = s3._resolve_sse_write_headers

    def resolve_headers(headers: dict[str, str], bucket: str) -> Any:
        if headers.get("x-amz-server-side-encryption") == "aws:kms" and not headers.get(KEY_HEADER):
            managed = f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/s3"
            headers = {**headers, KEY_HEADER: managed}
        return resolve(headers, bucket)

    s3._resolve_sse_write_headers = resolve_headers
