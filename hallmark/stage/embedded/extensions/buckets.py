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


def _transition(transition: Properties) -> Properties:
    return {"Days": transition["TransitionInDays"], "StorageClass": transition["StorageClass"]}


def _rule(rule: Properties) -> Properties:
    request: Properties = {
        "ID": rule["Id"],
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
        "Transition": [_transition(transition) for transition in rule.get("Transitions", [])],
    }
    if days := rule.get("ExpirationInDays"):
        request["Expiration"] = {"Days": days}
    if days := (rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays"):
        request["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    if days := (rule.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation"):
        request["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
    return request


def _lifecycle(name: str, setting: Properties) -> None:
    rules = [_rule(rule) for rule in setting["Rules"]]
    accepted(s3._put_bucket_lifecycle(name, tostring(_xml("LifecycleConfiguration", {"Rule": rules}))))
    bucket_settings.keep_smallest(name, setting.get("TransitionDefaultMinimumObjectSize", bucket_settings.SMALLEST))


def _tiering(name: str, settings: list[Properties]) -> None:
    for one in settings:
        narrowed = {"Prefix": one["Prefix"]} if one.get("Prefix") else {}
        request = {"Id": one["Id"], "Filter": narrowed, "Status": one["Status"], "Tiering": one["Tierings"]}
        body = tostring(_xml("IntelligentTieringConfiguration", request))
        accepted(bucket_settings.keep_tiering(name, one["Id"], body))


SETTINGS: dict[str, Callable[[str, Any], None]] = {
    "BucketEncryption": _encryption,
    "LifecycleConfiguration": _lifecycle,
    "IntelligentTieringConfigurations": _tiering,
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
