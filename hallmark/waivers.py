"""The waivers: accepted findings of a tool or a control; each with a reason, an owner and an end.

Standard library and PyYAML only: gates also run in environments that hold nothing but their tool.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hallmark.project import ROOT
from hallmark.yaml_lines import LinedYaml
from infra import systems
from infra.errors import UserError
from infra.systems import STAGES, owner_of

WAIVERS = ROOT / "policies" / "waivers.yaml"
# Tool -> the form of its rules, and an example.
_RULES = {
    "cfn-lint": (re.compile(r"[EWI]\d{4}"), "W2531"),
    "checkov": (re.compile(r"CKV2?_[A-Z]+_\d+"), "CKV_AWS_116"),
    "iam": (re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]*"), "xray:PutTraceSegments"),
    "control": (re.compile(r"(?!CKV)[A-Z][A-Z0-9]*(_[A-Z0-9]+)+"), "XX_FN_RUNTIME"),
}
TOOLS = tuple(_RULES)
LONGEST = timedelta(days=366)
_FIELDS = {"rule": str, "tool": str, "scope": dict, "reason": str, "owner": str, "expires": date}
_OPTIONAL = {"deadlines": dict}
_SCOPE = ("system", "type", "resource", "stage")
EVERY_SYSTEM = "*"
# The marks of stacks beside the systems.
_HOUSE = ("account", "load")
_WILD = re.compile(r"[*?\[]")
# A logical id begins with its resource's place in the stack.
_TELLING = re.compile(r"[A-Za-z0-9]{3}")
_TYPE = re.compile(r"[A-Z]\w+::\w+::\w+")


@dataclass(frozen=True)
class Scope:
    """The scope of a waiver: a resource type, a pattern of logical ids, a stage, a system; all that are given must fit.

    A control's waiver names no system; the control's id does.
    """

    type: str | None = None
    resource: str | None = None
    stage: str | None = None
    system: str | None = None

    def __str__(self) -> str:
        system = "every system" if self.system == EVERY_SYSTEM else self.system
        return ", ".join(filter(None, (self.type, self.resource, self.stage, system)))

    def covers(self, kind: str | None, resource: str, stage: str | None, system: str | None = None) -> bool:
        """Return whether a resource of that type and logical id in that stage of a system is within the scope."""
        if self.system not in (None, EVERY_SYSTEM, system):
            return False
        fits_type = self.type is None or self.type == kind
        fits_resource = self.resource is None or fnmatchcase(resource, self.resource)
        return fits_type and fits_resource and (self.stage is None or self.stage == stage)


@dataclass(frozen=True)
class Waiver:
    """A waiver; it holds through the day `expires`. `deadlines` are days on which others act, by what they do."""

    rule: str
    tool: str
    scope: Scope
    reason: str
    owner: str
    expires: date
    where: str
    deadlines: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True)
class Waivers:
    """All waivers of the project."""

    entries: tuple[Waiver, ...] = ()

    def find(
        self, tool: str, rule: str, kind: str | None, resource: str, stage: str | None, system: str | None = None
    ) -> Waiver | None:
        """Return the waiver that covers a finding, if any; a control's id names the system."""
        same = (waiver for waiver in self.entries if (waiver.tool, waiver.rule) == (tool, rule))
        return next((waiver for waiver in same if waiver.scope.covers(kind, resource, stage, system)), None)

    def refuse_unused(self, tool: str, used: Collection[str | None]) -> None:
        """Raise UserError for a waiver of the tool that is not among the used ones, named by file and line."""
        for waiver in self.entries:
            if waiver.tool == tool and waiver.where not in used:
                raise UserError(f"{waiver.where}: nothing needs the waiver of {waiver.rule} any more: delete it")


def load(path: Path = WAIVERS, today: date | None = None, rules: Collection[str] | None = None) -> Waivers:
    """Read the waivers; UserError with file and line for the first that is invalid, too wide or expired.

    With `rules`, those of another catalogue, all waivers are of its controls, and one that has expired is returned.
    """
    lines = LinedYaml(path)
    if not isinstance(lines.data, dict) or list(lines.data) != ["waivers"] or type(lines.data["waivers"]) is not list:
        raise UserError(f"{lines.place(())}: one list named `waivers` is wanted")
    entries = [_waiver(lines, number, today or date.today(), rules) for number in range(len(lines.data["waivers"]))]
    _refuse_duplicates(entries)
    return Waivers(tuple(entries))


def _refuse_duplicates(entries: Iterable[Waiver]) -> None:
    known: dict[tuple[str, str, Scope], Waiver] = {}
    for waiver in entries:
        same = known.setdefault((waiver.tool, waiver.rule, waiver.scope), waiver)
        if same is not waiver:
            raise UserError(f"{waiver.where}: a duplicate: {same.where} also waives {waiver.rule} there: delete one")


def _waiver(lines: LinedYaml, number: int, today: date, rules: Collection[str] | None) -> Waiver:
    data, path = lines.data["waivers"][number], ("waivers", number)
    if not isinstance(data, dict):
        raise UserError(f"{lines.place(path)}: a waiver is a mapping")
    if rules is not None:
        data.setdefault("tool", "control")
    try:
        _check_fields(data)
        _check_rule(data, rules)
        scope = _scope(data["scope"], data["tool"])
        _check_values(data, today, ends=rules is None)
        deadlines = _deadlines(data.get("deadlines", {}))
    except _WrongError as error:
        raise UserError(f"{lines.place((*path, error.field))}: {error}") from None
    plain = {name: data[name] for name in ("rule", "tool", "reason", "owner", "expires")}
    return Waiver(**plain, scope=scope, where=lines.place(path), deadlines=deadlines)


class _WrongError(Exception):
    """A field is invalid."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def _check_fields(data: dict[str, Any]) -> None:
    for name in data:
        if name not in _FIELDS and name not in _OPTIONAL:
            raise _WrongError(name, f"a waiver has no field `{name}`; its fields are {', '.join(_FIELDS)}, deadlines")
    for name, kind in {**_FIELDS, **{name: kind for name, kind in _OPTIONAL.items() if name in data}}.items():
        if name not in data:
            raise _WrongError(name, f"the waiver of {data.get('rule', 'nothing')} has no `{name}`")
        if type(data[name]) is not kind or not str(data[name]).strip():
            wanted = {date: "a date (YYYY-MM-DD)", dict: "a mapping", str: "text"}[kind]
            raise _WrongError(name, f"`{name}` must be {wanted}, not {data[name]!r}")
    if data["tool"] not in TOOLS:
        raise _WrongError("tool", f"`tool` must be one of {', '.join(TOOLS)}, not {data['tool']!r}")
    if "@" in data["owner"]:
        raise _WrongError("owner", f"`owner` must be a role, which outlasts a person, not {data['owner']!r}")


def _check_rule(data: dict[str, Any], rules: Collection[str] | None) -> None:
    if rules is not None:
        if data["tool"] != "control":
            raise _WrongError("tool", f"`tool` is control here, or is left out, not {data['tool']!r}")
        if data["rule"] not in rules:
            raise _WrongError("rule", f"the catalogue has no row {data['rule']}; it has {', '.join(sorted(rules))}")
        return
    form, example = _RULES[data["tool"]]
    if not form.fullmatch(data["rule"]):
        expected = "a control's id" if data["tool"] == "control" else f"a rule of {data['tool']}"
        raise _WrongError("rule", f"`rule` must be {expected}, such as {example}, not {data['rule']!r}")
    if data["tool"] == "control" and owner_of(data["rule"]) is None:
        prefixes = ", ".join(f"{system.prefix}_" for system in systems.SYSTEMS)
        raise _WrongError("rule", f"no system has controls like {data['rule']}: their ids begin with {prefixes}")


def _check_values(data: dict[str, Any], today: date, ends: bool) -> None:
    expires: date = data["expires"]
    if ends and expires < today:
        raise _WrongError(
            "expires", f"the waiver of {data['rule']} expired on {expires}: mend what it waived, or renew it"
        )
    if expires - today > LONGEST:
        raise _WrongError("expires", f"the waiver of {data['rule']} is too long: a year at most, not until {expires}")


def _scope(data: dict[str, Any], tool: str) -> Scope:
    for name, value in data.items():
        if name not in _SCOPE or not isinstance(value, str):
            raise _WrongError("scope", f"a scope has the texts {', '.join(_SCOPE)}, not {name}: {value!r}")
    kind, resource = data.get("type"), data.get("resource")
    if kind is not None and not _TYPE.fullmatch(kind):
        raise _WrongError("scope", f"`type` must be one resource type, such as AWS::Lambda::Function, not {kind!r}")
    if kind is None and resource is None:
        raise _WrongError("scope", "the scope is too wide: name a type or a resource")
    if resource is not None and (not resource or (_WILD.search(resource) and not _TELLING.match(resource))):
        advice = "a pattern begins with three letters or digits of logical ids, such as Storage*"
        raise _WrongError("scope", f"the scope is too wide: `{resource}` names no resource: {advice}")
    if data.get("stage", STAGES[0]) not in STAGES:
        raise _WrongError("scope", f"there is no stage {data['stage']!r}: `stage` is {' or '.join(STAGES)}")
    _check_system(data, tool)
    return Scope(**data)


def _check_system(data: dict[str, Any], tool: str) -> None:
    """Refuse a system in a control's waiver, whose id names it, and none or an unknown one in any other."""
    system, known = data.get("system"), (*(one.name for one in systems.SYSTEMS), *_HOUSE)
    if tool == "control":
        if system is not None:
            raise _WrongError("scope", "a control's id names its system: leave out `system`")
        return
    if system is None:
        raise _WrongError("scope", f"the scope has no `system`: name {', '.join(known)}, or {EVERY_SYSTEM!r} for all")
    if system not in (*known, EVERY_SYSTEM):
        raise _WrongError(
            "scope", f"there is no system {system!r}: `system` is {', '.join(known)}, or {EVERY_SYSTEM!r}"
        )
    if system == EVERY_SYSTEM and not {"type", "resource"} <= data.keys():
        raise _WrongError("scope", "the scope is too wide: in every system, name a type and a resource")


def _deadlines(data: dict[str, Any]) -> tuple[tuple[str, date], ...]:
    for what, day in data.items():
        if not isinstance(day, date):
            raise _WrongError("deadlines", f"deadline `{what}` must be a date (YYYY-MM-DD), not {day!r}")
    return tuple((str(what), day) for what, day in data.items())
