"""Every bucket tiers its objects at once and archives them at the wanted day, all of them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import BUCKET
from policies.engine.policy import Policy
from policies.engine.services.lifecycle_rules import (
    RULES,
    early_problems,
    for_all,
    shown_steps,
    size_problems,
    steps_of,
)
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_TIERING, _FIRST = "IntelligentTieringConfigurations", "INTELLIGENT_TIERING"


class BucketTiering(Policy):
    scope = (BUCKET,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for bucket in template.of_type(BUCKET):
            yield from _lifecycle_problems(template, bucket, parameters)
            yield from size_problems(template, bucket, parameters["minimum_object_size"])
            yield from early_problems(template, bucket, parameters["archive_days"], but=_FIRST)
            yield from _tier_problems(template, bucket, parameters["archive_days"])


def _lifecycle_problems(template: Template, bucket: Resource, parameters: dict[str, Any]) -> Iterator[Finding]:
    name, days = bucket.logical_id, parameters["archive_days"]
    steps = steps_of(template, for_all(template, bucket, RULES))
    if (_FIRST, parameters["tiering_days"]) not in steps:
        wanted = f"an enabled rule for all objects with {_FIRST} after {parameters['tiering_days']} days"
        yield Finding(name, RULES, shown_steps(steps), wanted)
    if not any((kind, days) in steps for kind in parameters["archive_classes"]):
        wanted = f"an enabled rule for all objects with {' or '.join(parameters['archive_classes'])} after {days} days"
        yield Finding(name, RULES, shown_steps(steps), wanted)


def _tier_problems(template: Template, bucket: Resource, days: int) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_Tiering.html"""
    tierings = [
        tier
        for one in for_all(template, bucket, _TIERING)
        for tier in (one["Tierings"] if isinstance(one.get("Tierings"), list) else [])
        if isinstance(tier, Mapping)
    ]
    found = [template.number(tier.get("Days")) for tier in tierings if tier.get("AccessTier") == "ARCHIVE_ACCESS"]
    if found != [days]:
        own = ", ".join(f"ARCHIVE_ACCESS after {day} days" for day in found) or "no archive tier for all objects"
        wanted = f"an enabled configuration for all objects with ARCHIVE_ACCESS after {days} days"
        yield Finding(bucket.logical_id, _TIERING, own, wanted)


policy = BucketTiering()
