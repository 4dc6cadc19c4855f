"""Images come to ECR once: by the registry's interface to the emulator, by Docker or what replaces it to AWS."""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.images import docker, publishing
from hallmark.images.published import Wanted
from infra.errors import UserError
from tests.support.images import make_image

HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
SECRET = "a-password"
ONE = Wanted("vault", "keeper", "ecr-vault-keeper-dev", "a" * 64)
# Records its arguments and its input, and fails at the command that FAIL names.
STAND_IN = """#!{python}
import json, os, sys
given = "" if sys.stdin.isatty() else sys.stdin.read()
row = [sys.argv[1:], given, os.environ.get("BUILDX_NO_DEFAULT_ATTESTATIONS"), os.getcwd()]
with open({calls!r}, "a") as file:
    file.write(json.dumps(row) + "\\n")
if sys.argv[1] == os.environ.get("FAIL"):
    print("some output")
    print("ERROR: denied: no right to " + sys.argv[1], file=sys.stderr)
    sys.exit(1)
"""


class Stage:
    """A stage whose ECR has a repository, and images in it by their tags."""

    system, name, region, up_command = "vault", "dev", "us-east-1", "hallmark up --system vault --target aws"

    def __init__(self, is_emulated: bool = False, repositories: tuple[str, ...] = (ONE.repository,)) -> None:
        self.is_emulated, self.repositories = is_emulated, repositories
        self.images: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        assert service == "ecr"
        return self

    def describe_images(self, repositoryName: str, imageIds: Any) -> Any:
        if repositoryName not in self.repositories or imageIds[0]["imageTag"] not in self.images:
            raise ClientError({"Error": {"Code": "ImageNotFoundException"}}, "DescribeImages")
        return {"imageDetails": [self.images[imageIds[0]["imageTag"]]]}

    def describe_repositories(self, repositoryNames: list[str]) -> Any:
        if repositoryNames[0] not in self.repositories:
            raise ClientError({"Error": {"Code": "RepositoryNotFoundException"}}, "DescribeRepositories")
        return {"repositories": [{"repositoryUri": f"{HOST}/{repositoryNames[0]}"}]}

    def get_authorization_token(self) -> Any:
        return {"authorizationData": [{"authorizationToken": base64.b64encode(f"AWS:{SECRET}".encode()).decode()}]}


def _any(stage: Stage) -> Any:
    return stage


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stand-in for Docker; returns what it was called with."""
    record, program = tmp_path / "calls", tmp_path / "builder"
    program.write_text(STAND_IN.format(python=sys.executable, calls=str(record)))
    program.chmod(0o755)
    monkeypatch.setenv("CDK_DOCKER", str(program))
    monkeypatch.setattr(publishing, "wanted", lambda system, stage: [ONE])
    monkeypatch.setattr(
        docker, "dockerfile_of", lambda system, function: docker.CONTEXT / system / function / "Dockerfile"
    )
    monkeypatch.setattr(docker, "FAILURE_LOG", docker.ROOT / "build" / f"failure-{tmp_path.name}.log")
    yield lambda: [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
    docker.FAILURE_LOG.unlink(missing_ok=True)


def _pushing(stage: Stage, monkeypatch: pytest.MonkeyPatch, **image: str) -> None:
    """Let the push of the stand-in put an image into ECR."""
    build_and_push = docker.build_and_push

    def push(*arguments: Any) -> None:
        build_and_push(*arguments)
        stage.images[ONE.tag] = {"imageDigest": "sha256:1", **image}

    monkeypatch.setattr(docker, "build_and_push", push)


def test_aws_gets_one_image_for_graviton(calls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    _pushing(stage, monkeypatch)
    assert publishing.publish(_any(stage)) == {"keeper": "sha256:1"}
    uri, local = f"{HOST}/{ONE.repository}:{ONE.tag}", f"hallmark-vault-keeper:{ONE.tag}"
    build = ["build", "--platform", "linux/arm64", "--provenance=false", "--tag", local]
    assert [row[0] for row in calls()] == [
        ["login", "--username", "AWS", "--password-stdin", HOST],
        [*build, "--file", "lambda/vault/keeper/Dockerfile", "lambda"],
        ["tag", local, uri],
        ["push", uri],
    ]
    assert [row[1] for row in calls()] == [SECRET, "", "", ""]
    assert {(row[2], row[3]) for row in calls()} == {("1", str(docker.ROOT))}


def test_nothing_is_done_when_ecr_has_the_tag(calls: Any) -> None:
    stage = Stage()
    stage.images[ONE.tag] = {"imageDigest": "sha256:1"}
    assert publishing.publish(_any(stage)) == {"keeper": "sha256:1"}
    assert calls() == []


@pytest.mark.parametrize(("command", "count"), [("login", 1), ("build", 2), ("tag", 3), ("push", 4)])
def test_a_command_that_fails_is_one_line(
    calls: Any, monkeypatch: pytest.MonkeyPatch, command: str, count: int
) -> None:
    monkeypatch.setenv("FAIL", command)
    with pytest.raises(UserError) as raised:
        publishing.publish(_any(Stage()))
    text = str(raised.value)
    assert f" {command}` failed: ERROR: denied: no right to {command} (full output: build/" in text
    assert "\n" not in text and SECRET not in text and len(calls()) == count


@pytest.mark.parametrize("name", ["/nowhere/docker", str(Path(__file__))])
def test_a_program_that_cannot_be_started_is_one_line(calls: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CDK_DOCKER", name)
    with pytest.raises(UserError, match=r"cannot be started \(.*\): install Docker, or name a program .* CDK_DOCKER"):
        publishing.publish(_any(Stage()))


def test_without_a_variable_it_is_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CDK_DOCKER", raising=False)
    assert docker.program() == "docker"


def test_a_missing_repository_is_one_line(calls: Any) -> None:
    with pytest.raises(UserError, match=rf"{ONE.repository} does not exist: run `hallmark up"):
        publishing.publish(_any(Stage(repositories=())))


def test_a_push_that_leaves_nothing_and_an_index_are_refused(calls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="was pushed, and ECR does not have it"):
        publishing.publish(_any(Stage()))
    stage = Stage()
    _pushing(stage, monkeypatch, imageManifestMediaType="application/vnd.oci.image.index.v1+json")
    with pytest.raises(UserError, match=r"is an index of several images: delete it with `aws ecr batch-delete-image"):
        publishing.publish(_any(stage))


def test_on_the_emulator_a_tag_must_be_this_trees_image(
    calls: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    image = make_image(tmp_path, {"app.py": ""})
    monkeypatch.setattr("hallmark.images.published.built", lambda system, function: image)
    stage = Stage(is_emulated=True)
    stage.images[ONE.tag] = {"imageDigest": image.digest}
    assert publishing.publish(_any(stage)) == {"keeper": image.digest}
    stage.images[ONE.tag] = {"imageDigest": "sha256:other"}
    with pytest.raises(UserError, match="is sha256:other, not the image of this tree: delete it with"):
        publishing.publish(_any(stage))
