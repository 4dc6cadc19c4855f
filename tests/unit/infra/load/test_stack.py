"""The optional load stack: exact statements, no ingress, no secret, and no trace of it in the other stacks."""

import json

import pytest

from tests.support.templates import CDK_OUT, OPTIONAL

ARN = "arn:aws:{service}:eu-central-1:123456789012:{resource}"
READ_OUTPUTS = {
    "Sid": "ReadOutputs",
    "Effect": "Allow",
    "Action": "cloudformation:DescribeStacks",
    "Resource": ARN.format(service="cloudformation", resource="stack/hallmark-realtime-dev/*"),
}


@pytest.fixture(scope="session")
def role(of_type):
    def find(thing):
        (found,) = [
            item for item in of_type("AWS::IAM::Role").values() if item["RoleName"] == f"load-{thing}-realtime-dev"
        ]
        return found

    return find


@pytest.fixture(scope="session")
def task(of_type):
    def find(thing):
        tasks = of_type("AWS::ECS::TaskDefinition").values()
        (found,) = [item for item in tasks if item["Family"] == f"load-{thing}-realtime-dev"]
        return found

    return find


def statements(role):
    (policy,) = role["Policies"]
    return policy["PolicyDocument"]["Statement"]


def test_the_master_reads_outputs_and_the_archives_size_and_leaves_its_run(role, of_type):
    (bucket,) = (found["BucketName"] for found in of_type("AWS::S3::Bucket").values())
    assert statements(role("master")) == [
        READ_OUTPUTS,
        {
            "Sid": "ReadArchiveSize",
            "Effect": "Allow",
            "Action": "events:DescribeArchive",
            "Resource": ARN.format(service="events", resource="archive/realtime-transaction-dev"),
        },
        {
            "Sid": "LeaveRun",
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/runs/*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        },
    ]


def test_a_worker_reads_outputs_and_exactly_one_key(role):
    assert statements(role("worker")) == [
        READ_OUTPUTS,
        {
            "Sid": "ReadKey",
            "Effect": "Allow",
            "Action": "apigateway:GET",
            "Resource": "arn:aws:apigateway:eu-central-1::/apikeys/${ApiKeyId}",
        },
    ]


def test_fargate_pulls_one_repository_and_writes_one_group(role, of_type):
    (group,) = (found["LogGroupName"] for found in of_type("AWS::Logs::LogGroup").values())
    token, pull, log = statements(role("execution"))
    assert (token["Action"], token["Resource"]) == ("ecr:GetAuthorizationToken", "*")
    assert pull["Action"] == ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    repository = "repository/cdk-hnb659fds-container-assets-123456789012-eu-central-1"
    assert pull["Resource"] == ARN.format(service="ecr", resource=repository)
    assert (log["Action"], log["Resource"]) == (
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        ARN.format(service="logs", resource=f"log-group:{group}:*"),
    )


def test_only_tasks_of_this_account_take_the_roles(of_type):
    roles = of_type("AWS::IAM::Role").values()
    assert len(roles) == 3
    for found in roles:
        assert "ManagedPolicyArns" not in found
        (trust,) = found["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        assert trust["Condition"] == {
            "ArnLike": {"aws:SourceArn": ARN.format(service="ecs", resource="*")},
            "StringEquals": {"aws:SourceAccount": "123456789012"},
        }


def test_nobody_comes_in_from_outside(of_type):
    (group,) = of_type("AWS::EC2::SecurityGroup")
    own = f"${{{group}.GroupId}}"
    (inward,) = of_type("AWS::EC2::SecurityGroupIngress").values()
    assert (inward["SourceSecurityGroupId"], inward["FromPort"], inward["ToPort"]) == (own, 5557, 5557)
    assert "CidrIp" not in inward
    outward = of_type("AWS::EC2::SecurityGroupEgress").values()
    ways = {(rule.get("CidrIp") or rule["DestinationSecurityGroupId"], rule["FromPort"]) for rule in outward}
    assert ways == {("0.0.0.0/0", 443), (own, 5557)}
    assert "SecurityGroupIngress" not in of_type("AWS::EC2::SecurityGroup")[group]
    assert "SecurityGroupEgress" not in of_type("AWS::EC2::SecurityGroup")[group]
    assert all(subnet["MapPublicIpOnLaunch"] is False for subnet in of_type("AWS::EC2::Subnet").values())


@pytest.mark.parametrize("thing", ["master", "worker"])
def test_tasks_run_on_arm64_as_nobody_on_a_read_only_root(task, thing):
    found = task(thing)
    assert found["RuntimePlatform"] == {"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"}
    assert (found["RequiresCompatibilities"], found["NetworkMode"]) == (["FARGATE"], "awsvpc")
    (container,) = found["ContainerDefinitions"]
    assert (container["User"], container["ReadonlyRootFilesystem"], container["Command"]) == ("1000", True, [thing])
    assert container["LogConfiguration"]["LogDriver"] == "awslogs"
    assert not {"Secrets", "Privileged"} & set(container)


def test_variables_name_things_and_hold_no_secret(task, of_type):
    (bucket,) = (found["BucketName"] for found in of_type("AWS::S3::Bucket").values())

    def variables(thing):
        (container,) = task(thing)["ContainerDefinitions"]
        return {item["Name"]: item["Value"] for item in container["Environment"]}

    common = {"HALLMARK_SYSTEM": "realtime", "STAGE": "dev", "AWS_DEFAULT_REGION": "eu-central-1"}
    assert variables("worker") == common
    assert variables("master") == {**common, "WORKERS": "1", "RUNS_BUCKET": bucket}


def test_logs_are_kept_30_days_and_runs_are_private_and_forgotten(of_type):
    (group,) = of_type("AWS::Logs::LogGroup").values()
    assert (group["LogGroupName"], group["RetentionInDays"]) == ("/hallmark/load-generators-realtime-dev", 30)
    (bucket,) = of_type("AWS::S3::Bucket").values()
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 30
    (policy,) = of_type("AWS::S3::BucketPolicy").values()
    (tls,) = policy["PolicyDocument"]["Statement"]
    assert (tls["Effect"], tls["Action"]) == ("Deny", "s3:*")
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_key_is_a_parameter_without_a_value(template):
    template = template.raw
    assert set(template["Parameters"]) == {"ApiKeyId"}
    assert "Default" not in template["Parameters"]["ApiKeyId"]
    assert set(template["Outputs"]) == {
        "Cluster", "MasterTask", "WorkerTask", "Subnets", "SecurityGroup", "RunsBucket",
    }  # fmt: skip


def test_nothing_runs_until_somebody_runs_it(template):
    kinds = {resource["Type"] for resource in template.raw["Resources"].values()}
    assert not kinds & {"AWS::ECS::Service", "AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::Lambda::Function"}


def test_the_stacks_of_the_systems_know_nothing_of_it(template):
    assert "Fn::ImportValue" not in json.dumps(template.raw)
    assert [file.name for file in OPTIONAL.glob("*.template.json")] == ["hallmark-load-realtime-dev.template.json"]
    assert not list(CDK_OUT.glob("hallmark-load-*"))
