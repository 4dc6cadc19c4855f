"""A stack with a network in order, and changes of it."""

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from policies.engine import library
from policies.engine.finding import Finding
from policies.engine.parts import Parts, declared
from policies.engine.reading.reader import read_template
from policies.engine.template.template import Template

Resources = dict[str, Any]
Change = Callable[[Resources], Any]
STATEMENTS = "PolicyDocument.Statement"
FILE = Path(__file__).with_name("reaching.yaml")
QUERY = "function Reader: dynamodb:Query on Orders has no way: "
SEND = "function Reader: sqs:SendMessage on Jobs has no way: "
OPEN = "function Opener: secretsmanager:GetSecretValue on arn:aws:secretsmanager:us-east-1:${AccountId}:secret:door-*"


@cache
def _read() -> dict[str, Any]:
    return read_template(FILE)


def judged(
    change: Change = lambda _: None, policy: str = "network/reachable", kept: tuple[str, ...] = ()
) -> list[Finding]:
    """What a policy finds in the stack after a change of its resources."""
    document = copy.deepcopy(_read())
    change(document["Resources"])
    template = Template(document)
    given = {"parts": Parts(template, declared({})), "stage": "dev", "kept": list(kept)}
    return list(library.policy(policy).findings(template, given))


def put(name: str, path: str, value: Any) -> Change:
    def change(resources: Resources) -> None:
        *steps, last = path.split(".")
        place = resources[name]["Properties"]
        for step in steps:
            place = place[int(step) if isinstance(place, list) else step]
        key: Any = int(last) if isinstance(place, list) else last
        if value is None:
            place.pop(key)
        else:
            place[key] = value

    return change


def gone(name: str) -> Change:
    return lambda resources: resources.pop(name)


def allowed(name: str, **more: Any) -> Change:
    """A statement more in the role's first policy, or in an endpoint's."""

    def change(resources: Resources) -> None:
        own = resources[name]["Properties"]
        document = own["Policies"][0]["PolicyDocument"] if "Policies" in own else own["PolicyDocument"]
        document["Statement"].append({"Effect": "Allow", **more})

    return change


def together(*changes: Change) -> Change:
    def change(resources: Resources) -> None:
        for one in changes:
            one(resources)

    return change
