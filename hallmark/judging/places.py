"""Where in its file a finding's value stands, or the nearest thing around it."""

import re
from pathlib import Path

from policies.engine.finding import TEMPLATE
from policies.engine.reading.json_reader import place_in_json
from policies.engine.reading.refusal import Path as Steps
from policies.engine.reading.yaml_reader import place_in_yaml

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
# Attributes of a resource beside its properties.
_BESIDE = ("Type", "Condition", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy", "Fn::Transform")


class Places:
    """The lines of templates, each file read once."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def line(self, file: str, resource: str, path: str) -> int:
        """Return the line, from 1, of a value of a resource of a template that could be read."""
        if file not in self._texts:
            raw = Path(file).read_bytes().decode("utf-8-sig")
            self._texts[file] = raw.replace("\r\n", "\n").replace("\r", "\n")
        text = self._texts[file]
        place = place_in_json if text.lstrip().startswith("{") else place_in_yaml
        return text.count("\n", 0, place(text, _steps(resource, path))) + 1


def _steps(resource: str, path: str) -> Steps:
    steps = [int(number) if number else name for name, number in _STEP.findall(path)]
    if resource == TEMPLATE:
        # A name with colons, such as that of a loop, is one step.
        return tuple(path.split(".", 1)) if path.startswith("Resources.") else tuple(steps)
    inside = () if steps and steps[0] in _BESIDE else ("Properties",)
    return ("Resources", resource, *inside, *steps)
