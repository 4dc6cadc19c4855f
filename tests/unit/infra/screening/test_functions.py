"""The functions of screening: settings, variables, images, and where they stand."""

import pytest

from infra.constructs.image_function import BASE_IMAGE, CONTEXT, content_tag, dockerfile_of, image_functions
from infra.images.dockerfile import read
from infra.screening.parameters import Function
from tests.support.templates import ACCOUNT

BY_FUNCTION = pytest.mark.parametrize("function", tuple(Function))


def named(kind, function):
    return f"{kind}-screening-{function.replace('_', '-')}"


def settings(template, function):
    return template.named("AWS::Lambda::Function", named("lambda", function), "FunctionName")


@BY_FUNCTION
def test_a_function_is_set_up_as_the_customer_wants(template, function):
    wanted = {
        "PackageType": "Image",
        "Architectures": ["arm64"],
        "MemorySize": 3072,
        "Timeout": 60,
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {"LogGroup": f"/aws/lambda/{template.name(named('lambda', function))}"},
        "ReservedConcurrentExecutions": 100,
    }
    found = settings(template, function)
    assert {key: found[key] for key in wanted} == wanted
    assert {group["RetentionInDays"] for group in template.properties("AWS::Logs::LogGroup")} == {30}


@BY_FUNCTION
def test_a_function_knows_its_table_and_nothing_else(template, function):
    assert settings(template, function)["Environment"]["Variables"] == {
        "STAGE": template.stage,
        "STATE_TABLE": template.name("dynamodb-screening-transaction-state"),
    }


def exported(network, value):
    """What an import of the network's stack stands for."""
    names = {one["Export"]["Name"]: one["Value"] for one in network.body["Outputs"].values() if "Export" in one}
    return names[value["Fn::ImportValue"]]


@BY_FUNCTION
def test_a_function_is_in_the_private_subnets_with_the_functions_group_and_its_role_beside_them(
    template, network, function
):
    found = settings(template, function)
    subnets = [exported(network, one) for one in found["VpcConfig"]["SubnetIds"]]
    assert subnets == [f"${{{name}}}" for name in network.of_type("AWS::EC2::Subnet")]
    groups = {
        one["Metadata"]["Hallmark"]["Role"]: name for name, one in network.of_type("AWS::EC2::SecurityGroup").items()
    }
    assert [exported(network, one) for one in found["VpcConfig"]["SecurityGroupIds"]] == [
        f"${{{groups['functions']}.GroupId}}"
    ]
    role = f"arn:aws:iam::{ACCOUNT}:role/{network.name(named('role', function))}"
    assert exported(network, found["Role"]) == role


def test_each_function_has_a_dockerfile_and_a_repository(images):
    found = [one for one in image_functions() if one[0] == "screening"]
    assert found == sorted(("screening", str(function)) for function in Function)
    names = {props["RepositoryName"] for props in images.properties("AWS::ECR::Repository")}
    assert names == {images.name(named("ecr", function)) for function in Function}


@BY_FUNCTION
def test_a_function_runs_the_image_of_its_own_code(template, function):
    file = dockerfile_of("screening", function)
    made = read(file)
    assert (made.base, made.command) == (BASE_IMAGE, (f"screening.{function}.index.handler",))
    props = settings(template, function)
    image = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/{template.name(named('ecr', function))}"
    assert props["Code"] == {"ImageUri": f"{image}:{content_tag(file, CONTEXT)}"}
    assert not {"Runtime", "Handler", "ImageConfig", "Layers"} & set(props)
