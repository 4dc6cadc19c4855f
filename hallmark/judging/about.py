"""`hallmark policy --list` and `--explain`: what there is to judge by, and what each of it is about."""

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import yaml

from hallmark.judging.catalogue import Row, find, load, nearest, ready_names, shape_text
from hallmark.judging.examples import edit_of, failing, passing
from hallmark.judging.library import About, every, plain
from infra.errors import UserError
from policies.engine import words
from policies.engine.catalogue import Catalogue, Control, catalogues
from policies.engine.finding import one_line

_WIDTH = 100


def list_command(catalogue: str | None, as_json: bool) -> int:
    """Print each policy, or each row of a catalogue."""
    if catalogue is not None:
        rows = load(find(catalogue), catalogue).rows
        found = [_row_entry(row) for row in rows]
        lines = [f"{row.id:<{_longest(rows)}}  {row.severity:<8}  {row.title}" for row in rows]
    else:
        found = [_entry(one) for one in every().values()]
        lines = [line for one in every().values() for line in _listed(one)]
    print(json.dumps(found, indent=1) if as_json else "\n".join(lines))
    return 0


def _longest(rows: Sequence[Row]) -> int:
    return max(len(row.id) for row in rows)


def _entry(one: About) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.line,
        "types": list(one.types) or ["*"],
        "parameters": {name: shape_text(shape) for name, shape in one.card.parameters.items()},
        "needs_parts": one.needs_parts,
        "catalogues": list(one.used_by),
    }


def _row_entry(row: Row) -> dict[str, Any]:
    uses = [use for use, _ in row.judgement.policies]
    policies = [{"use": use.policy, "parameters": dict(use.parameters)} for use in uses]
    types = sorted(row.judgement.scope)
    return {"id": row.id, "title": row.title, "severity": row.severity, "types": types, "policies": policies}


def _listed(one: About) -> Iterator[str]:
    yield f"{one.id}  {one.line}"
    types = ", ".join(one.types[:4]) + (f" and {len(one.types) - 4} more" if len(one.types) > 4 else "")
    yield f"    judges {types or 'the template as a whole'}; in {', '.join(one.used_by)}"


def explain_command(name: str, catalogue: str | None, as_json: bool) -> int:
    """Print what a policy or a control is about; UserError with the nearest ones for an unknown id."""
    found = _explained(name, catalogue)
    print(json.dumps(found, indent=1) if as_json else "\n".join(_text(found)))
    return 0


def _explained(name: str, catalogue: str | None) -> dict[str, Any]:
    if name in every():
        return _policy(every()[name])
    known: dict[str, Callable[[], dict[str, Any]]] = {}
    for ready in [catalogue] if catalogue is not None else ready_names():
        known |= {row.id: partial(_row, row, ready) for row in load(find(ready), ready).rows}
    if catalogue is None:
        known |= {one.id: partial(_control, own, one) for own in catalogues().values() for one in own.controls.values()}
    if name in known:
        return known[name]()
    close = nearest(name, [*every(), *known])
    raise UserError(f"there is no policy or control {name}: {f'did you mean {close}?' if close else 'see --list'}")


def _policy(one: About, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
    card, (wrong, bad) = one.card, failing(one.id, one.card)
    given = {} if parameters is None else dict(parameters)
    return {
        "id": one.id,
        "title": one.line,
        "severity": card.severity,
        "statement": plain(card.statement),
        "why": plain(card.why),
        "types": list(one.types) or ["*"],
        "parameters": {
            name: {"type": shape_text(shape), **({"value": given[name]} if name in given else {})}
            for name, shape in card.parameters.items()
        },
        "needs_parts": one.needs_parts,
        "frameworks": dict(card.frameworks),
        "sources": list(one.pages),
        "catalogues": list(one.used_by),
        "passes": dict(passing(card)),
        "fails": dict(bad),
        "fails_because": wrong,
        "reported": [{"name": str(mutant["name"]), "edit": edit_of(mutant)} for mutant in card.mutants],
        "fix": one.fix,
    }


def _row(row: Row, catalogue: str) -> dict[str, Any]:
    policies = [_policy(every()[use.policy], use.parameters) for use, _ in row.judgement.policies]
    said = {"statement": row.statement, "why": row.why, "fix": row.fix, "severity": row.severity}
    sources = list(dict.fromkeys([*row.sources, *(page for one in policies for page in one["sources"])]))
    frameworks = {name: list(ids) for name, ids in row.frameworks.items()}
    more = {"frameworks": frameworks, "sources": sources, "catalogues": [catalogue], "policies": policies}
    return {"id": row.id, "title": row.title, **said, **more}


def _control(own: Catalogue, control: Control) -> dict[str, Any]:
    policies = [_policy(every()[use.policy], use.parameters) for use in control.uses]
    about = policies[0] if policies else {}
    said = {key: about[key] for key in ("severity", "frameworks", "sources") if key in about}
    meant = words.of_system(own.system, own.slug, own.region)
    for use in control.uses[:1]:
        texts = {"statement": every()[use.policy].card.statement, "why": every()[use.policy].card.why}
        said |= {key: words.sentence(text, meant, use.parameters, own.stages) for key, text in texts.items()}
    return {
        "id": control.id, "title": control.title, **said, "fix": control.fix, "catalogues": [own.system],
        "policies": policies,
    }  # fmt: skip


def _text(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{found['id']}  {found['title']}"
    for key in ("severity", "statement", "why", "fix"):
        if found.get(key):
            yield from _wrapped(key, found[key])
    inner = found.get("policies", ())
    for key in ("types", "catalogues"):
        if found.get(key):
            yield from _wrapped(key, ", ".join(found[key]))
    for name, ids in found.get("frameworks", {}).items():
        yield from _wrapped(name, ", ".join(ids))
    for page in found.get("sources", ()):
        yield f"source      {page}"
    for one in inner or [found]:
        if inner:
            yield ""
            yield f"policy      {one['id']}: {one['title']}"
        yield from _parameters(one)
        yield from _examples(one)


def _wrapped(key: str, text: str) -> Iterator[str]:
    lines = textwrap.wrap(text, _WIDTH - 12, break_long_words=False, break_on_hyphens=False)
    return (f"{key if not number else '':<12}{line}" for number, line in enumerate(lines))


def _parameters(one: Mapping[str, Any]) -> Iterator[str]:
    for name, about in one.get("parameters", {}).items():
        value = f" = {json.dumps(about['value'])}" if "value" in about else ""
        yield f"parameter   {name} ({about['type']}){value}"
    if one.get("needs_parts"):
        yield "parts       its catalogue says which resource plays which part, under `parts`"


def _examples(one: Mapping[str, Any]) -> Iterator[str]:
    for key, title in (("passes", "passes"), ("fails", f"fails: {one.get('fails_because')}")):
        if one.get(key):
            yield f"{title}"
            text = yaml.safe_dump({"Resources": one[key]}, sort_keys=False, width=_WIDTH)
            yield textwrap.indent(text.rstrip(), "    ")
    if one.get("reported"):
        yield "reported, each by itself"
    for mutant in one.get("reported", ()):
        yield one_line(f"    {mutant['name']}: {mutant['edit']}", 2 * _WIDTH)
