"""The zone of a subnet.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from policies.engine.template.intrinsics import NESTED, UNKNOWN, is_function
from policies.engine.template.resource import Resource
from policies.engine.template.scalars import number_of
from policies.engine.template.template import Template

_ZONES, _SELECT = "Fn::GetAZs", "Fn::Select"
_NAMES = ("AvailabilityZone", "AvailabilityZoneId")


def zone_of(template: Template, subnet: Resource) -> str | None:
    """Return a text for a subnet's zone: its name, its id, or its place among the region's; None if unresolved."""
    said = [subnet.properties[name] for name in _NAMES if name in subnet.properties]
    if len(said) != 1:
        return None
    return template.text(said[0]) or _selected(template, said[0])


def is_own_zones(template: Template, expression: Any) -> bool:
    """Return whether an expression is Fn::GetAZs of the template's own region."""
    if not is_function(expression) or _ZONES not in expression:
        return False
    argument = expression[_ZONES]
    # Without a region it is the stack's own, as AWS::Region is.
    return argument in ("", None) or template.text(argument) == template.region


def _selected(template: Template, expression: Any) -> str | None:
    argument = expression.get(_SELECT) if is_function(expression) else None
    if not isinstance(argument, list) or len(argument) != 2:
        return None
    index, zones = number_of(template.resolve(argument[0])), argument[1]
    if index is not None and is_own_zones(template, zones):
        return f"{_ZONES}[{index:g}]"
    # Zones in a list of which some are known.
    items = template.resolve(zones)
    if isinstance(items, list) and index is not None and 0 <= index < len(items) and items[int(index)] is not UNKNOWN:
        return str(items[int(index)])
    return None


def distinct(zones: Iterable[str | None]) -> int:
    """Return how many zones these certainly are: a name may be the same zone as an id, or as a place in a list."""
    forms = Counter(
        "place" if one.startswith(_ZONES) else "id" if "-az" in one else "name" for one in set(zones) if one
    )
    return max(forms.values(), default=0)


def zones_in(raw: Any) -> Iterator[Any]:
    """Yield every Fn::GetAZs in an expression."""
    if is_function(raw) and _ZONES in raw:
        yield raw
    elif isinstance(raw, NESTED):
        for item in raw.values() if isinstance(raw, dict) else raw:
            yield from zones_in(item)


def without_zones(raw: Any) -> Any:
    """Return an expression without its Fn::GetAZs, whose arguments are judged by themselves."""
    if isinstance(raw, list):
        return [without_zones(item) for item in raw]
    if not isinstance(raw, dict) or not any(zones_in(raw)):
        return raw
    if is_function(raw) and _ZONES in raw:
        return ""
    return {key: without_zones(item) for key, item in raw.items()}
