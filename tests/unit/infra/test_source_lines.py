"""The lines that made each resource: kept for all of them, in files that exist, and nothing in the templates."""

import json
from pathlib import Path

import pytest

from hallmark.project import CLOUD_ASSEMBLY, ROOT
from hallmark.sources import load
from infra.systems import SYSTEMS, System


def template(stack: str) -> Path:
    return CLOUD_ASSEMBLY / f"{stack}.template.json"


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_every_resource_has_the_line_of_its_systems_room(system: System, stage: str) -> None:
    sources = load()
    for stack in system.stack_names(stage):
        for name in json.loads(template(stack).read_text())["Resources"]:
            source = sources.of(f"build/cdk.out/{stack}.template.json", name)
            assert source is not None, (stack, name)
            assert source.file.startswith(f"infra/{system.name}/"), (name, source)
            for one in (source, *source.related):
                lines = (ROOT / one.file).read_text().splitlines()
                assert lines[one.line - 1].strip(), str(one)


def test_a_template_says_nothing_of_lines() -> None:
    for system in SYSTEMS:
        for stack in system.stack_names("dev"):
            assert "infra/" not in template(stack).read_text()


def test_the_line_is_that_of_the_call() -> None:
    """A construct of the trunk is beside it, and so is who called a helper."""
    (name,) = (name for name in load().stacks["hallmark-bank-upload-dev"] if name.startswith("Storagefiles0"))
    source = load().of("build/cdk.out/hallmark-bank-upload-dev.template.json", name)
    assert source is not None
    lines = (ROOT / source.file).read_text().splitlines()
    assert "SecureBucket(" in lines[source.line - 1]
    assert source.related[0].file == "infra/constructs/secure_bucket.py"
    assert "super().__init__(" in (ROOT / source.related[0].file).read_text().splitlines()[source.related[0].line - 1]


def test_a_policy_that_the_cdk_adds_has_the_line_of_what_it_is_in() -> None:
    sources = load().stacks["hallmark-bank-upload-dev"]
    bucket, policy = (
        next(lines for name, lines in sources.items() if name.startswith(beginning))
        for beginning in ("Storagefiles0", "StoragefilesPolicy")
    )
    assert bucket == policy
