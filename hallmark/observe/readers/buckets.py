"""Buckets, their policies, and the access points and grants on them.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

import json
from collections.abc import Callable, Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, picked
from hallmark.observe.readers import bucket_parts

BUCKET, POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"
_STEP = {"Days": "TransitionInDays", "Date": "TransitionDate", "StorageClass": "StorageClass"}
_LATER_STEP = {"NoncurrentDays": "TransitionInDays"}
_SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
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


def access_points(deployment: Deployment) -> Iterator[Thing]:
    """Yield other names under which a bucket can be used, with policies of their own."""
    for name in _names(deployment):
        account = {"AccountId": deployment.account}
        for one in deployment.pages("s3control", "list_access_points", "AccessPointList", **account, Bucket=name):
            properties = picked(one, "Name", "Bucket", "VpcConfiguration", "BucketAccountId")
            asked = ("s3control", "get_access_point_policy", "NoSuchAccessPointPolicy")
            policy = deployment.asked(*asked, **account, Name=one["Name"]).get("Policy")
            document = {"Policy": json.loads(policy)} if policy else {}
            yield Thing("AWS::S3::AccessPoint", one["AccessPointArn"], properties | document)


def grants(deployment: Deployment) -> Iterator[Thing]:
    """Yield the access grants on objects of a bucket; an account without grants has no instance of them."""
    asked = ("s3control", "list_access_grants", "AccessGrantsList", "AccessGrantsInstanceNotExistsError")
    for one in deployment.pages(*asked, AccountId=deployment.account):
        if any(one["GrantScope"].startswith(f"s3://{name}") for name in _names(deployment)):
            properties = picked(one, "Grantee", "GrantScope", "Permission")
            yield Thing("AWS::S3::AccessGrant", one["AccessGrantId"], properties)


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
    listed = ("s3", "list_bucket_intelligent_tiering_configurations", "IntelligentTieringConfigurationList")
    found = deployment.pages(*listed, Bucket=name)
    configurations = []
    for one in found:
        narrowed = one.get("Filter") or {}
        narrowed = narrowed.get("And") or narrowed
        tags = [*narrowed.get("Tags", []), *([narrowed["Tag"]] if "Tag" in narrowed else [])]
        own = {**picked(one, "Id", "Status", "Tierings"), **picked(narrowed, "Prefix")}
        configurations.append(own | ({"TagFilters": tags} if tags else {}))
    return {"IntelligentTieringConfigurations": configurations} if configurations else {}


_PARTS: tuple[Callable[[Deployment, str], Json], ...] = (_encryption, _lifecycle, _tiering, *bucket_parts.PARTS)
READERS = {BUCKET: buckets, POLICY: policies, "AWS::S3::AccessPoint": access_points, "AWS::S3::AccessGrant": grants}
