"""Nothing in the template is in another region or depends on where it is deployed.

https://docs.aws.amazon.com/cdk/v2/guide/environments.html
"""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine import regions
from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.network.model import service_of_endpoint
from policies.engine.network.pointers import ENDPOINT, SUBNET
from policies.engine.network.zones import is_own_zones, without_zones, zones_in
from policies.engine.policy import WHOLE, Policy
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.outline import literals
from policies.engine.template.template import Template
from policies.engine.template.walking import walk

# The regions of transactions are data: patterns match them, schemas and texts name them.
_DATA = ("EventPattern", "Schema", "Description", "ResponseTemplates", "AlarmDescription", "Tags")
_BELOW_DATA = tuple(f"{data}{sign}" for data in _DATA for sign in ".[")
_BOUND_BY = ("arn:", "amazonaws.com", "cdk-")
# Where `sqs.amazonaws.com` is a service's name, not its address.
_OF_SERVICES = re.compile("Principal|Service|Condition|PolicyDocument|Statement")


class OneRegion(Policy):
    scope = WHOLE

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        wanted, bound = parameters["region"], False
        for place, path, raw in _expressions(template):
            for zones in zones_in(raw):
                if not is_own_zones(template, zones):
                    yield Finding(
                        place, path, _shown(template, zones), f"Fn::GetAZs of {wanted}, the stack's own region"
                    )
            raw = without_zones(raw)
            loose = "" if _is_of_own_region(template, place, path, raw) else _loose(raw)
            if loose:
                found = f"{loose}: wherever the stack happens to be deployed"
                yield Finding(place, path, found, f"{wanted}, from the stack's env")
            is_host = _OF_SERVICES.search(path) is None
            found_here = (
                one for own in template.choices(raw) for one in _elsewhere(template, own, wanted, is_host, bool(loose))
            )
            for found in dict.fromkeys(found_here):
                yield Finding(place, path, found, wanted)
            bound = bound or (wanted in (text := str(raw)) and any(word in text for word in _BOUND_BY))
        if not bound:
            yield Finding(TEMPLATE, "Resources", "nothing that binds the template to a region", wanted)


def _elsewhere(template: Template, raw: Any, wanted: str, is_host: bool, loose: bool) -> Iterator[str]:
    """Yield what of an expression is in another region, by a parameter's default too, or in an unknown one."""
    text = template.text(raw)
    if text is not None:
        yield from regions.elsewhere(template.masked(text), wanted, is_host)
        return
    if template.resolve(raw) is not UNKNOWN:
        yield from sorted(regions.named(str(raw)) - {wanted})
        return
    outline = template.outline(raw)
    masked = template.masked(outline or "")
    certain = list(regions.elsewhere(masked, wanted, is_host))
    yield from certain
    # What is written in the arguments, such as the name of an export or of a secret.
    written = regions.named(str(raw) if outline is None else " ".join(literals(raw)))
    yield from sorted(written - {wanted, *certain})
    by_default = regions.elsewhere(template.masked(template.outline(raw, defaults=True) or ""), wanted, is_host)
    yield from (f"{one}, unless a deployment chooses otherwise" for one in by_default if one not in certain)
    if loose:
        return
    yield from (f"{one} {UNRESOLVED}" for one in regions.unknown(masked, is_host))
    if outline is None and not written and regions.may_be_placed(str(raw)):
        yield f"an ARN or an address that {UNRESOLVED}"


def _expressions(template: Template) -> Iterator[tuple[str, str, Any]]:
    for resource, path, raw in template.texts():
        if path not in _DATA and not path.startswith(_BELOW_DATA):
            yield resource.logical_id, path, raw
    for path, raw in walk(template.outputs):
        # A list of regions in an output is also data.
        if regions.may_be_placed(str(raw)) or any(word in str(raw) for word in ("URLSuffix", "GetAZs")) or _loose(raw):
            yield TEMPLATE, f"Outputs.{path}", raw


def _loose(raw: Any) -> str:
    """Return the pseudo parameter that fits any region, if it is used."""
    word = "AWS::Region"
    return word if isinstance(raw, dict) and word in str(raw) else ""


def _is_of_own_region(template: Template, place: str, path: str, raw: Any) -> bool:
    """Return whether an expression is of the template's own region by what it is for, as Fn::GetAZs is.

    A network has endpoints and zones of its own region only; the CDK writes services' names so in every stack.
    """
    own = template.resources.get(place)
    if own and own.type == ENDPOINT and path == "ServiceName":
        return bool(service_of_endpoint(template, raw))
    zone = template.text(raw) if own and own.type == SUBNET and path == "AvailabilityZone" else None
    return zone is not None and re.fullmatch(rf"{template.region}[a-z]", zone) is not None


def _shown(template: Template, zones: Any) -> str:
    region = template.text(next(iter(zones.values())))
    return f"the zones of {region or f'a region that {UNRESOLVED}'}"


policy = OneRegion()
