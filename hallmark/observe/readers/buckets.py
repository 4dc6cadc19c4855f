"""Buckets and their policies.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

import json
from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, picked

BUCKET, POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"
_STEP = {"Days": "TransitionInDays", "Date": "TransitionDate", "StorageClass": "StorageClass"}
_LATER_STEP = {"NoncurrentDays": "TransitionInDays"}
_CORS = {"Id": "ID", "ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
_SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
# In a template: the list, and the destination. https://docs.aws.amazon.com/AmazonS3/latest/API/API_NotificationConfiguration.html
_NOTIFIED = {
    "LambdaFunctionConfigurations": ("LambdaConfigurations", "Function", "LambdaFunctionArn"),
    "QueueConfigurations": ("QueueConfigurations", "Queue", "QueueArn"),
    "TopicConfigurations": ("TopicConfigurations", "Topic", "TopicArn"),
}
_KEPT = ("Status", "Prefix", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")


def _names(deployment: Deployment) -> list[str]:
    listed = deployment.asked("s3", "list_buckets")["Buckets"]
    return [one["Name"] for one in listed if deployment.is_ours(BUCKET, one["Name"])]


def buckets(deployment: Deployment) -> Iterator[Thing]:
    """Yield the buckets."""
    for name in _names(deployment):
        properties: Json = {"BucketName": name}
        for part in _PARTS:
            properties |= part(deployment, name)
        yield Thing(BUCKET, name, properties)


def policies(deployment: Deployment) -> Iterator[Thing]:
    """Yield each bucket's policy."""
    for name in _names(deployment):
        if found := deployment.asked("s3", "get_bucket_policy", "NoSuchBucketPolicy", Bucket=name):
            properties = {"Bucket": name, "PolicyDocument": json.loads(found["Policy"])}
            yield Thing(POLICY, name, properties, ("Bucket",))


def _encryption(deployment: Deployment, name: str) -> Json:
    absent = "ServerSideEncryptionConfigurationNotFoundError"
    found = deployment.asked("s3", "get_bucket_encryption", absent, Bucket=name)
    rules = [
        {
            "ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"],
            **picked(rule, "BucketKeyEnabled"),
        }
        for rule in found.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    ]
    return {"BucketEncryption": {"ServerSideEncryptionConfiguration": rules}} if rules else {}


def _lifecycle(deployment: Deployment, name: str) -> Json:
    found = deployment.asked("s3", "get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration", Bucket=name)
    if not found:
        return {}
    smallest = picked(found, "TransitionDefaultMinimumObjectSize")
    return {"LifecycleConfiguration": {"Rules": [_rule(rule) for rule in found["Rules"]], **smallest}}


def _rule(rule: Json) -> Json:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html"""
    properties = {"Id": rule.get("ID"), **picked(rule, *_KEPT)}
    if steps := rule.get("Transitions"):
        properties["Transitions"] = [{_STEP[key]: value for key, value in step.items()} for step in steps]
    expiration = rule.get("Expiration") or {}
    if "Days" in expiration:
        properties["ExpirationInDays"] = expiration["Days"]
    if "Date" in expiration:
        properties["ExpirationDate"] = str(expiration["Date"])
    properties |= picked(expiration, "ExpiredObjectDeleteMarker")
    if steps := rule.get("NoncurrentVersionTransitions"):
        properties["NoncurrentVersionTransitions"] = [
            {_LATER_STEP.get(key, key): value for key, value in step.items()} for step in steps
        ]
    narrowed = rule.get("Filter") or {}
    narrowed = narrowed.get("And") or narrowed
    tags = [*narrowed.get("Tags", []), *([narrowed["Tag"]] if "Tag" in narrowed else [])]
    properties |= picked(narrowed, "Prefix")
    # S3 returns a minimum size of 0 together with other conditions.
    properties |= {name: size for name in _SIZES if (size := narrowed.get(name))}
    return properties | ({"TagFilters": tags} if tags else {})


def _tiering(deployment: Deployment, name: str) -> Json:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketIntelligentTieringConfigurations.html"""
    found: list[Json] = []
    more: Json = {}
    while True:
        page = deployment.asked("s3", "list_bucket_intelligent_tiering_configurations", Bucket=name, **more)
        found.extend(page.get("IntelligentTieringConfigurationList", []))
        if not page.get("IsTruncated"):
            break
        more = {"ContinuationToken": page["NextContinuationToken"]}
    configurations = []
    for one in found:
        narrowed = one.get("Filter") or {}
        narrowed = narrowed.get("And") or narrowed
        tags = [*narrowed.get("Tags", []), *([narrowed["Tag"]] if "Tag" in narrowed else [])]
        own = {**picked(one, "Id", "Status", "Tierings"), **picked(narrowed, "Prefix")}
        configurations.append(own | ({"TagFilters": tags} if tags else {}))
    return {"IntelligentTieringConfigurations": configurations} if configurations else {}


def _public_access(deployment: Deployment, name: str) -> Json:
    found = deployment.asked("s3", "get_public_access_block", "NoSuchPublicAccessBlockConfiguration", Bucket=name)
    return picked(found, "PublicAccessBlockConfiguration")


def _ownership(deployment: Deployment, name: str) -> Json:
    found = deployment.asked("s3", "get_bucket_ownership_controls", "OwnershipControlsNotFoundError", Bucket=name)
    return picked(found, "OwnershipControls")


def _versioning(deployment: Deployment, name: str) -> Json:
    found = picked(deployment.asked("s3", "get_bucket_versioning", Bucket=name), "Status")
    return {"VersioningConfiguration": found} if found else {}


def _cors(deployment: Deployment, name: str) -> Json:
    found = deployment.asked("s3", "get_bucket_cors", "NoSuchCORSConfiguration", Bucket=name)
    rules = [
        {
            **picked(rule, "AllowedHeaders", "AllowedMethods", "AllowedOrigins"),
            **{own: rule[key] for own, key in _CORS.items() if key in rule},
        }
        for rule in found.get("CORSRules", [])
    ]
    return {"CorsConfiguration": {"CorsRules": rules}} if rules else {}


def _notifications(deployment: Deployment, name: str) -> Json:
    """Return the notifications of object events; a template has an entry for each event."""
    found = deployment.asked("s3", "get_bucket_notification_configuration", Bucket=name)
    properties: Json = {}
    for key, (own, target, arn) in _NOTIFIED.items():
        entries = [
            {"Event": event, target: one[arn], **_narrowed(one)}
            for one in found.get(key, [])
            for event in one["Events"]
        ]
        properties |= {own: entries} if entries else {}
    if "EventBridgeConfiguration" in found:
        properties["EventBridgeConfiguration"] = {"EventBridgeEnabled": True}
    return {"NotificationConfiguration": properties} if properties else {}


def _narrowed(one: Json) -> Json:
    rules = [
        {"Name": rule["Name"].lower(), "Value": rule["Value"]}
        for rule in one.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    ]
    return {"Filter": {"S3Key": {"Rules": rules}}} if rules else {}


_PARTS = (_encryption, _lifecycle, _tiering, _public_access, _ownership, _versioning, _cors, _notifications)
READERS = {BUCKET: buckets, POLICY: policies}
