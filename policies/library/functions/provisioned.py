"""Critical functions are called through their alias, whose provisioned concurrency is within the reserved.

https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.wiring import calls_of, function_of, on_function
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import ALIAS, FUNCTION, METHOD, RULE, VERSION
from policies.engine.policy import Policy
from policies.engine.template.intrinsics import Reference
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

_SHARED = "RoutingConfig.AdditionalVersionWeights"
_PATH = "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"


class ProvisionedConcurrency(Policy):
    scope = (FUNCTION,)
    relies_on = (ALIAS, VERSION, METHOD, RULE)
    only = "functions"

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        name = parameters["alias"]
        for part in parameters["functions"]:
            function = parameters["parts"].function(part)
            if function is None:
                yield Finding(TEMPLATE, "Resources", f"no {part}", f"{part} with an alias {name}")
                continue
            yield from _calls(template, function, name)
            aliases = [one for one in on_function(template, function, ALIAS) if template.name(one) == name]
            if not aliases:
                yield Finding(function.logical_id, "FunctionName", f"no alias {name}", f"an alias {name} of {part}")
            for alias in aliases:
                yield from _version(template, alias, function)
                if parameters["provisioned"]:
                    yield from _shared(template, alias)
                yield from _provisioned(template, alias, function, parameters["provisioned"])


def _calls(template: Template, function: Resource, name: str) -> Iterator[Finding]:
    for call in calls_of(template, function):
        if call.invocation.qualifier != name:
            found = f"a call of the qualifier {call.invocation.qualifier}"
            yield Finding(call.caller.logical_id, call.path, found, f"a call of the alias {name}")


def _version(template: Template, alias: Resource, function: Resource) -> Iterator[Finding]:
    """Yield versions of an alias that are not published: $LATEST cannot be provisioned, and changes under its callers.

    https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
    """
    versions = {"FunctionVersion": template.value(alias, "FunctionVersion")}
    for index, weight in enumerate(listed(template.value(alias, _SHARED))):
        own = weight.get("FunctionVersion") if isinstance(weight, Mapping) else weight
        versions[f"{_SHARED}[{index}].FunctionVersion"] = own
    for path, version in versions.items():
        if not _is_published(template, version, function):
            yield Finding(alias.logical_id, path, str(version), "a published version of the function")


def _shared(template: Template, alias: Resource) -> Iterator[Finding]:
    """Yield weights, which Lambda refuses: "Alias with weights can not be used with Provisioned Concurrency".

    https://github.com/hashicorp/terraform/issues/24957
    """
    if template.value(alias, _SHARED) not in (None, []):
        wanted = "none: an alias of two versions cannot be provisioned"
        yield Finding(alias.logical_id, _SHARED, str(template.value(alias, _SHARED)), wanted)


def _is_published(template: Template, version: Any, function: Resource) -> bool:
    if isinstance(version, Reference):
        owner = template.resources.get(version.logical_id)
        return version.attribute == "Version" and owner is not None and function_of(template, owner) is function
    return isinstance(version, str) and version.isdigit()


def _provisioned(template: Template, alias: Resource, function: Resource, wanted: int) -> Iterator[Finding]:
    raw = template.value(alias, _PATH)
    count = template.number(raw) if raw is not None else 0
    if count != wanted:
        yield Finding(alias.logical_id, _PATH, "none" if raw is None else str(raw), str(wanted) if wanted else "none")
    reserved = template.number(function.properties.get("ReservedConcurrentExecutions"))
    total = wanted + _elsewhere(template, alias, function)
    if wanted and (reserved is None or total > reserved):
        found = f"{reserved if reserved is None else int(reserved)} reserved for {total:g} provisioned"
        yield Finding(function.logical_id, "ReservedConcurrentExecutions", found, f"at least {total:g}")


def _elsewhere(template: Template, alias: Resource, function: Resource) -> float:
    """Return what other aliases and versions provision of the same reserve; infinite if it cannot be resolved."""
    others = [one for kind in (ALIAS, VERSION) for one in on_function(template, function, kind) if one is not alias]
    found = [template.value(one, _PATH) for one in others]
    counts = [template.number(count) for count in found if count is not None]
    return sum(math.inf if count is None else count for count in counts)


policy = ProvisionedConcurrency()
