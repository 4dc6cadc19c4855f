"""Tables with all that can be set on them or hung on them.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
"""

import json
from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, picked, tags

TABLE = "AWS::DynamoDB::Table"
# The stream's ARN holds the time at which it began, so only a reference can name it beforehand.
STREAM_FACT = "LatestStreamArn"
_INDEX = ("IndexName", "KeySchema", "Projection", "OnDemandThroughput")
_ON = ("ENABLED", "ENABLING", "UPDATING")
_NO_POLICY = ("PolicyNotFoundException", "ResourceNotFoundException")
_OWN = ("TableName", "KeySchema", "AttributeDefinitions", "DeletionProtectionEnabled", "OnDemandThroughput")


def tables(deployment: Deployment) -> Iterator[Thing]:
    """Yield the tables."""
    for name in deployment.pages("dynamodb", "list_tables", "TableNames"):
        if deployment.is_ours(TABLE, name):
            stream = picked(deployment.asked("dynamodb", "describe_table", TableName=name)["Table"], STREAM_FACT)
            yield Thing(TABLE, name, _table(deployment, name), facts=stream)


def _table(deployment: Deployment, name: str) -> Json:
    table = deployment.asked("dynamodb", "describe_table", TableName=name)["Table"]
    properties = picked(table, *_OWN)
    properties |= picked(table.get("TableClassSummary") or {}, "TableClass")
    properties["BillingMode"] = (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    if properties["BillingMode"] == "PROVISIONED":
        throughput = picked(table.get("ProvisionedThroughput") or {}, "ReadCapacityUnits", "WriteCapacityUnits")
        properties["ProvisionedThroughput"] = throughput
    stream = table.get("StreamSpecification") or {}
    if stream.get("StreamEnabled", True) and stream:
        properties["StreamSpecification"] = picked(stream, "StreamViewType")
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if indexes := [picked(index, *_INDEX) for index in table.get(kind) or []]:
            properties[kind] = indexes
    # Without a description the table is encrypted with a DynamoDB-owned key.
    if encryption := table.get("SSEDescription"):
        key = {"KMSMasterKeyId": arn} if _is_customers(deployment, arn := encryption.get("KMSMasterKeyArn")) else {}
        on = encryption["Status"] in _ON
        properties["SSESpecification"] = {"SSEEnabled": on, **picked(encryption, "SSEType"), **key}
    backups = deployment.asked("dynamodb", "describe_continuous_backups", TableName=name)[
        "ContinuousBackupsDescription"
    ]
    recovery = backups.get("PointInTimeRecoveryDescription") or {}
    enabled = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
    days = picked(recovery, "RecoveryPeriodInDays") if enabled else {}
    properties["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": enabled, **days}
    expiry = deployment.asked("dynamodb", "describe_time_to_live", TableName=name)["TimeToLiveDescription"]
    if expiry.get("TimeToLiveStatus") in ("ENABLED", "ENABLING"):
        properties["TimeToLiveSpecification"] = {"Enabled": True, **picked(expiry, "AttributeName")}
    attached = _attached(deployment, name, table)
    if policy := attached.pop("StreamPolicy", None):
        properties.setdefault("StreamSpecification", {})["ResourcePolicy"] = policy
    return properties | attached


def _is_customers(deployment: Deployment, key: str | None) -> bool:
    """Return whether a key is not AWS's own: a template names only a customer's. A key that cannot be found is."""
    if not key or ":alias/aws/" in key:
        return False
    found = deployment.asked("kms", "describe_key", "NotFoundException", KeyId=key)
    return bool(found.get("KeyMetadata", {}).get("KeyManager") != "AWS")


def _attached(deployment: Deployment, name: str, table: Json) -> Json:
    """Return who else is told of a table's items, or may use it."""
    properties: Json = {}
    if policy := _policy(deployment, table.get("TableArn")):
        properties["ResourcePolicy"] = policy
    if policy := _policy(deployment, table.get(STREAM_FACT)):
        properties["StreamPolicy"] = policy
    insights = deployment.asked("dynamodb", "describe_contributor_insights", TableName=name)
    if insights.get("ContributorInsightsStatus") in _ON:
        properties["ContributorInsightsSpecification"] = {
            "Enabled": True,
            **picked(insights, "ContributorInsightsMode"),
        }
    listed = deployment.asked("dynamodb", "describe_kinesis_streaming_destination", TableName=name)
    streams = [
        picked(one, "StreamArn", "ApproximateCreationDateTimePrecision")
        for one in listed.get("KinesisDataStreamDestinations") or []
        if one["DestinationStatus"] in ("ACTIVE", "ENABLING", "UPDATING")
    ]
    # A template has room for one; DynamoDB takes two.
    if streams:
        properties["KinesisStreamSpecification"] = streams[0] if len(streams) == 1 else streams
    replicas = [
        picked(one, "RegionName", "KMSMasterKeyId", "ReplicaTableClassSummary") for one in table.get("Replicas") or []
    ]
    if replicas:
        properties["Replicas"] = replicas
        scaling = deployment.asked("dynamodb", "describe_table_replica_auto_scaling", TableName=name)
        properties |= picked(scaling, "TableAutoScalingDescription")
    found = (
        deployment.pages("dynamodb", "list_tags_of_resource", "Tags", ResourceArn=table["TableArn"])
        if table.get("TableArn")
        else []
    )
    return properties | tags(found)


def _policy(deployment: Deployment, arn: str | None) -> Json:
    found = deployment.asked("dynamodb", "get_resource_policy", *_NO_POLICY, ResourceArn=arn) if arn else {}
    return {"PolicyDocument": json.loads(found["Policy"])} if found.get("Policy") else {}


def global_tables(deployment: Deployment) -> Iterator[Thing]:
    """Yield global tables of the version of 2017, of which one of the stage's is a part."""
    for one in deployment.pages("dynamodb", "list_global_tables", "GlobalTables"):
        if deployment.is_ours(TABLE, one["GlobalTableName"]):
            properties = {"TableName": one["GlobalTableName"], "Replicas": one["ReplicationGroup"]}
            yield Thing("AWS::DynamoDB::GlobalTable", one["GlobalTableName"], properties)


READERS = {TABLE: tables, "AWS::DynamoDB::GlobalTable": global_tables}
