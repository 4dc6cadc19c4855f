"""Sources of parameters: cdk.json, then CDK_CONTEXT_JSON, then `-c key=value`; later ones override.

A system's parameters are in an object of its name, or prefixed with its name and a dot: `-c <system>.<key>=<value>`.
"""

import difflib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from infra.errors import UserError, bad
from infra.parameters import listed
from infra.systems import STAGES

# The CDK's own context keys that contain neither a colon nor an @.
_CDK_KEYS = frozenset({"acknowledged-issue-numbers", "cli-telemetry"})
# How alike two names are, 0 to 1, for one to be suggested instead of the other.
_ALIKE = 0.8

Layer = Mapping[str, Any]


def layers(project_file: Path, environ: Mapping[str, str], argv: Sequence[str]) -> list[Layer]:
    """Return the layers of context, lowest priority first."""
    settings = _decoded(str(project_file), project_file.read_text(encoding="utf-8"))
    return [
        settings.get("context", {}),
        _decoded("CDK_CONTEXT_JSON", environ.get("CDK_CONTEXT_JSON", "{}")),
        _arguments(argv),
    ]


def merged(context_layers: Sequence[Layer], known: Collection[str], systems: Sequence[str]) -> dict[str, Any]:
    """Return one context of full keys `<system>.<key>`; `stage` and `system` select what is synthesized.

    A parameter may be one value or an object of one value per stage. A plain value that overrides such an
    object replaces it for the synthesized stages only: other stages' concurrency still counts against the account.
    """
    dotted = [part for layer in context_layers for part in _dotted(layer, systems)]
    flat = {key: value for layer in dotted for key, value in layer.items()}
    stages = some_of(STAGES, "stage", flat.get("stage", STAGES))
    result: dict[str, Any] = {}
    for layer in dotted:
        for key, value in layer.items():
            if _is_parameter(key, known):
                result[key] = _overlaid(result.get(key), _parsed(key, value), stages)
    return {**result, "stage": stages, "system": some_of(systems, "system", flat.get("system", systems))}


def _dotted(layer: Layer, systems: Collection[str]) -> tuple[Layer, Layer]:
    """Return a layer in full keys: first the values of the systems' objects, then dotted keys, which override them.

    The CDK's command line passes both in one object: cdk.json's context and the values of `-c`.
    """
    nested: dict[str, Any] = {}
    for system in systems:
        parameters = _parsed(system, layer.get(system, {}))
        if not isinstance(parameters, Mapping):
            raise bad(system, parameters, "an object of the system's parameters")
        nested.update({f"{system}.{key}": value for key, value in parameters.items()})
    return nested, {key: value for key, value in layer.items() if key not in systems}


def some_of(known: Sequence[str], parameter: str, value: object) -> tuple[str, ...]:
    """Return the selected ones among the known, from `dev`, `dev,prod` or a list."""
    wanted = listed(parameter, _parsed(parameter, value))
    if not wanted or not set(wanted) <= set(known):
        raise bad(parameter, value, " or ".join(known))
    return tuple(one for one in known if one in wanted)


def for_stage(context: Layer, parameter: str, stage: str) -> Any:
    """Return the value of a parameter in one stage."""
    if parameter not in context:
        raise bad(parameter, None, "a value in cdk.json")
    value = context[parameter]
    if not _is_per_stage(value):
        return value
    if stage not in value:
        raise bad(parameter, value, f"a value for {stage} as well")
    return value[stage]


def _is_per_stage(value: object) -> bool:
    return isinstance(value, Mapping) and bool(value) and set(value) <= set(STAGES)


def _overlaid(below: Any, value: Any, stages: Collection[str]) -> Any:
    if not _is_per_stage(below):
        return value
    return {**below, **(value if _is_per_stage(value) else dict.fromkeys(stages, value))}


def _is_parameter(key: str, known: Collection[str]) -> bool:
    if key in known:
        return True
    if not key:
        raise UserError("a parameter without a name: write -c key=value")
    if ":" in key or key.startswith("@") or key in _CDK_KEYS:
        return False
    full = [one for one in known if one.endswith(f".{key}")]
    if full:
        raise UserError(f"parameter {key}: belongs to a system, write {' or '.join(full)}")
    # Compare without the systems' names, which would make any two keys look alike; the key's own system wins.
    system, _, name = key.rpartition(".")
    short = {one.rpartition(".")[2]: one for one in sorted(known, key=lambda one: one.startswith(f"{system}."))}
    near = difflib.get_close_matches(name, short, 1, _ALIKE)
    raise UserError(f"parameter {key}: unknown" + (f", did you mean {short[near[0]]}?" if near else ""))


def _parsed(key: str, value: object) -> Any:
    """Parse lists and objects, which come from the command line as JSON text."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise bad(key, value, "well-formed JSON") from None
    return value


def _decoded(origin: str, text: str) -> Layer:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"{origin}: not valid JSON ({error})") from None
    if not isinstance(value, Mapping):
        raise UserError(f"{origin}: must be a JSON object")
    return value


def _arguments(argv: Sequence[str]) -> Layer:
    """Read `-c key=value` and `--context key=value`, as the CDK's own command line has them."""
    found: dict[str, str] = {}
    rest = list(argv)
    while rest:
        flag, pair = rest.pop(0), rest.pop(0) if rest else ""
        key, equals, value = pair.partition("=")
        if flag not in ("-c", "--context") or not equals:
            raise UserError(f"usage: python -m infra.app [-c key=value ...], got {' '.join(argv)!r}")
        found[key] = value
    return found
