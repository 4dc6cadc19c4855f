"""The custom buses exist, each named with its part and its stage.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-event-bus.html
"""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import BUS
from policies.engine.policy import Policy
from policies.engine.template.template import Template


class NamedBuses(Policy):
    scope = (BUS,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        stage, players = parameters["stage_name"], parameters["parts"]
        parts = {bus.logical_id: part for part in parameters["buses"] if (bus := players.bus(part))}
        for part in parameters["buses"]:
            if part not in parts.values():
                yield Finding(TEMPLATE, "Resources", f"no {part} bus", f"a custom bus named like {part}-{stage}")
        for bus in template.of_type(BUS):
            name = template.name(bus)
            words = re.split(r"[^A-Za-z0-9]+", name)
            for word in filter(None, (parts.get(bus.logical_id), stage)):
                if word not in words:
                    yield Finding(bus.logical_id, "Name", name, f"a name with the word {word}")


policy = NamedBuses()
