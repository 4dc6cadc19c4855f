"""Every table is paid by use without a limit, recoverable, without expiry, and kept where the stage keeps data.

`expiry: true` lets records expire, and `limits: true` lets tables have limits.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import GLOBAL_TABLE, TABLES
from policies.engine.policy import Policy
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.lifecycle import loss_problems
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_off, is_true, shown
from policies.engine.template.walking import walk

_RECOVERY = "PointInTimeRecoverySpecification"
_EXPIRY = "TimeToLiveSpecification"
# Of a table, an index or a replica; -1 is AWS's form of no limit.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode-max-throughput.html
_LIMITS = (
    "MaxReadRequestUnits",
    "MaxWriteRequestUnits",
    "OnDemandThroughput",
    "ReadOnDemandThroughputSettings",
    "WriteOnDemandThroughputSettings",
)
# Lists whose items may have one.
_LIMITED = ("GlobalSecondaryIndexes", "Replicas")


class TableOnDemand(Policy):
    scope = TABLES

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for table in template.of_type(*TABLES):
            mode = template.value(table, "BillingMode")
            if mode != parameters["billing_mode"]:
                found = str(mode or "missing, so PROVISIONED")
                yield Finding(table.logical_id, "BillingMode", found, parameters["billing_mode"])
            for key in ("ProvisionedThroughput", "WriteProvisionedThroughputSettings"):
                if template.value(table, key) is not None:
                    yield Finding(table.logical_id, key, "provisioned capacity", "nothing")
            if not parameters.get("limits"):
                yield from _limits(template, table)
            yield from _recovery_problems(template, table)
            expires = template.value(table, f"{_EXPIRY}.Enabled")
            if not parameters.get("expiry") and not is_off(expires):
                wanted = "no expiry: a record is a claim, a decision or a version, and stays"
                yield Finding(table.logical_id, f"{_EXPIRY}.Enabled", str(expires), wanted)
            if parameters["keeps_data"]:
                yield from _unprotected(template, table)


def _limits(template: Template, table: Resource) -> Iterator[Finding]:
    """Yield limits, above which requests are throttled, and what may have some."""
    for path, raw in walk(table.properties):
        last, value = path.rpartition(".")[2], template.resolve(raw)
        limit = last in _LIMITS and value is not None and template.number(value) != -1
        if limit or (path.split("[")[0] in _LIMITED and value is UNKNOWN and "." not in path):
            yield Finding(table.logical_id, path, shown(template, raw), "no limit")


def _recovery_problems(template: Template, table: Resource) -> Iterator[Finding]:
    places = {_RECOVERY: template.value(table, _RECOVERY)}
    if table.type == GLOBAL_TABLE:
        replicas = template.value(table, "Replicas")
        own = replicas if isinstance(replicas, list) else []
        places = {f"Replicas[{index}].{_RECOVERY}": _part(one, _RECOVERY) for index, one in enumerate(own)} or places
    for place, specification in places.items():
        flag = _part(specification, "PointInTimeRecoveryEnabled")
        if not is_true(template, flag):
            yield Finding(table.logical_id, f"{place}.PointInTimeRecoveryEnabled", shown(template, flag), "true")


def _part(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _unprotected(template: Template, table: Resource) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html#WorkingWithTables.Basics.DeletionProtection"""
    flag = template.value(table, "DeletionProtectionEnabled")
    replicas = template.value(table, "Replicas") if table.type == GLOBAL_TABLE else None
    flags = [_part(one, "DeletionProtectionEnabled") for one in replicas] if isinstance(replicas, list) else [flag]
    if not all(is_true(template, one) for one in flags):
        yield Finding(table.logical_id, "DeletionProtectionEnabled", shown(template, flag), "true")
    yield from loss_problems(table)


policy = TableOnDemand()
