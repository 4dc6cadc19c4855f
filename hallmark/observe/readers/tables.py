"""Tables with their recovery and time to live.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
"""

from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, picked

TABLE = "AWS::DynamoDB::Table"
_INDEX = ("IndexName", "KeySchema", "Projection")


def tables(deployment: Deployment) -> Iterator[Thing]:
    """Yield the tables."""
    for name in deployment.pages("dynamodb", "list_tables", "TableNames"):
        if deployment.is_ours(TABLE, name):
            yield Thing(TABLE, name, _table(deployment, name))


def _table(deployment: Deployment, name: str) -> Json:
    table = deployment.asked("dynamodb", "describe_table", TableName=name)["Table"]
    properties = picked(table, "TableName", "KeySchema", "AttributeDefinitions", "DeletionProtectionEnabled")
    properties["BillingMode"] = (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    if properties["BillingMode"] == "PROVISIONED":
        throughput = picked(table.get("ProvisionedThroughput") or {}, "ReadCapacityUnits", "WriteCapacityUnits")
        properties["ProvisionedThroughput"] = throughput
    if stream := picked(table.get("StreamSpecification") or {}, "StreamViewType"):
        properties["StreamSpecification"] = stream
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if indexes := [picked(index, *_INDEX) for index in table.get(kind) or []]:
            properties[kind] = indexes
    # Without a description the table is encrypted with a DynamoDB-owned key.
    if encryption := table.get("SSEDescription"):
        enabled = encryption["Status"] in ("ENABLED", "ENABLING", "UPDATING")
        properties["SSESpecification"] = {"SSEEnabled": enabled, **picked(encryption, "SSEType")}
    backups = deployment.asked("dynamodb", "describe_continuous_backups", TableName=name)[
        "ContinuousBackupsDescription"
    ]
    recovery = (backups.get("PointInTimeRecoveryDescription") or {}).get("PointInTimeRecoveryStatus")
    properties["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": recovery == "ENABLED"}
    expiry = deployment.asked("dynamodb", "describe_time_to_live", TableName=name)["TimeToLiveDescription"]
    if expiry.get("TimeToLiveStatus") in ("ENABLED", "ENABLING"):
        properties["TimeToLiveSpecification"] = {"Enabled": True, **picked(expiry, "AttributeName")}
    return properties


READERS = {TABLE: tables}
