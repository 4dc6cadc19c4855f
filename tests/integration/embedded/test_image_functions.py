"""Functions of container images: what was pushed runs, with nothing else, and is refused as Lambda refuses it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.images.building import Platform
from hallmark.images.layout import Image
from hallmark.images.registry import Registry
from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.embedded.emulator import Emulator
from infra.errors import UserError
from tests.support.images import OWN, make_image
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

Client = Callable[[str], Any]
HANDLER = """
import os, sys
from importlib.util import find_spec
import packed

def handler(event, context):
    return {
        "version": "%s",
        "packed": packed.NAME,
        "python": list(sys.version_info[:2]),
        "found": [name for name in event.get("find", []) if find_spec(name)],
        "colour": os.environ.get("COLOUR"),
        "place": os.path.isfile(os.path.join(os.environ["PLACE"], "..", "app.py")),
        "folder": os.getcwd() == os.environ["LAMBDA_TASK_ROOT"],
    }
"""
PACKED = {"packed.py": "NAME = 'from the lock'"}
# A function's architecture that this machine does not have.
NOT_OURS = "arm64" if OWN.architecture == "amd64" else "x86_64"
PULL = allow(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], None, Principal={"Service": "lambda.amazonaws.com"})


@pytest.fixture
def registry(running_emulator: Emulator, client: Client) -> Registry:
    region = client("ecr").meta.region_name
    return Registry(running_emulator.endpoint, f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com")


@pytest.fixture
def repository(client: Client, unique: str) -> str:
    client("ecr").create_repository(repositoryName=unique, imageTagMutability="IMMUTABLE")
    policy = {"Version": "2012-10-17", "Statement": [PULL]}
    client("ecr").set_repository_policy(repositoryName=unique, policyText=json.dumps(policy))
    return unique


@pytest.fixture
def pushed(registry: Registry, repository: str, tmp_path: Path) -> Callable[..., tuple[str, Image]]:
    """Build and push an image under a tag; returns its URI and the image."""

    def push(tag: str, code: str = HANDLER % "first", **settings: Any) -> tuple[str, Image]:
        image = make_image(tmp_path / tag, {"app.py": code}, PACKED, **settings)
        registry.push(repository, tag, image)
        return f"{registry.host}/{repository}:{tag}", image

    return push


@pytest.fixture
def made(client: Client, unique: str, role: str) -> Callable[..., Any]:
    """Create the test's function with an image, and return what Lambda says of it."""

    def create(uri: str, **settings: Any) -> Any:
        options = {"Architectures": ["arm64"], **settings}
        return client("lambda").create_function(
            FunctionName=unique, Role=role, PackageType="Image", Code={"ImageUri": uri}, **options
        )

    return create


def invoke(client: Client, name: str, event: Any = None, **options: Any) -> Any:
    answer = client("lambda").invoke(FunctionName=name, Payload=json.dumps(event or {}), **options)
    return json.loads(answer["Payload"].read())


def test_what_was_pushed_runs_and_nothing_else(client: Client, unique: str, pushed: Any, made: Any) -> None:
    uri, _ = pushed("one")
    made(uri)
    answer = invoke(client, unique, {"find": ["json", "boto3", "hallmark", "ministack", "pip"]})
    assert answer == {
        "version": "first",
        "packed": "from the lock",
        "python": list(sys.version_info[:2]),
        "found": ["json"],
        "colour": "green",
        "place": False,
        "folder": True,
    }


def test_lambda_says_what_it_runs(client: Client, unique: str, pushed: Any, made: Any) -> None:
    uri, image = pushed("one")
    created = made(uri, MemorySize=512)
    digest = image.digest.removeprefix("sha256:")
    found = client("lambda").get_function(FunctionName=unique)
    for config in (created, found["Configuration"], client("lambda").get_function_configuration(FunctionName=unique)):
        assert (config["PackageType"], config["CodeSha256"], config["MemorySize"]) == ("Image", digest, 512)
        assert "Runtime" not in config and "Handler" not in config
    assert found["Code"] == {
        "RepositoryType": "ECR",
        "ImageUri": uri,
        "ResolvedImageUri": f"{uri.rpartition(':')[0]}@{image.digest}",
    }


def test_a_function_keeps_the_digest_until_it_is_given_another(
    client: Client, unique: str, pushed: Any, made: Any
) -> None:
    first, _ = pushed("one")
    second, image = pushed("two", HANDLER % "second")
    made(first)
    assert invoke(client, unique)["version"] == "first"
    answer = client("lambda").update_function_code(FunctionName=unique, ImageUri=second)
    assert answer["CodeSha256"] == image.digest.removeprefix("sha256:")
    assert invoke(client, unique)["version"] == "second"
    by_digest = f"{first.rpartition(':')[0]}@{image.digest}"
    assert client("lambda").update_function_code(FunctionName=unique, ImageUri=by_digest)["CodeSha256"]


def test_a_versions_image_stays(client: Client, unique: str, pushed: Any, made: Any) -> None:
    made(pushed("one")[0], Publish=True)
    client("lambda").update_function_code(FunctionName=unique, ImageUri=pushed("two", HANDLER % "second")[0])
    assert invoke(client, unique, Qualifier="1")["version"] == "first"
    assert invoke(client, unique)["version"] == "second"


def test_the_function_may_override_command_and_variables(client: Client, unique: str, pushed: Any, made: Any) -> None:
    uri, _ = pushed("one", HANDLER % "first" + "\ndef other(event, context):\n    return os.environ['COLOUR']\n")
    made(uri, ImageConfig={"Command": ["app.other"]}, Environment={"Variables": {"COLOUR": "red"}})
    assert invoke(client, unique) == "red"


def test_a_missing_module_is_lambdas_error(client: Client, unique: str, pushed: Any, made: Any) -> None:
    made(pushed("one", "import boto3\n")[0])
    answer = invoke(client, unique)
    assert answer["errorType"] == "Runtime.ImportModuleError"
    assert answer["errorMessage"] == "Unable to import module 'app': No module named 'boto3'"


@pytest.mark.parametrize(
    ("platform", "architectures", "words"),
    [
        (Platform("arm64" if OWN.architecture == "amd64" else "amd64", "arm64"), ["arm64"], "this machine is"),
        (Platform(OWN.architecture, OWN.architecture), [NOT_OURS], "the function for"),
    ],
)
def test_another_architecture_does_not_start(
    client: Client, unique: str, pushed: Any, made: Any, platform: Platform, architectures: list[str], words: str
) -> None:
    made(pushed("one", platform=platform)[0], Architectures=architectures)
    answer = invoke(client, unique)
    assert answer["errorType"] == "Runtime.InvalidEntrypoint"
    assert "exec format error" in answer["errorMessage"] and words in answer["errorMessage"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("{host}/{repository}:other", "does not exist"),
        ("{host}/missing:one", "does not exist"),
        ("{host}/{repository}", "is not valid"),
        ("docker.io/library/python:3.11", "is not valid"),
        ("000000000000.dkr.ecr.eu-west-1.amazonaws.com/{repository}:one", "in region"),
    ],
)
def test_an_image_that_is_not_there_is_refused(
    repository: str, registry: Registry, pushed: Any, made: Any, name: str, message: str
) -> None:
    pushed("one")
    with pytest.raises(ClientError, match=message) as raised:
        made(name.format(host=registry.host, repository=repository))
    assert raised.value.response["Error"]["Code"] == "InvalidParameterValueException"


@pytest.mark.parametrize("policy", ["none", "one action", "another function"])
def test_a_repository_must_let_lambda_pull(
    client: Client, repository: str, pushed: Any, made: Any, policy: str
) -> None:
    uri, _ = pushed("one")
    other = {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:other"}}
    statement = {**PULL, "Action": "ecr:BatchGetImage"} if policy == "one action" else {**PULL, "Condition": other}
    if policy == "none":
        client("ecr").delete_repository_policy(repositoryName=repository)
    else:
        client("ecr").set_repository_policy(
            repositoryName=repository, policyText=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
    with pytest.raises(ClientError, match="Lambda does not have permission to access the ECR image"):
        made(uri)


def test_a_template_is_refused_as_a_whole(client: Client, unique: str, role: str, registry: Registry) -> None:
    function = {"PackageType": "Image", "Role": role, "Code": {"ImageUri": f"{registry.host}/missing:one"}}
    template = {"Resources": {"Own": {"Type": "AWS::Lambda::Function", "Properties": function}}}
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName=unique, TemplateBody=json.dumps(template))
    events = lambda: cloudformation.describe_stack_events(StackName=unique)["StackEvents"]  # noqa: E731
    failed = wait_for(lambda: [one for one in events() if one["ResourceStatus"] == "CREATE_FAILED"], "the refusal")
    assert "Source image" in failed[0]["ResourceStatusReason"]


def test_packages_are_not_exchanged(client: Client, unique: str, create: Any, pushed: Any) -> None:
    create("exports.handler = async () => 1;")
    with pytest.raises(ClientError, match="Please don't provide ImageUri"):
        client("lambda").update_function_code(FunctionName=unique, ImageUri=pushed("one")[0])


def test_tags_do_not_move_and_a_push_sends_only_what_is_missing(
    client: Client, registry: Registry, repository: str, pushed: Any, tmp_path: Path
) -> None:
    _, image = pushed("one")
    assert registry.digest(repository, "one") == image.digest and registry.digest(repository, "two") is None
    other = make_image(tmp_path / "other", {"app.py": ""}, PACKED)
    with pytest.raises(UserError, match=rf"refuses {repository}/manifests/one: TAG_INVALID, tag 'one' is immutable"):
        registry.push(repository, "one", other)
    with pytest.raises(UserError, match="NAME_UNKNOWN"):
        registry.push("missing", "one", other)
    sizes = client("ecr").describe_images(repositoryName=repository, imageIds=[{"imageTag": "one"}])["imageDetails"]
    described = json.loads(image.manifest)
    assert sizes[0]["imageSizeInBytes"] == sum(one["size"] for one in (described["config"], *described["layers"]))
    with pytest.raises(ClientError, match="does not exist within the repository") as raised:
        client("ecr").describe_images(repositoryName=repository, imageIds=[{"imageTag": "two"}])
    assert raised.value.response["Error"]["Code"] == "ImageNotFoundException"
    client("ecr").delete_repository(repositoryName=repository, force=True)
    client("ecr").create_repository(repositoryName=repository)
    assert registry._ask("HEAD", f"{repository}/blobs/{described['layers'][0]['digest']}").status == 404


def test_a_manifest_that_is_none_of_an_image_is_refused(
    client: Client, registry: Registry, repository: str, pushed: Any
) -> None:
    _, image = pushed("one")
    whole = json.loads(image.manifest)
    lacking = json.dumps({**whole, "layers": [{**whole["layers"][0], "digest": f"sha256:{'1' * 64}"}]})
    put = client("ecr").put_image
    for text, code, error in (
        (lacking, "MANIFEST_BLOB_UNKNOWN", "LayersNotFoundException"),
        ("{", "MANIFEST_INVALID", "InvalidParameterException"),
        ('{"layers": [{}]}', "MANIFEST_INVALID", "InvalidParameterException"),
    ):
        answer = registry._ask("PUT", f"{repository}/manifests/two", body=text.encode())
        assert (answer.status, answer.json()["errors"][0]["code"]) == (400, code)
        with pytest.raises(ClientError, match=error):
            put(repositoryName=repository, imageManifest=text, imageTag="two")
    answer = registry._ask("PUT", f"{repository}/manifests/sha256:{'2' * 64}", body=image.manifest)
    assert answer.json()["errors"][0]["code"] == "DIGEST_INVALID"
    assert registry.digest(repository, "two") is None


def test_the_last_tag_takes_the_image_along(client: Client, registry: Registry, repository: str, pushed: Any) -> None:
    ecr, (_, image) = client("ecr"), pushed("one")
    registry.push(repository, "two", image)

    def tags() -> list[str]:
        return sorted(one["imageTag"] for one in ecr.list_images(repositoryName=repository)["imageIds"])

    assert tags() == ["one", "two"]
    for tag, left in (("two", ["one"]), ("one", [])):
        answer = ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageTag": tag}])
        assert answer["imageIds"] == [{"imageDigest": image.digest, "imageTag": tag}] and tags() == left
    failure = ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageTag": "one"}])["failures"]
    assert [one["failureCode"] for one in failure] == ["ImageNotFound"]


def test_too_large_for_lambda(client: Client, unique: str, pushed: Any, made: Any) -> None:
    made(
        pushed(
            "one", "def handler(event, context):\n    return 'x' * event if isinstance(event, int) else len(event)\n"
        )[0]
    )
    assert invoke(client, unique, "x" * 6_291_454) == 6_291_454
    for kind, length, limit in (("RequestResponse", 6_291_455, 6_291_456), ("Event", 1_048_575, 1_048_576)):
        with pytest.raises(ClientError, match=rf"for the {kind} invocation type \(limit {limit} bytes\)") as raised:
            invoke(client, unique, "x" * length, InvocationType=kind)
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert len(invoke(client, unique, 6_291_554)) == 6_291_554
    assert invoke(client, unique, 6_291_555)["errorType"] == "Function.ResponseSizeTooLarge"
