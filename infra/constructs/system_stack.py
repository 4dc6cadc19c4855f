"""A stack of one stage of a system: in its region, marked, and tagged as the customer asks."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Environment, Stack, Tags
from constructs import Construct

from infra.constructs.metadata import mark_stack
from infra.stage import Stage
from infra.synthesis import synthesizer


class SystemStack(Stack):
    """`hallmark-<system>-[<part>-]<stage>`; `tags` are set on everything that takes tags."""

    def __init__(
        self, scope: Construct, stage: Stage[Any], *, part: str = "", about: str = "", tags: Mapping[str, str]
    ) -> None:
        system = stage.system
        super().__init__(
            scope,
            stage.stack_name(part),
            env=Environment(region=system.region),
            synthesizer=synthesizer(),
            description=f"Hallmark {system.name}, {stage.name}: {about or system.about}",
        )
        mark_stack(self, system, stage.name)
        for key, value in tags.items():
            Tags.of(self).add(key, value)


def cost_tags(stage: Stage[Any], cost_center: str) -> dict[str, str]:
    """Return the tags by which costs are attributed."""
    return {"Environment": stage.name, "Application": stage.system.slug, "CostCenter": cost_center}
