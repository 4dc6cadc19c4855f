"""asff.json: findings in AWS's Security Finding Format, one for each control and resource, as Security Hub takes them.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hallmark.evidence import Place
from hallmark.export.resources import Resources
from hallmark.export.rows import Result, Row, ended
from hallmark.report.model import Report
from policies.engine.finding import TEMPLATE, one_line

Json = dict[str, Any]
# As many as one call of BatchImportFindings takes.
BATCH = 100
# The longest text of each field. https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html
_ID, _TITLE, _DESCRIPTION, _TEXT, _VALUE, _REASON, _REQUIREMENTS = 512, 256, 1024, 512, 2048, 2048, 32
_TYPE = "Software and Configuration Checks/Industry and Regulatory Standards"
_WORST: tuple[Result, ...] = ("failed", "waived", "needs AWS", "unproven", "note", "passed")
_STATUS: Mapping[Result, str] = {
    "failed": "FAILED",
    "waived": "FAILED",
    "needs AWS": "NOT_AVAILABLE",
    "unproven": "WARNING",
    "note": "WARNING",
    "passed": "PASSED",
}
_WORKFLOW: Mapping[Result, str] = {"waived": "SUPPRESSED", "passed": "RESOLVED"}
_SEVERITY = {"low": "LOW", "medium": "MEDIUM", "high": "HIGH", "critical": "CRITICAL"}
# CloudFormation's types that the format names, by its own.
TYPES = {
    "AWS::ApiGateway::RestApi": "AwsApiGatewayRestApi",
    "AWS::ApiGateway::Stage": "AwsApiGatewayStage",
    "AWS::CloudWatch::Alarm": "AwsCloudWatchAlarm",
    "AWS::DynamoDB::Table": "AwsDynamoDbTable",
    "AWS::EC2::NetworkInterface": "AwsEc2NetworkInterface",
    "AWS::EC2::SecurityGroup": "AwsEc2SecurityGroup",
    "AWS::EC2::Subnet": "AwsEc2Subnet",
    "AWS::EC2::VPC": "AwsEc2Vpc",
    "AWS::ECR::Repository": "AwsEcrRepository",
    "AWS::Events::EventBus": "AwsEventsEventbus",
    "AWS::IAM::Role": "AwsIamRole",
    "AWS::KMS::Key": "AwsKmsKey",
    "AWS::Lambda::Function": "AwsLambdaFunction",
    "AWS::Lambda::LayerVersion": "AwsLambdaLayerVersion",
    "AWS::S3::Bucket": "AwsS3Bucket",
    "AWS::SNS::Topic": "AwsSnsTopic",
    "AWS::SQS::Queue": "AwsSqsQueue",
    "AWS::StepFunctions::StateMachine": "AwsStepFunctionStateMachine",
}
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def findings(report: Report, rows: Iterable[Row], resources: Resources) -> list[Json]:
    """Return a finding for each control and resource of a stage, or for the account where a row names none."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        resource = "" if row.resource == TEMPLATE else row.resource
        groups.setdefault((row.stage, row.control or row.policy or row.result, resource), []).append(row)
    return [_finding(report, name, group, resources.place(name[0])) for name, group in groups.items()]


def batches(found: Sequence[Json]) -> Iterator[Json]:
    """Yield the findings as requests of BatchImportFindings, of 100 at most."""
    for start in range(0, len(found), BATCH):
        yield {"Findings": found[start : start + BATCH]}


def _finding(report: Report, name: tuple[str, str, str], group: Sequence[Row], place: Place) -> Json:
    (stage, control, _), row = name, min(group, key=lambda one: _WORST.index(one.result))
    severity = "INFORMATIONAL" if row.result == "passed" else _SEVERITY.get(row.severity, "MEDIUM")
    times = sorted(one.time for one in group if one.time) or [ended(report)]
    labels = {"Severity": {"Label": severity, "Original": row.severity or row.result}, "Types": [_TYPE]}
    made: Json = {
        "SchemaVersion": "2018-10-08",
        "Id": one_line("/".join(filter(None, ("hallmark", row.system, *name))), _ID),
        "ProductArn": f"arn:{_partition(place.region)}:securityhub:{place.region}:{place.account}"
        f":product/{place.account}/default",
        "ProductName": "Hallmark",
        "CompanyName": "Hallmark",
        "GeneratorId": one_line(f"hallmark/{row.system}/{control}", _ID),
        "AwsAccountId": place.account,
        "Region": place.region,
        "CreatedAt": times[0],
        "UpdatedAt": times[-1],
        "FirstObservedAt": times[0],
        "LastObservedAt": times[-1],
        **labels,
        "FindingProviderFields": labels,
        "Title": one_line(f"{control} {row.title}".strip(), _TITLE),
        "Description": one_line(_description(row, group), _DESCRIPTION),
        "ProductFields": {
            key: one_line(value, _VALUE) for key, value in _facts(row, stage, report.run.commit).items() if value
        },
        "Resources": [_resource(row, place)],
        "Compliance": _compliance(row),
        "Workflow": {"Status": _WORKFLOW.get(row.result, "NEW")},
        "RecordState": "ACTIVE",
    }
    if row.fix and row.result != "passed":
        made["Remediation"] = {"Recommendation": {"Text": one_line(row.fix, _TEXT)}}
    if row.waiver:
        text = f"{row.waiver.reason} (until {row.waiver.expires})"
        made["Note"] = {"Text": one_line(text, _TEXT), "UpdatedBy": row.waiver.owner, "UpdatedAt": times[-1]}
    return made


def _compliance(row: Row) -> Json:
    made: Json = {"Status": _STATUS[row.result]}
    if row.frameworks:
        made["RelatedRequirements"] = list(row.frameworks[:_REQUIREMENTS])
    if row.result not in ("passed", "failed"):
        reason = row.waiver.reason if row.waiver else row.message or row.result
        code = f"HALLMARK_{row.result.upper().replace(' ', '_')}"
        made["StatusReasons"] = [{"ReasonCode": code, "Description": one_line(reason, _REASON)}]
    return made


def _description(row: Row, group: Sequence[Row]) -> str:
    """Return what was found, or how much was shown."""
    if row.result == "passed":
        by = sorted({one.policy or f"{one.kind} ({' '.join(one.gates)})" for one in group})
        return f"{row.title}: passed by {', '.join(by)}"
    same = [one for one in group if one.result == row.result]
    places = (f"{one.path}: {one.message}" if one.path else one.message or one.result for one in same)
    return "; ".join(dict.fromkeys(places))


def _facts(row: Row, stage: str, commit: str) -> dict[str, str]:
    return {
        "hallmark/commit": commit,
        "hallmark/system": row.system,
        "hallmark/stage": stage,
        "hallmark/result": row.result,
        "hallmark/policy": row.policy,
        "hallmark/path": row.path,
        "hallmark/target": row.target,
        "hallmark/evidence": row.evidence,
        "hallmark/sha256": row.sha256,
    }


def _resource(row: Row, place: Place) -> Json:
    about = {"Partition": _partition(place.region), "Region": place.region}
    if not row.resource or row.resource == TEMPLATE:
        return {"Type": "AwsAccount", "Id": f"AWS::::Account:{place.account}", **about}
    own = "/".join(filter(None, ("hallmark", row.system, row.stage, row.resource)))
    return {"Type": TYPES.get(row.known.type, "Other"), "Id": one_line(row.known.arn or own, _ID), **about}


def _partition(region: str) -> str:
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")
