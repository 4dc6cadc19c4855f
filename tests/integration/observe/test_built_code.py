"""Code that was not built, and versions that are served instead of the built one, are named, refused and put back.

`hallmark up` says what somebody changed, and what to do; it ends with 1 until nothing differs.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hallmark import built_code
from hallmark.observe.comparison import Comparison, compare
from hallmark.stage import Stage
from hallmark.stage.embedded import ACCOUNT, environment
from hallmark.stage.embedded.emulator import Emulator
from tests.integration.observe.changes.names import NOTIFIER, SYSTEM
from tests.integration.observe.conftest import REGION
from tests.support.command import Command
from tests.support.waiting import wait_for

Json = dict[str, Any]
pytestmark = pytest.mark.embedded
FUNCTION, ALIAS = "FunctionsnotifierFunction", "FunctionsnotifierFunctionAliaslive"
REPAIR = "put back what was built: `hallmark up --system realtime --stage dev --repair`"


def _foreign_code(stage: Stage) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("index.js", "exports.handler = async () => ({});")
    stage.client("lambda").update_function_code(FunctionName=NOTIFIER, ZipFile=archive.getvalue())
    stage.client("lambda").get_waiter("function_updated_v2").wait(FunctionName=NOTIFIER)


def _put_back(stage: Stage) -> None:
    for code in built_code.foreign(stage):
        built_code.put_back(stage, code)
    for alias in built_code.moved(stage):
        built_code.move_back(stage, alias)


@contextmanager
def _version(stage: Stage, **settings: Any) -> Iterator[str]:
    """Publish a version with other settings than the function has; delete it in the end."""
    awslambda, named = stage.client("lambda"), {"FunctionName": NOTIFIER}
    before = awslambda.get_function_configuration(**named)
    awslambda.update_function_configuration(**named, **settings)
    number = awslambda.publish_version(**named)["Version"]
    awslambda.update_function_configuration(**named, **{key: before[key] for key in settings})
    try:
        yield number
    finally:
        _put_back(stage)
        awslambda.delete_function(**named, Qualifier=number)


def _said(found: Comparison) -> dict[str, tuple[list[str], str]]:
    """Return, by the beginning of a logical id and the path, the controls and how to mend it."""
    return {
        f"{one.difference.resource} {one.difference.path}".strip(): ([c.control for c in one.concerns], one.mend)
        for one in found.differences
    }


def _controls_at(found: Comparison, *words: str) -> list[str]:
    (controls,) = [said[0] for place, said in _said(found).items() if all(word in place for word in words)]
    return controls


def test_foreign_code_is_named_refused_by_a_deployment_and_put_back(breakable: Stage, deployed_template: Json) -> None:
    _foreign_code(breakable)
    found = compare(breakable)
    ((place, said),) = _said(found).items()
    assert place.startswith(FUNCTION) and place.endswith(" Code.S3Key")
    assert said == (["RT_FN_RUNTIME"], REPAIR)
    assert [one.function for one in built_code.foreign(breakable)] == [NOTIFIER]

    assert _deployed_with_another_timeout(breakable, deployed_template) == "UPDATE_ROLLBACK_COMPLETE"
    served = breakable.client("lambda").get_function_configuration(FunctionName=NOTIFIER, Qualifier="live")
    stated = [
        one["Properties"]["CodeSha256"]
        for name, one in deployed_template["Resources"].items()
        if name.startswith(FUNCTION) and one["Type"] == "AWS::Lambda::Version"
    ]
    assert [served["CodeSha256"]] == stated

    _put_back(breakable)


def _deployed_with_another_timeout(stage: Stage, template: Json) -> str:
    """Deploy as the CDK does after a setting has changed: the version has another logical id. Return the status."""
    name = next(name for name in template["Resources"] if name.startswith(f"{FUNCTION}4"))
    version = next(name for name in template["Resources"] if name.startswith(f"{FUNCTION}CurrentVersion"))
    changed = json.loads(json.dumps(template).replace(version, f"{version}later"))
    changed["Resources"][name]["Properties"]["Timeout"] = 11
    cloudformation, stack = stage.client("cloudformation"), stage.stacks[0]
    # A template of this size is read from a bucket; the CDK's own is there.
    bucket, key = f"cdk-hnb659fds-assets-{ACCOUNT}-{stage.region}", "changed.json"
    stage.client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(changed))
    address = f"https://s3.{stage.region}.amazonaws.com/{bucket}/{key}"
    cloudformation.update_stack(StackName=stack, TemplateURL=address, Capabilities=["CAPABILITY_NAMED_IAM"])
    status = lambda: cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]  # noqa: E731
    wait_for(lambda: not status().endswith("IN_PROGRESS"), "the update")
    return str(status())


def test_a_version_that_is_served_with_less_memory(breakable: Stage) -> None:
    with _version(breakable, MemorySize=128) as number:
        breakable.client("lambda").update_alias(FunctionName=NOTIFIER, Name="live", FunctionVersion=number)
        found = compare(breakable)
        assert _controls_at(found, f"Version{number} MemorySize") == ["RT_FN_MEMORY"]
        assert {control for control, findings in found.findings.items() if findings} == {"RT_FN_MEMORY"}
        (moved,) = built_code.moved(breakable)
        assert (moved.function, moved.alias, moved.found) == (NOTIFIER, "live", number)
        (delete,) = {said[1] for said in _said(found).values()} - {REPAIR}
        assert delete.startswith("delete it: `aws lambda delete-function --function-name arn:aws:lambda:")


def test_other_settings_of_a_share_of_the_calls(breakable: Stage) -> None:
    settings = {"Timeout": 3, "TracingConfig": {"Mode": "PassThrough"}, "Environment": {"Variables": {}}}
    with _version(breakable, **settings) as number:
        weights = {"AdditionalVersionWeights": {number: 0.1}}
        breakable.client("lambda").update_alias(FunctionName=NOTIFIER, Name="live", RoutingConfig=weights)
        found = compare(breakable)
        for path, controls in (("Timeout", ["RT_FN_RESERVED"]), ("TracingConfig.Mode", ["RT_FN_TRACING"])):
            assert _controls_at(found, f"Version{number} {path}") == controls
        assert any(f"Version{number} Environment.Variables.ALERT_TOPIC_ARN" in place for place in _said(found))
        assert any(place.startswith(ALIAS) and "RoutingConfig" in place for place in _said(found))


def test_a_published_version_of_foreign_code_that_a_rule_calls(breakable: Stage) -> None:
    awslambda, events = breakable.client("lambda"), breakable.client("events")
    _foreign_code(breakable)
    number = awslambda.publish_version(FunctionName=NOTIFIER)["Version"]
    _put_back(breakable)
    arn = awslambda.get_function_configuration(FunctionName=NOTIFIER, Qualifier=number)["FunctionArn"]
    rule = {"Rule": "realtime-fraud-suspected-dev", "EventBusName": "realtime-system-dev"}
    (before,) = events.list_targets_by_rule(**rule)["Targets"]
    events.put_targets(**rule, Targets=[{**before, "Arn": arn}])
    found = compare(breakable)
    events.put_targets(**rule, Targets=[before])
    awslambda.delete_function(FunctionName=NOTIFIER, Qualifier=number)
    assert _controls_at(found, f"Version{number} Code.S3Key") == ["RT_FN_RUNTIME"]
    assert {(one["resource"], one["path"]) for one in found.findings["RT_FN_RUNTIME"]} >= {
        (one.difference.resource, "CodeSha256")
        for one in found.differences
        if one.difference.type == "AWS::Lambda::Version"
    }


@pytest.fixture
def less_memory(breakable: Stage) -> Iterator[None]:
    awslambda = breakable.client("lambda")
    awslambda.update_function_configuration(FunctionName=NOTIFIER, MemorySize=256)
    yield
    awslambda.update_function_configuration(FunctionName=NOTIFIER, MemorySize=512)


def test_up_on_a_changed_stage(breakable: Stage, own_emulator: Emulator, less_memory: None, tmp_path: Path) -> None:
    command = Command(SYSTEM, environment(own_emulator, REGION), tmp_path)
    _foreign_code(breakable)
    refused = command("up", "--target", "aws")
    assert refused.returncode == 1
    assert f"realtime dev: the code of {NOTIFIER} is not the one that was built" in refused.stderr
    assert "`hallmark up --system realtime --target aws --stage dev --repair`" in refused.stderr

    repaired = command("up", "--target", "aws", "--repair")
    assert repaired.returncode == 1, repaired.stderr
    assert f"put the built code of {NOTIFIER} back" in repaired.stderr
    lines = [line.strip() for line in repaired.stdout.splitlines()]
    place = lines.index("realtime dev is not as its templates say:")
    assert lines[place + 2 : place + 5] == ["MemorySize", "declared  512", "observed  256"]
    assert any(line.startswith("RT_FN_MEMORY: ") for line in lines)
    assert any(f"update-function-configuration --function-name {NOTIFIER} --memory-size 512" in line for line in lines)
    assert lines[-1] == "1 difference in 1 resource"


def test_afterwards_nothing_is_left(breakable: Stage) -> None:
    assert compare(breakable).differences == ()
