"""Versions of functions in an observed template: one that is served with other settings than its function's.

It is a function of its own there, `name:number`, so that policies judge the settings that run. What belongs to the
function as a whole (concurrency, alarms, its part) is not the version's.
"""

import re
from collections.abc import Mapping

from policies.engine.kinds import FUNCTION
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_QUALIFIED = re.compile(r"([^:]+):\d+")


def is_version(template: Template, function: Resource) -> bool:
    """Return whether a function is a version of another one."""
    return _QUALIFIED.fullmatch(template.name(function)) is not None


def whole_functions(template: Template) -> list[Resource]:
    """Return the functions without their versions."""
    return [function for function in template.of_type(FUNCTION) if not is_version(template, function)]


def whole(template: Template, function: Resource) -> Resource:
    """Return the function that a version belongs to; a function itself."""
    found = _QUALIFIED.fullmatch(template.name(function))
    return (template.target_of(found[1], FUNCTION) if found else None) or function


def number_of(version: Resource) -> str:
    """Return the number of a version in an observed template; an empty text where it does not exist yet."""
    mark = version.metadata.get("Hallmark")
    return str(mark.get("Version", "")) if isinstance(mark, Mapping) else ""
