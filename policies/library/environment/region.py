"""Nothing in the template is in another region or depends on where it is deployed.

https://docs.aws.amazon.com/cdk/v2/guide/environments.html
"""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.policy import WHOLE, Policy
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.template import Template, walk

# https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
_REGION = re.compile(
    r"(?<![a-z0-9])(?:af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov|us-iso|us-isob|eu-isoe)"
    r"-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-[0-9](?![0-9])"
)
# The end of each: most texts have none, and are not searched a second time.
_REGION_END = re.compile(r"[htl]-[0-9]")
# The regions of transactions are data: patterns match them, schemas and texts name them.
_DATA = ("EventPattern", "Schema", "Description", "ResponseTemplates", "AlarmDescription", "Tags")
_BELOW_DATA = tuple(f"{data}{sign}" for data in _DATA for sign in ".[")
_BOUND_BY = ("arn:", "amazonaws.com", "cdk-")


class OneRegion(Policy):
    scope = WHOLE

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        wanted, bound = parameters["region"], False
        for place, path, raw in _expressions(template):
            text = template.text(raw) or ""
            loose = _loose(raw)
            if loose:
                found = f"{loose}: wherever the stack happens to be deployed"
                yield Finding(place, path, found, f"{wanted}, from the stack's env")
            elif template.resolve(raw) is UNKNOWN and _REGION.search(str(raw)) is None and "arn:" in str(raw):
                yield Finding(place, path, f"an ARN that {UNRESOLVED}", wanted)
            written = text if text else str(raw)
            for region in sorted(set(_REGION.findall(written)) - {wanted}) if _REGION_END.search(written) else ():
                yield Finding(place, path, region, wanted)
            bound = bound or (wanted in str(raw) and any(word in str(raw) for word in _BOUND_BY))
        if not bound:
            yield Finding(TEMPLATE, "Resources", "nothing that binds the template to a region", wanted)


def _expressions(template: Template) -> Iterator[tuple[str, str, Any]]:
    for resource, path, raw in template.texts():
        if path not in _DATA and not path.startswith(_BELOW_DATA):
            yield resource.logical_id, path, raw
    outputs = template.document.get("Outputs", {})
    for path, raw in walk(outputs if isinstance(outputs, dict) else {}):
        # A list of regions in an output is also data.
        if "arn:" in str(raw) or ".amazonaws." in str(raw) or "URLSuffix" in str(raw) or _loose(raw):
            yield TEMPLATE, f"Outputs.{path}", raw


def _loose(raw: Any) -> str:
    """Return the first use of a pseudo parameter that fits any region."""
    text = str(raw)
    for word in ("AWS::Region", "Fn::GetAZs"):
        if word in text and not isinstance(raw, int | float):
            return word
    return ""


policy = OneRegion()
