"""What can be set on a bucket or hung on it, each in the shape of its property.

Where AWS::S3::Bucket has no property, such as for who pays, it is one under the API's own name.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from collections.abc import Callable

from hallmark.observe.deployment import Deployment, Json, picked, tags

Part = Callable[[Deployment, str], Json]
_CORS = {"Id": "ID", "ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
# In a template: the list, and the destination. https://docs.aws.amazon.com/AmazonS3/latest/API/API_NotificationConfiguration.html
_NOTIFIED = {
    "LambdaFunctionConfigurations": ("LambdaConfigurations", "Function", "LambdaFunctionArn"),
    "QueueConfigurations": ("QueueConfigurations", "Queue", "QueueArn"),
    "TopicConfigurations": ("TopicConfigurations", "Topic", "TopicArn"),
}
_LOGGED = {"DestinationBucketName": "TargetBucket", "LogFilePrefix": "TargetPrefix"}
_LISTS = {
    "list_bucket_analytics_configurations": ("AnalyticsConfigurationList", "AnalyticsConfigurations"),
    "list_bucket_inventory_configurations": ("InventoryConfigurationList", "InventoryConfigurations"),
    "list_bucket_metrics_configurations": ("MetricsConfigurationList", "MetricsConfigurations"),
}


def _whole(operation: str, key: str, property_name: str, *absent: str) -> Part:
    """Return a part whose property is what S3 returns under a key; empty texts and reports of S3 count as absent."""

    def read(deployment: Deployment, name: str) -> Json:
        found = deployment.asked("s3", operation, *absent, Bucket=name).get(key)
        return {property_name: found} if found else {}

    return read


def _versioning(deployment: Deployment, name: str) -> Json:
    found = picked(deployment.asked("s3", "get_bucket_versioning", Bucket=name), "Status", "MFADelete")
    return {"VersioningConfiguration": found} if found else {}


def _accelerated(deployment: Deployment, name: str) -> Json:
    status = deployment.asked("s3", "get_bucket_accelerate_configuration", Bucket=name).get("Status")
    return {"AccelerateConfiguration": {"AccelerationStatus": status}} if status else {}


def _payer(deployment: Deployment, name: str) -> Json:
    payer = deployment.asked("s3", "get_bucket_request_payment", Bucket=name).get("Payer")
    return {"RequestPaymentConfiguration": {"Payer": payer}} if payer not in (None, "BucketOwner") else {}


def _logging(deployment: Deployment, name: str) -> Json:
    found = deployment.asked("s3", "get_bucket_logging", Bucket=name).get("LoggingEnabled") or {}
    written = {own: found[key] for own, key in _LOGGED.items() if found.get(key)}
    written |= picked(found, "TargetGrants", "TargetObjectKeyFormat")
    return {"LoggingConfiguration": written} if found else {}


def _grants(deployment: Deployment, name: str) -> Json:
    """Return who else has rights by the access control list: the owner alone is the default."""
    found = deployment.asked("s3", "get_bucket_acl", Bucket=name)
    owner = found.get("Owner", {}).get("ID")
    others = [
        picked(one, "Grantee", "Permission") for one in found.get("Grants", []) if one["Grantee"].get("ID") != owner
    ]
    return {"AccessControlList": others} if others else {}


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


def _website(deployment: Deployment, name: str) -> Json:
    found = deployment.asked("s3", "get_bucket_website", "NoSuchWebsiteConfiguration", Bucket=name)
    site: Json = picked(found, "RedirectAllRequestsTo", "RoutingRules")
    site |= {"IndexDocument": found["IndexDocument"]["Suffix"]} if "IndexDocument" in found else {}
    site |= {"ErrorDocument": found["ErrorDocument"]["Key"]} if "ErrorDocument" in found else {}
    return {"WebsiteConfiguration": site} if site else {}


def _replication(deployment: Deployment, name: str) -> Json:
    asked = ("s3", "get_bucket_replication", "ReplicationConfigurationNotFoundError")
    found = deployment.asked(*asked, Bucket=name).get("ReplicationConfiguration")
    if not found:
        return {}
    rules = [{("Id" if key == "ID" else key): value for key, value in rule.items()} for rule in found["Rules"]]
    return {"ReplicationConfiguration": {"Role": found["Role"], "Rules": rules}}


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


def _lists(deployment: Deployment, name: str) -> Json:
    """Return the configurations of which a bucket can have many, by their ids."""
    properties: Json = {}
    for operation, (key, own) in _LISTS.items():
        if found := deployment.pages("s3", operation, key, Bucket=name):
            properties[own] = sorted(found, key=lambda one: str(one["Id"]))
    return properties


def _tags(deployment: Deployment, name: str) -> Json:
    return tags(deployment.asked("s3", "get_bucket_tagging", "NoSuchTagSet", Bucket=name).get("TagSet"))


PARTS: tuple[Part, ...] = (
    _whole(
        "get_public_access_block",
        *("PublicAccessBlockConfiguration", "PublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration"),
    ),
    _whole("get_bucket_ownership_controls", "OwnershipControls", "OwnershipControls", "OwnershipControlsNotFoundError"),
    _whole(
        "get_object_lock_configuration",
        *("ObjectLockConfiguration", "ObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
    ),
    _whole(
        "get_bucket_metadata_configuration",
        *("GetBucketMetadataConfigurationResult", "MetadataConfiguration", "MetadataConfigurationNotFound"),
    ),
    _whole("get_bucket_abac", "AbacStatus", "AbacStatus"),
    *(
        _versioning,
        _accelerated,
        _payer,
        _logging,
        _grants,
        _cors,
        _website,
        _replication,
        _notifications,
        _lists,
        _tags,
    ),
)
