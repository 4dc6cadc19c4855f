"""The floor: a function that does nothing behind the same gateway, deployed beside the pipeline for a while."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hallmark import yaml_lines
from hallmark.project import ROOT
from hallmark.stage.deployed import DeployedStage, stack_name

SYSTEM = "floor"
TEMPLATE = Path(__file__).with_suffix(".template.yaml")
SCHEMA = ROOT / "infra" / "realtime" / "request.schema.json"


def template() -> str:
    """Return the stack's template, with the pipeline's own request schema."""
    found = yaml_lines.read(TEMPLATE)
    found["Resources"]["Request"]["Properties"]["Schema"] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return json.dumps(found)


@contextmanager
def floor_beside(stage: DeployedStage) -> Iterator[DeployedStage]:
    """Deploy the floor's stack beside a stage, and delete it in the end; it is a stage of a system of its own."""
    client, name = stage.client("cloudformation"), stack_name(SYSTEM, stage.name)
    parameters = {"Stage": stage.name, "RuleParameters": stage.outputs["RuleParameters"]}
    client.create_stack(
        StackName=name,
        TemplateBody=template(),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    try:
        client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        yield replace(stage, system=SYSTEM)
    finally:
        client.delete_stack(StackName=name)
        client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
