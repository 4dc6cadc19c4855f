"""What changes the capacity of a table or a function by itself, with its policies and timetable.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html
"""

import re
from collections.abc import Iterator

from hallmark.naming import is_of
from hallmark.observe.deployment import Deployment, Json, Thing, picked

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
_OF = ("dynamodb", "lambda")
_SETTINGS = ("ServiceNamespace", "ResourceId", "ScalableDimension", "MinCapacity", "MaxCapacity", "SuspendedState")
_SERVICE = "application-autoscaling"


def targets(deployment: Deployment) -> Iterator[Thing]:
    """Yield the scalable targets on what is the stage's."""
    for namespace in _OF:
        which = {"ServiceNamespace": namespace}
        targets = deployment.pages(_SERVICE, "describe_scalable_targets", "ScalableTargets", **which)
        policies = deployment.pages(_SERVICE, "describe_scaling_policies", "ScalingPolicies", **which)
        timetable = deployment.pages(_SERVICE, "describe_scheduled_actions", "ScheduledActions", **which)
        for one in targets:
            if any(is_of(deployment.stage, part) for part in re.split("[:/]", one["ResourceId"])):
                properties = {"ScalingPolicies": _names(one, policies, "PolicyName")}
                properties |= {"ScheduledActions": _names(one, timetable, "ScheduledActionName")}
                name = f"{one['ResourceId']}|{one['ScalableDimension']}"
                yield Thing(TARGET, name, picked(one, *_SETTINGS) | picked(properties, *properties))


def _names(target: Json, listed: list[Json], key: str) -> list[str]:
    same = ("ResourceId", "ScalableDimension")
    return sorted(one[key] for one in listed if all(one.get(field) == target[field] for field in same))


READERS = {TARGET: targets}
