"""Code that a deployment would leave although it was not built, and aliases that serve another version."""

import copy
import json
from typing import Any

import pytest

from hallmark import built_code
from hallmark.built_code import Foreign, Moved
from tests.support.code_hashes import BUILT, KEY, OTHER, OTHER_KEY

Json = dict[str, Any]
VERSION = "arn:aws:lambda:eu-central-1:1:function:judge:4"
TEMPLATE: Json = {
    "Resources": {
        "Judge": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": KEY}, "Timeout": 10}},
        "Four": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Judge"}, "CodeSha256": BUILT}},
        "Live": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {"FunctionVersion": {"Fn::GetAtt": ["Four", "Version"]}, "Name": "live"},
        },
    }
}
PHYSICAL = {"Judge": "judge", "Four": VERSION, "Live": "arn:aws:lambda:eu-central-1:1:function:judge:live"}


class Stage:
    """A deployed stage: what Lambda and CloudFormation answer about it."""

    system, name, stacks, is_emulated = "realtime", "dev", ("stack",), True

    def __init__(self, code_sha256: str, alias: Json, deployed: Json = TEMPLATE) -> None:
        self.code, self.alias, self.deployed, self.outputs = code_sha256, alias, deployed, {}

    def client(self, service: str) -> Any:
        return self

    def can_paginate(self, operation: str) -> bool:
        return operation == "list_stack_resources"

    def get_paginator(self, operation: str) -> Any:
        return self

    def paginate(self, **_: str) -> list[Json]:
        kinds = {name: one["Type"] for name, one in self.deployed["Resources"].items()}
        rows = [
            {"ResourceType": kinds[name], "PhysicalResourceId": physical, "LogicalResourceId": name}
            for name, physical in PHYSICAL.items()
        ]
        return [{"StackResourceSummaries": rows}]

    def get_template(self, **_: str) -> Json:
        return {"TemplateBody": json.dumps(self.deployed)}

    def get_function_configuration(self, **_: str) -> Json:
        return {"CodeSha256": self.code}

    def get_alias(self, **_: str) -> Json:
        return self.alias


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> Json:
    """The template of this tree, to be edited."""
    template: Json = copy.deepcopy(TEMPLATE)
    monkeypatch.setattr(built_code, "declared", lambda system, stage: template)
    return template


def _stage(code_sha256: str = OTHER, version: str = "4", weights: Json | None = None) -> Any:
    routing = {"RoutingConfig": {"AdditionalVersionWeights": weights}} if weights else {}
    return Stage(code_sha256, {"FunctionVersion": version, **routing})


def test_built_code_is_not_foreign() -> None:
    assert built_code.foreign(_stage(BUILT)) == []


def test_other_code_is_foreign_also_when_another_setting_is_deployed(declared: Json) -> None:
    declared["Resources"]["Judge"]["Properties"]["Timeout"] = 11
    assert built_code.foreign(_stage()) == [Foreign("judge", OTHER, KEY.removesuffix(".zip"))]


def test_code_that_the_deployment_replaces_is_not(declared: Json) -> None:
    declared["Resources"]["Judge"]["Properties"]["Code"] = {"S3Key": OTHER_KEY}
    assert built_code.foreign(_stage()) == []
    del declared["Resources"]["Judge"]
    assert built_code.foreign(_stage()) == []


@pytest.mark.parametrize(
    ("version", "weights", "found"),
    [
        ("4", None, None),
        ("3", None, "3"),
        ("4", {"3": 0.1}, "4 and 3"),
        ("14", None, "14"),
        ("$LATEST", None, "$LATEST"),
    ],
)
def test_an_alias_of_another_version_is_moved(version: str, weights: Json | None, found: str | None) -> None:
    wanted = [Moved("judge", "live", found, "4")] if found else []
    assert built_code.moved(_stage(version=version, weights=weights)) == wanted


DIGEST, OTHER_DIGEST = "b" * 64, "c" * 64
URI = f"111122223333.dkr.ecr.eu-central-1.amazonaws.com/ecr-judge:{'a' * 64}"


class ImageStage(Stage):
    """A stage whose function runs an image, and whose ECR has one under the tag that the template names."""

    is_emulated, given, named = False, "", ""

    def get_function(self, **_: str) -> Json:
        return {"Code": {"ImageUri": self.named}}

    def get_caller_identity(self) -> Json:
        return {"Account": "111122223333"}

    def get_function_configuration(self, **_: str) -> Json:
        return {"CodeSha256": self.code, "PackageType": "Image"}

    def describe_images(self, **_: Any) -> Json:
        return {"imageDetails": [{"imageDigest": f"sha256:{DIGEST}"}]}

    def update_function_code(self, FunctionName: str, ImageUri: str) -> None:
        self.given, self.code = ImageUri, DIGEST

    def get_waiter(self, name: str) -> Any:
        return self

    def wait(self, FunctionName: str) -> None:
        assert FunctionName == "judge"


@pytest.mark.parametrize(("runs", "is_foreign"), [(DIGEST, False), (OTHER_DIGEST, True)])
def test_an_image_is_foreign_where_another_digest_runs(declared: Json, runs: str, is_foreign: bool) -> None:
    deployed = copy.deepcopy(TEMPLATE)
    code = {"ImageUri": {"Fn::Sub": URI.replace("111122223333", "${AWS::AccountId}")}}
    for template in (declared, deployed):
        template["Resources"]["Judge"]["Properties"] = {"PackageType": "Image", "Code": code}
    stage: Any = ImageStage(runs, {}, deployed)
    assert built_code.foreign(stage) == ([Foreign("judge", runs, URI)] if is_foreign else [])


@pytest.mark.parametrize(
    ("named", "is_foreign"),
    [(URI, False), (f"{URI.rpartition(':')[0]}:latest", True), (f"{URI.rpartition(':')[0]}@sha256:{DIGEST}", True)],
)
def test_the_right_image_by_another_name_is_put_back(declared: Json, named: str, is_foreign: bool) -> None:
    deployed = copy.deepcopy(TEMPLATE)
    for template in (declared, deployed):
        template["Resources"]["Judge"]["Properties"] = {"PackageType": "Image", "Code": {"ImageUri": URI}}
    stage: Any = ImageStage(DIGEST, {}, deployed)
    stage.named = named
    assert built_code.foreign(stage) == []
    assert built_code.foreign(stage, renamed=True) == ([Foreign("judge", DIGEST, URI)] if is_foreign else [])


def test_an_image_is_put_back_by_its_name() -> None:
    stage: Any = ImageStage(OTHER_DIGEST, {})
    built_code.put_back(stage, Foreign("judge", OTHER_DIGEST, URI))
    assert stage.given == URI
