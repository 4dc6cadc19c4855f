"""A target's input for an event: the event, a part of it, or the result of its input transformer.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
import re
from typing import Any

from hallmark.redrive.work import Unknown

Json = dict[str, Any]
# A variable outside a string becomes JSON; our templates have none within strings.
_VARIABLE = re.compile(r"<([A-Za-z0-9_.-]+)>")
_PATH = re.compile(r"\$(\.[A-Za-z0-9_-]+)*")


def target_input(target: Json, event: Json) -> Any:
    """Return the payload of an event for a target of ListTargetsByRule; Unknown for unsupported settings."""
    if "Input" in target:
        return json.loads(target["Input"])
    if "InputPath" in target:
        return _at(event, target["InputPath"])
    if "InputTransformer" in target:
        return _transformed(target["InputTransformer"], event)
    return event


def _at(event: Json, path: str) -> Any:
    if not _PATH.fullmatch(path):
        raise Unknown(f"the target's input path {path} is not supported")
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
            raise Unknown(f"the target's template has an unsupported variable <{match[1]}>")
        return json.dumps(values[match[1]])

    try:
        return json.loads(_VARIABLE.sub(value, template))
    except ValueError:
        raise Unknown("the target's template does not produce JSON") from None
