"""The verdicts on a template as people read them."""

from collections.abc import Iterator, Mapping
from typing import Any

from hallmark.judging.catalogue import Ready
from hallmark.wording import counted


def lines(entry: Mapping[str, Any], catalogue: Ready) -> Iterator[str]:
    """Yield the findings by row, the limits, and a last line with the counts."""
    several = {row.id for row in catalogue.rows if len(row.judgement.policies) > 1}
    for control in entry["controls"]:
        if control["findings"]:
            yield f"{control['id']}  {control['verdict']}  {control['severity']}  {control['title']}"
        for one in control["findings"]:
            yield from _finding(one, control["id"] in several)
    for one in entry["limits"]:
        mark = f"limit, waived until {one['waived']['expires']}" if "waived" in one else "limit"
        yield f"{mark}  {' '.join(filter(None, (one['resource'], one['path'])))}  {one['type']}".rstrip()
        yield from _labelled(one, "template")
        yield f"    {one['text']}"
        yield from _labelled(one, "fix")
    yield from _end(entry)


def _finding(one: Mapping[str, Any], several: bool) -> Iterator[str]:
    yield f"  {' '.join(filter(None, (one['resource'], one['path'])))}"
    keys = ("template", "found", "wanted", *(("policy",) if several else ()), "fix")
    yield from _labelled(one, *keys)
    if "waived" in one:
        yield f"    waived  until {one['waived']['expires']}: {one['waived']['where']}"


def _labelled(one: Mapping[str, Any], *keys: str) -> Iterator[str]:
    labels = {"template": "in"}
    return (f"    {labels.get(key, key):<8}{one[key]}" for key in keys if one.get(key))


def _end(entry: Mapping[str, Any]) -> Iterator[str]:
    found = [one for control in entry["controls"] for one in control["findings"]]
    verdicts = [control["verdict"] for control in entry["controls"]]
    name = entry.get("template") or ", ".join(entry["templates"])
    if entry["defaults"]:
        said = ", ".join(f"{key}={value or chr(34) * 2}" for key, value in entry["defaults"].items())
        yield f"{name}: judged at the defaults of its parameters: {said}"
    parts = [
        f"{counted(verdicts.count('proved'), 'control')} proved",
        f"{verdicts.count('failed')} failed",
        *([f"{verdicts.count('waived')} waived"] if "waived" in verdicts else []),
        *([f"{verdicts.count('not judged')} not judged"] if "not judged" in verdicts else []),
        f"{verdicts.count('not applicable')} not applicable",
        counted(len(found), "finding"),
        *([counted(len(entry["limits"]), "limit")] if entry["limits"] else []),
    ]
    yield f"{name}: {', '.join(parts)}"
