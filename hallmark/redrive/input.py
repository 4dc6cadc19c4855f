"""What a target is given of an event: the event, a part of it, or what its input transformer makes of it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
import re
from typing import Any

from hallmark.redrive.work import Unknown

Json = dict[str, Any]
# A variable that stands alone becomes JSON; one within a string is not of ours.
_VARIABLE = re.compile(r"<([A-Za-z0-9_.-]+)>")
_PATH = re.compile(r"\$(\.[A-Za-z0-9_-]+)*")


def target_input(target: Json, event: Json) -> Any:
    """Return the payload of an event for a target of ListTargetsByRule; Unknown for what is not understood."""
    if "Input" in target:
        return json.loads(target["Input"])
    if "InputPath" in target:
        return _at(event, target["InputPath"])
    if "InputTransformer" in target:
        return _transformed(target["InputTransformer"], event)
    return event


def _at(event: Json, path: str) -> Any:
    if not _PATH.fullmatch(path):
        raise Unknown(f"the target's input path {path} is not understood")
    found: Any = event
    for name in path.split(".")[1:]:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _transformed(transformer: Json, event: Json) -> Any:
    template = transformer["InputTemplate"]
    values = {name: _at(event, path) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    values["aws.events.event.json"] = event

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise Unknown(f"the target's template has a variable <{match[1]}> that is not understood")
        return json.dumps(values[match[1]])

    try:
        return json.loads(_VARIABLE.sub(value, template))
    except ValueError:
        raise Unknown("the target's template does not make JSON") from None
