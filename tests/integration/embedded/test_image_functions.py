"""Functions of container images: what was pushed runs, with nothing else, and is refused as Lambda refuses it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hallmark.images.layout import Image
from hallmark.images.registry import Registry
from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.embedded.emulator import Emulator
from tests.support.images import make_image
from tests.support.policy_statements import allow

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
