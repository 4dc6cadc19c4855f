"""The floor: a no-op function behind the same gateway, deployed temporarily beside a stage."""

from collections.abc import Iterator
from contextlib import contextmanager

from hallmark.load.load import Load
from hallmark.stage.deployed import DeployedStage


def floor_of(stage: DeployedStage) -> DeployedStage:
    """Return the floor beside a stage, in the place of the stage itself."""
    return stage.of_stacks(f"hallmark-floor-{stage.name}")


@contextmanager
def floor_beside(stage: DeployedStage, load: Load) -> Iterator[DeployedStage]:
    """Deploy the floor's stack beside a stage, and delete it at the end."""
    client, floor = stage.client("cloudformation"), floor_of(stage)
    (name,) = floor.stacks
    template, parameters = load.floor(stage)
    client.create_stack(
        StackName=name,
        TemplateBody=template,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    try:
        client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        yield floor
    finally:
        client.delete_stack(StackName=name)
        client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
