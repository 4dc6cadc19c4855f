"""Table settings that the emulator's CloudFormation drops: point-in-time recovery, time to live, encryption.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

from ministack.services import dynamodb

from hallmark.stage.embedded.extensions.provisioning import Properties, accepted, after


def _apply(name: str, properties: Properties) -> None:
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        request = {"TableName": name, "PointInTimeRecoverySpecification": recovery}
        accepted(dynamodb._update_continuous_backups(request))
    if time_to_live := properties.get("TimeToLiveSpecification"):
        accepted(dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": time_to_live}))
    if (properties.get("SSESpecification") or {}).get("SSEEnabled"):
        dynamodb._tables[name]["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS"}


def install() -> None:
    """Apply the settings through the emulator's own API after a table was created or updated."""
    after("AWS::DynamoDB::Table", _apply)
