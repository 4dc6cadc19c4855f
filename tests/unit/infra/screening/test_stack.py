"""What holds of the whole stacks of screening: names, tags, life, region, order, outputs."""

import json

import pytest

from infra.screening.outputs import Output
from tests.support.templates import ACCOUNT, CDK_OUT, tags_of

FUNCTIONS = ("validation", "fraud-detection", "compliance-checking")
ALARMS = (
    *(f"{function}-{metric}" for function in FUNCTIONS for metric in ("errors", "throttles")),
    *("failures-visible", "workflow-failed", "workflow-timed-out", "workflow-throttled"),
)


def named(kind, *purposes):
    return [f"{kind}-screening-{purpose}" for purpose in purposes]


NAMES = {
    "AWS::CloudWatch::Alarm": ("AlarmName", named("alarm", *ALARMS)),
    "AWS::DynamoDB::Table": ("TableName", named("dynamodb", "transaction-state")),
    "AWS::IAM::Role": ("RoleName", named("role", "transactions")),
    "AWS::Lambda::Function": ("FunctionName", named("lambda", *FUNCTIONS)),
    "AWS::Logs::LogGroup": (
        "LogGroupName",
        [
            "/aws/vendedlogs/states/sfn-screening-transactions",
            *(f"/aws/lambda/{name}" for name in named("lambda", *FUNCTIONS)),
        ],
    ),
    "AWS::SNS::Topic": ("TopicName", named("sns", "alerts", "alarms")),
    "AWS::SQS::Queue": ("QueueName", named("sqs", "failures")),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", named("sfn", "transactions")),
}
UNNAMED = {"AWS::SNS::Subscription", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"}
NETWORK = {
    "AWS::EC2::SecurityGroup": ("GroupName", named("securitygroup", "functions", "endpoints")),
    "AWS::IAM::Role": ("RoleName", named("role", *FUNCTIONS, "flow-log")),
    "AWS::Logs::LogGroup": ("LogGroupName", ["/aws/vpc-flow-logs/flowlog-screening-rejected"]),
}
# What has no name of its own has a tag.
BY_TAG = {
    "AWS::EC2::FlowLog": named("flowlog", "rejected"),
    "AWS::EC2::RouteTable": named("routetable", "private"),
    "AWS::EC2::SecurityGroup": NETWORK["AWS::EC2::SecurityGroup"][1],
    "AWS::EC2::Subnet": named("subnet", "private-1", "private-2", "private-3"),
    "AWS::EC2::VPC": named("vpc", "network"),
    "AWS::EC2::VPCEndpoint": named("endpoint", "dynamodb", "s3", "states"),
}


def check_names(found, kind, key, names):
    assert sorted(props[key] for props in found.properties(kind)) == sorted(map(found.name, names))


@pytest.mark.parametrize("kind", NAMES)
def test_every_physical_name_says_type_system_and_stage(template, kind):
    check_names(template, kind, *NAMES[kind])


@pytest.mark.parametrize("kind", NETWORK)
def test_every_name_in_the_network_says_type_system_and_stage(network, kind):
    check_names(network, kind, *NETWORK[kind])


@pytest.mark.parametrize("kind", BY_TAG)
def test_what_has_no_name_is_named_by_its_tag(network, kind):
    found = sorted(tags_of(props)["Name"] for props in network.properties(kind))
    assert found == sorted(map(network.name, BY_TAG[kind]))


def test_there_is_no_other_resource_and_no_helper(template, network, images):
    def types(found):
        return {resource["Type"] for resource in found.raw["Resources"].values()}

    assert types(template) == {*NAMES, *UNNAMED}
    assert types(network) == {*NETWORK, *BY_TAG, "AWS::EC2::SubnetRouteTableAssociation"}
    assert types(images) == {"AWS::ECR::Repository"}


def test_whatever_takes_tags_has_the_customers_and_ours(every):
    untagged = {*UNNAMED, "AWS::EC2::SubnetRouteTableAssociation"}
    for found in every:
        for kind in {one["Type"] for one in found.raw["Resources"].values()} - untagged:
            for props in found.properties(kind):
                tags = tags_of(props)
                assert {key: value for key, value in tags.items() if key not in ("Name", "role")} == {
                    "Environment": found.stage,
                    "Application": "screening",
                    "CostCenter": "payments-risk",
                    "system": "screening",
                    "stage": found.stage,
                }


KEPT = ("AWS::DynamoDB::Table", "AWS::Logs::LogGroup", "AWS::ECR::Repository")


def test_nothing_outlives_the_stacks(every):
    for found in every:
        text = json.dumps(found.raw)
        for word in ("Retain", "Snapshot", '"DeletionProtectionEnabled": true'):
            assert word not in text
        kept = [one for one in found.raw["Resources"].values() if one["Type"] in KEPT]
        assert {(one["DeletionPolicy"], one["UpdateReplacePolicy"]) for one in kept} == {("Delete", "Delete")}


def test_the_stacks_are_bound_to_their_region_and_to_no_account(every, stage):
    for found in every:
        mark = {"System": "screening", "Stage": stage, "Region": "us-east-1"}
        assert found.raw["Metadata"]["Hallmark"] == mark
        text = json.dumps(found.raw)
        assert "AWS::Region" not in text
        assert "us-east-1" in text
        assert "eu-central-1" not in text
        assert ACCOUNT not in text


def test_network_and_repositories_are_made_before_the_functions(stage):
    artifacts = json.loads((CDK_OUT / "manifest.json").read_text())["artifacts"]
    before = artifacts[f"hallmark-screening-{stage}"]["dependencies"]
    assert {f"hallmark-screening-{part}-{stage}" for part in ("network", "images")} <= set(before)


def test_the_outputs_are_the_contract(template, network):
    outputs = {key: output["Value"] for key, output in template.body["Outputs"].items()}
    of_network = {str(Output.VPC_ID), str(Output.FLOW_LOG_GROUP)}
    assert set(outputs) == {str(name) for name in Output} - of_network
    assert of_network <= set(network.body["Outputs"])
    workflow = template.name("sfn-screening-transactions")
    wanted = {
        Output.STATE_TABLE: template.name("dynamodb-screening-transaction-state"),
        Output.WORKFLOW_ARN: template.arn("states", f"stateMachine:{workflow}"),
        Output.WORKFLOW_LOG_GROUP: f"/aws/vendedlogs/states/{workflow}",
        Output.FAILURE_QUEUE_URL: f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{template.name('sqs-screening-failures')}",
        Output.ALERTS_TOPIC_ARN: template.arn("sns", template.name("sns-screening-alerts")),
        Output.ALARMS_TOPIC_ARN: template.arn("sns", template.name("sns-screening-alarms")),
    }
    arns = (Output.VALIDATION_ARN, Output.FRAUD_DETECTION_ARN, Output.COMPLIANCE_CHECKING_ARN)
    for function, output in zip(FUNCTIONS, arns, strict=True):
        wanted[output] = template.arn("lambda", f"function:{template.name(f'lambda-screening-{function}')}")
    assert {name: outputs[name] for name in wanted} == wanted


@pytest.mark.control("SC_SFN_OUTPUT")
def test_the_outputs_name_the_workflow_and_the_role_that_it_runs_with(template):
    (machine,) = template.properties("AWS::StepFunctions::StateMachine")
    assert template.body["Outputs"][Output.WORKFLOW_ROLE_ARN]["Value"] == machine["RoleArn"]
