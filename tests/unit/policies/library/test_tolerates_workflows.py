"""Workflows, images, repositories and their alarms may be written in other ways than ours: those pass too."""

import copy
import json
from typing import Any

import pytest

from tests.unit.policies.edited import Edited

MACHINE, RULE, FUNCTION = "AWS::StepFunctions::StateMachine", "AWS::Events::Rule", "AWS::Lambda::Function"
REPOSITORY, ALARM, API = "AWS::ECR::Repository", "AWS::CloudWatch::Alarm", "AWS::ApiGateway::RestApi"
METHOD, MODEL, ROLE = "AWS::ApiGateway::Method", "AWS::ApiGateway::Model", "AWS::IAM::Role"
PLAN = "AWS::ApiGateway::UsagePlan"
RATES, DIGEST = "BU_ALARM_ERRORS", f"sha256:{'0' * 64}"
WORKFLOW = (
    "BU_SFN_EXPRESS",
    "BU_SFN_STATES",
    "BU_SFN_RETRY",
    "BU_SFN_DLQ",
    "BU_SFN_LOGS",
    "BU_FN_THREE",
    "BU_IAM_LEAST",
)
Document = dict[str, Any]


@pytest.fixture
def banks() -> Edited:
    return Edited("dev", "bank_upload")


def _rates(edited: Edited) -> list[Document]:
    return [one for one in edited.all(ALARM) if "Metrics" in one]


@pytest.mark.parametrize(
    "expression",
    [
        "IF(invocations > 0, 100 * errors / invocations, 0)",
        "IF(invocations > 0, errors / invocations * 100, 0)",
        "100*(errors/invocations)",
        "FILL(100 * errors / invocations, 0)",
        "100 * FILL(errors, 0) / MAX([invocations, 1])",
        "100 * errors / IF(invocations == 0, 1, invocations)",
        "IF(invocations, 100 * errors / invocations)",
        "if(invocations < 1 OR errors < 1, 0, 100 * errors / invocations)",
    ],
)
def test_a_rate_may_be_computed_so(banks: Edited, expression: str) -> None:
    for alarm in _rates(banks):
        next(one for one in alarm["Metrics"] if "Expression" in one)["Expression"] = expression
    assert banks.findings(RATES) == []


def test_a_rate_may_be_a_share_and_have_a_step_between(banks: Edited) -> None:
    for alarm in _rates(banks):
        rate = next(one for one in alarm["Metrics"] if "Expression" in one)
        rate["Expression"] = "IF(invocations > 0, share, 0)"
        alarm["Metrics"].append({"Id": "share", "Expression": "errors / invocations", "ReturnData": False})
        alarm.update(Threshold="0.05", TreatMissingData="missing", DatapointsToAlarm=1)
    assert banks.findings(RATES) == []


@pytest.mark.parametrize(
    "expression",
    [
        "errors",
        "100 * errors / (invocations + errors)",
        "IF(errors > 5, 100, 0)",
        "100 * errors / 1000",
        "IF(invocations > 0, 100 * errors / invocations, 50)",
        "100 * FILL(errors, 1) / FILL(invocations, 1)",
        "SEARCH('x', 'Sum', 300)",
        "100 * errors /",
        "100 * other / invocations",
    ],
)
def test_what_is_no_rate_is_found(banks: Edited, expression: str) -> None:
    for alarm in _rates(banks):
        next(one for one in alarm["Metrics"] if "Expression" in one)["Expression"] = expression
    assert {path for _, path in banks.findings(RATES)} == {"Metrics"}


def test_a_number_of_errors_is_no_rate(banks: Edited) -> None:
    for raw in banks.resources.values():
        own = raw["Properties"]
        if raw["Type"] == ALARM and "Metrics" in own:
            dimensions = own["Metrics"][1]["MetricStat"]["Metric"]["Dimensions"]
            del own["Metrics"]
            own.update(Namespace="AWS/Lambda", MetricName="Errors", Dimensions=dimensions, Statistic="Sum", Period=300)
    assert {banks.resources[name]["Type"] for name, _ in banks.findings(RATES)} == {FUNCTION}


@pytest.mark.parametrize("name", [f"@{DIGEST}", f":{'ab' * 32}", f":{'0123456789' * 4}", f":{'ab' * 32}@{DIGEST}"])
def test_an_image_may_be_named_so(banks: Edited, name: str) -> None:
    place = "${AWS::AccountId}.dkr.ecr.us-east-1.${AWS::URLSuffix}"
    for raw in banks.all(FUNCTION):
        purpose = raw["FunctionName"].split("-")[3]
        raw["Code"]["ImageUri"] = {"Fn::Sub": f"{place}/ecr-bank-upload-{purpose}-dev{name}"}
        raw["ImageConfig"] = {
            "Command": ["a.handler"],
            "EntryPoint": ["/lambda-entrypoint.sh"],
            "WorkingDirectory": "/var/task",
        }
    assert banks.findings("BU_FN_IMAGE") == []


@pytest.mark.parametrize("name", [":latest", "", ":v1.2", f":latest@{DIGEST}", "@sha256:0", f":{'AB' * 32}", ":dev"])
def test_an_image_by_another_name_is_found(banks: Edited, name: str) -> None:
    for raw in banks.all(FUNCTION):
        purpose = raw["FunctionName"].split("-")[3]
        place = "${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com"
        raw["Code"]["ImageUri"] = {"Fn::Sub": f"{place}/ecr-bank-upload-{purpose}-dev{name}"}
    assert {path for _, path in banks.findings("BU_FN_IMAGE")} == {"Code.ImageUri"}


def test_an_image_may_be_of_a_repository_by_its_attribute(banks: Edited) -> None:
    for raw in banks.all(FUNCTION):
        purpose = raw["FunctionName"].split("-")[3]
        name = banks.name(REPOSITORY, lambda one, own=purpose: own in one["Properties"]["RepositoryName"])
        uri = {"Fn::GetAtt": [name, "RepositoryUri"]}
        raw["Code"]["ImageUri"] = {"Fn::Join": ["", [uri, ":", "ab" * 32]]}
    assert banks.findings("BU_FN_IMAGE") == []


def _rules(*rules: Document) -> Document:
    texts = [{"rulePriority": index + 1, "action": {"type": "expire"}, **rule} for index, rule in enumerate(rules)]
    return {"LifecyclePolicyText": json.dumps({"rules": texts})}


def _select(status: str, kind: str, number: int, **more: Any) -> Document:
    unit = {"countUnit": "days"} if kind == "sinceImagePushed" else {}
    return {"selection": {"tagStatus": status, "countType": kind, "countNumber": number, **unit, **more}}


UNTAGGED = _select("untagged", "sinceImagePushed", 7)
BY_NUMBER = _select("tagged", "imageCountMoreThan", 30, tagPatternList=["*"])


@pytest.mark.parametrize(
    "rules",
    [
        (UNTAGGED, BY_NUMBER),
        (BY_NUMBER, UNTAGGED),
        (UNTAGGED, _select("any", "imageCountMoreThan", 30)),
        (UNTAGGED, BY_NUMBER, _select("any", "sinceImagePushed", 900)),
    ],
)
def test_images_may_be_tidied_so(banks: Edited, rules: tuple[Document, ...]) -> None:
    for repository in banks.all(REPOSITORY):
        repository["LifecyclePolicy"] = _rules(*rules)
    assert banks.findings("BU_ECR") == []


@pytest.mark.parametrize(
    "rules",
    [
        (BY_NUMBER,),
        (UNTAGGED,),
        (_select("any", "imageCountMoreThan", 30),),
        (UNTAGGED, _select("tagged", "imageCountMoreThan", 29, tagPatternList=["*"])),
        (UNTAGGED, _select("tagged", "imageCountMoreThan", 30, tagPatternList=["v*"])),
        (UNTAGGED, _select("tagged", "imageCountMoreThan", 30, tagPrefixList=["a", "b"])),
        (UNTAGGED, _select("tagged", "sinceImagePushed", 90, tagPatternList=["*"])),
        (_select("any", "sinceImagePushed", 90), BY_NUMBER),
        (_select("untagged", "imageCountMoreThan", 5), BY_NUMBER),
        ({**UNTAGGED, "action": {"type": "transition", "targetStorageClass": "archive"}}, BY_NUMBER),
        (UNTAGGED, {**BY_NUMBER, "rulePriority": 1}),
        ({**BY_NUMBER, "rulePriority": "first"}, UNTAGGED),
    ],
)
def test_other_rules_of_images_are_found(banks: Edited, rules: tuple[Document, ...]) -> None:
    for repository in banks.all(REPOSITORY):
        repository["LifecyclePolicy"] = _rules(*rules)
    assert {path for _, path in banks.findings("BU_ECR")} == {"LifecyclePolicy.LifecyclePolicyText"}


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        {"StringLike": {"aws:SourceARN": {"Fn::Sub": "arn:aws:lambda:us-east-1:${AWS::AccountId}:function:*"}}},
        {
            "ArnLike": {
                "AWS:SourceArn": {"Fn::Sub": "arn:aws:lambda:us-east-1:${AWS::AccountId}:function:lambda-bank-*"}
            }
        },
    ],
)
def test_functions_may_be_let_in_so(banks: Edited, condition: Document) -> None:
    for repository in banks.all(REPOSITORY):
        (statement,) = repository["RepositoryPolicyText"]["Statement"]
        actions = statement.pop("Action")
        own = [
            {**statement, "Sid": f"S{index}", "Action": one, "Condition": condition}
            for index, one in enumerate(actions)
        ]
        repository["RepositoryPolicyText"]["Statement"] = own
    assert banks.findings("BU_ECR", "BU_IAM_LEAST") == []


def test_a_repository_may_say_its_encryption(banks: Edited) -> None:
    for repository in banks.all(REPOSITORY):
        repository["EncryptionConfiguration"] = {"EncryptionType": "KMS"}
        repository["ImageTagMutabilityExclusionFilters"] = {"Ref": "AWS::NoValue"}
        repository["EmptyOnDelete"] = "true"
    assert banks.findings("BU_ECR", "BU_IAM_LEAST", "BU_DESTROYABLE") == []


@pytest.mark.parametrize(
    "schema",
    [
        {"not": {}},
        {"$schema": "http://json-schema.org/draft-04/schema#", "title": "Nothing", "not": {"description": "all"}},
        {"allOf": [{"type": "string"}, {"type": "object"}]},
        {"anyOf": [{"not": {}}, {"type": []}]},
        {"not": {"type": ["array", "boolean", "null", "number", "object", "string"]}},
        {"type": "object", "not": {"anyOf": [{}, {"type": "string"}]}},
        {"type": "object", "minProperties": 1, "maxProperties": 0},
        {"type": "object", "required": ["never"], "additionalProperties": False},
        {"type": "object", "required": ["never"], "properties": {"never": {"not": {}}}},
        {"type": "object", "required": ["a", "b"], "maxProperties": 1},
        {"type": ["array", "string"], "minItems": 2, "maxItems": 1, "minLength": 1, "maxLength": 0},
        {"type": "object", "enum": ["nothing", 1, None]},
    ],
)
def test_a_model_may_refuse_everything_so(banks: Edited, schema: Document) -> None:
    banks.find(MODEL)["Schema"] = schema
    assert banks.findings("BU_API_SCHEMA") == []


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"not": {"type": "object"}},
        {"maxProperties": 0},
        {"not": {"minimum": 1}},
        {"type": "object", "required": ["a"]},
        {"required": ["never"], "additionalProperties": False},
        {"type": "object", "enum": [{}]},
        {"type": ["object", "string"], "minProperties": 1, "maxProperties": 0},
    ],
)
def test_a_model_that_lets_something_in_is_found(banks: Edited, schema: Document) -> None:
    banks.find(MODEL)["Schema"] = schema
    assert banks.findings("BU_API_SCHEMA") == [(banks.name(MODEL), "Schema")]


def test_headers_and_types_may_be_written_so(banks: Edited) -> None:
    method = banks.find(METHOD)
    method["RequestParameters"] = {
        "method.request.header.content-type": "true",
        "method.request.header.X-REPORT-DATE": True,
    }
    method["RequestModels"]["application/xml"] = method["RequestModels"]["text/csv"]
    banks.find(API)["BinaryMediaTypes"] = ["image/png", "Multipart/Form-Data"]
    assert banks.findings("BU_API_SCHEMA", "BU_API_ROUTE") == []


def test_a_start_may_be_written_so(banks: Edited) -> None:
    rule = banks.find(RULE)
    rule["EventBusName"] = "default"
    (target,) = rule["Targets"]
    target["InputTransformer"] = {
        "InputPathsMap": {
            "b": "$.detail.bucket.name",
            "k": "$.detail.object.key",
            "v": "$.detail.object.version-id",
            "t": "$.time",
        },
        "InputTemplate": '{"versionId": "<v>", "key": <k>, "bucket": <b>, "at": <t>}',
    }
    rule["EventPattern"]["detail"]["bucket"]["name"] = [{"Fn::Sub": "s3-bank-upload-files-${AWS::AccountId}-dev"}]
    assert banks.findings(*WORKFLOW) == []


def _given(banks: Edited, payload: Document, before: Document | None = None) -> None:
    """Give the whole event to the machine, and of it a payload to the first task, after a state if one is named."""
    del banks.find(RULE)["Targets"][0]["InputTransformer"]
    machine = banks.find(MACHINE)
    pieces: list[Any] = machine.pop("DefinitionString")["Fn::Join"][1]
    values = {f"v{index}": one for index, one in enumerate(pieces) if not isinstance(one, str)}
    text = "".join(one if isinstance(one, str) else f"${{v{index}}}" for index, one in enumerate(pieces))
    own = json.loads(text)
    parameters = own["States"]["Validate"]["Parameters"]
    del parameters["Payload"]
    parameters.update(payload)
    if before:
        own["States"]["Before"], own["StartAt"] = {**before, "Next": "Validate"}, "Before"
    machine.update(Definition=own, DefinitionSubstitutions=values)


PLACES = {"b.$": "$.detail.bucket.name", "k.$": "$.detail.object.key", "v.$": "$.detail.object['version-id']"}
OWN_NAMES = {"type": "validate", "b.$": "$.bucket", "k.$": "$.key", "v.$": "$.versionId"}


@pytest.mark.parametrize(
    ("payload", "before"),
    [
        ({"Payload": PLACES}, None),
        ({"Payload.$": "$"}, None),
        ({"Payload": {"detail.$": "$$.Execution.Input.detail"}}, None),
        (
            {"Payload": OWN_NAMES},
            {
                "Type": "Pass",
                "Parameters": dict(zip(["bucket.$", "key.$", "versionId.$"], PLACES.values(), strict=True)),
            },
        ),
    ],
)
def test_the_whole_event_may_start_it(banks: Edited, payload: Document, before: Document | None) -> None:
    _given(banks, payload, before)
    assert banks.findings(*WORKFLOW) == []


@pytest.mark.parametrize("lacking", [OWN_NAMES, {**PLACES, "v.$": "$.detail.object.etag"}, {}])
def test_an_event_that_validation_is_not_given_is_found(banks: Edited, lacking: Document) -> None:
    _given(banks, {"Payload": lacking})
    assert {path for _, path in banks.findings("BU_SFN_EXPRESS")} == {"Targets[0].InputTransformer"}


@pytest.mark.parametrize("quota", [{"Limit": 999}, {"Limit": 10_000}, {"Limit": 1000, "Period": "WEEK"}])
def test_another_quota_is_found(banks: Edited, quota: Document) -> None:
    banks.find(PLAN)["Quota"] = {"Period": "DAY", **quota}
    assert banks.findings("BU_API_QUOTA") == [(banks.name(PLAN), "Quota")]


@pytest.mark.parametrize(
    "key",
    [
        [{"prefix": "uploads/"}, {"suffix": ".csv"}],
        [{"wildcard": "uploads/*.csv"}, {"prefix": "uploads/"}],
        [{"prefix": "uploads/"}],
        [{"wildcard": "uploads/*"}],
        [{"anything-but": "x"}],
    ],
)
def test_other_keys_are_found(banks: Edited, key: list[Document]) -> None:
    banks.find(RULE)["EventPattern"]["detail"]["object"]["key"] = key
    assert banks.findings("BU_SFN_EXPRESS") == [(banks.name(RULE), "EventPattern.detail.object.key")]


def test_the_role_may_be_taken_for_the_machine_alone(banks: Edited) -> None:
    role = banks.find(ROLE, lambda raw: "-uploads-" in raw["Properties"]["RoleName"])
    arn = "arn:aws:states:us-east-1:${AWS::AccountId}:stateMachine:sfn-bank-upload-uploads-dev"
    role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"] = {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnEquals": {"aws:SourceArn": {"Fn::Sub": arn}},
    }
    assert banks.findings("BU_IAM_LEAST") == []


def test_a_definition_may_be_an_object_with_placeholders(banks: Edited) -> None:
    machine = banks.find(MACHINE)
    pieces: list[Any] = machine.pop("DefinitionString")["Fn::Join"][1]
    values = {f"v{index}": one for index, one in enumerate(pieces) if not isinstance(one, str)}
    text = "".join(one if isinstance(one, str) else f"${{v{index}}}" for index, one in enumerate(pieces))
    machine.update(Definition=json.loads(text), DefinitionSubstitutions=values)
    assert banks.findings(*WORKFLOW) == []
    as_text = copy.deepcopy(machine)
    del as_text["Definition"], as_text["DefinitionSubstitutions"]
    machine.clear()
    machine.update(as_text, DefinitionString=json.dumps(json.loads(text), indent=2), DefinitionSubstitutions=values)
    assert banks.findings(*WORKFLOW) == []
