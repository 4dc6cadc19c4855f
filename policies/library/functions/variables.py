"""The variables by which functions know the stage's own resources, limits and clients.

`functions` says for each its variables: `bucket PART` or `table PART`, the names; `topic PART`, its ARN; `text WORDS`;
`keys`, a JSON object with the id of each API key by the client in the key's name; or `clients`, one with the client by
the key's id. `$stage` is the stage.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import FUNCTION, TABLES, TOPIC
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.services.api import named
from policies.engine.template.template import Template
from policies.engine.template.values import shown

_KEY = "AWS::ApiGateway::ApiKey"
_VARIABLES = "Environment.Variables"


class Variables(Policy):
    scope = (FUNCTION,)
    relies_on = (_KEY,)
    only = "functions"

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        for part, wanted in parameters["functions"].items():
            function = parts.function(part)
            if function is None:
                # Its absence is reported by what asks for it.
                continue
            for name, rule in wanted.items():
                rule = rule.replace("$stage", parameters["stage"])
                path = f"{_VARIABLES}.{name}"
                value = template.value(function, path)
                if not _fits(template, parts, value, rule):
                    yield Finding(function.logical_id, path, _said(template, value), _asked(rule))


def _fits(template: Template, parts: Parts, value: Any, rule: str) -> bool:
    kind, _, what = rule.partition(" ")
    match kind:
        case "bucket":
            # A function that the bucket calls knows its name, not the bucket.
            bucket = parts.player("bucket", what)
            return bucket is not None and template.text(value) in (template.name(bucket), f"${{{bucket.logical_id}}}")
        case "table":
            return _is(parts, "table", what, template.target_of(value, *TABLES))
        case "topic":
            return _is(parts, "topic", what, template.by_arn(value, TOPIC))
        case "keys":
            return _own_keys(template, template.structure(value))
        case "clients":
            known = template.structure(value)
            turned = {client: key for key, client in known.items()} if isinstance(known, Mapping) else known
            # Two keys of one client leave one.
            return _own_keys(template, turned)
        case _:
            return template.text(value) == what


def _is(parts: Parts, kind: str, part: str, found: Any) -> bool:
    return found is not None and found is parts.player(kind, part)


def _own_keys(template: Template, clients: Any) -> bool:
    """Return whether each client has a key of its own, the one that is named after it, and each key a client."""
    if not isinstance(clients, Mapping):
        return False
    keys = {client: named(template, own, _KEY) for client, own in clients.items()}
    fit = (key and f"-{client}-" in f"-{template.value(key, 'Name')}-" for client, key in keys.items())
    return all(fit) and {*keys.values()} == {*template.of_type(_KEY)}


def _said(template: Template, value: Any) -> str:
    return "missing" if value is None else shown(template, value)


def _asked(rule: str) -> str:
    if rule == "clients":
        return "the client in each API key's name, by the key's id"
    if rule == "keys":
        return "the id of each API key, by the client in the key's name"
    kind, _, what = rule.partition(" ")
    return {"text": what, "topic": f"the ARN of the topic {what}"}.get(kind, f"the name of the {kind} {what}")


policy = Variables()
