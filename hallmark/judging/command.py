"""`hallmark policy TEMPLATE... --catalogue`: any templates by a catalogue of one's own, or one that is ready."""

import json
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from hallmark.judging import shown
from hallmark.judging.accepting import Accepted, accepting
from hallmark.judging.catalogue import LIMIT, Ready, find, load, nearest
from hallmark.judging.files import templates_of
from hallmark.judging.sarif import sarif_of
from hallmark.judging.verdicts import Judged, as_data, judge
from infra.errors import UserError


def catalogue_command(
    places: Sequence[Path],
    named: str,
    *,
    as_json: bool = False,
    together: bool = False,
    controls: Collection[str] = (),
    waivers: Path | None = None,
    sarif: Path | None = None,
) -> int:
    """Print the verdicts; 0 without a finding or a limit that is not waived, 1 with one, 2 for a broken template.

    Templates are judged one by one, or `together` as those of one stage. `controls` are the only rows that count.
    """
    catalogue = _chosen(load(find(named), named), controls)
    accepted = accepting(waivers, catalogue) if waivers else Accepted()
    found = templates_of(places)
    if together and len(found.documents) > 1:
        judged = [_together(found.documents, catalogue)]
    else:
        judged = [(name, as_data(judge(one, catalogue))) for name, one in found.documents.items()]
    entries = [_entry(name, catalogue, data, accepted, found.documents) for name, data in judged]
    for line in (*found.broken, *accepted.problems()):
        print(line, file=sys.stderr)
    if sarif:
        _written(sarif, sarif_of(entries, catalogue))
    if as_json:
        print(json.dumps(entries, indent=1))
    else:
        print("\n".join(line for entry in entries for line in shown.lines(entry, catalogue)))
    if found.broken:
        return 2
    return int(any(_open(entry) for entry in entries))


def _chosen(catalogue: Ready, controls: Collection[str]) -> Ready:
    known = {row.id for row in catalogue.rows}
    unknown = sorted(set(controls) - known)
    if unknown:
        close = nearest(unknown[0], known)
        more = f"did you mean {close}?" if close else f"it has {', '.join(sorted(known))}"
        raise UserError(f"the catalogue {catalogue.name} has no row {unknown[0]}: {more}")
    rows = tuple(row for row in catalogue.rows if not controls or row.id in controls)
    return Ready(catalogue.name, catalogue.file, catalogue.title, rows)


def _together(documents: dict[str, dict[str, Any]], catalogue: Ready) -> tuple[str, dict[str, Any]]:
    from hallmark.together import joined, placed_in

    whole = joined(documents)
    judged: Judged = judge(whole.document, catalogue)
    data = as_data(judged)
    controls = [{**one, "findings": placed_in(whole, one["findings"])} for one in data["controls"]]
    return ", ".join(documents), {**data, "controls": controls, "limits": placed_in(whole, data["limits"])}


def _entry(
    name: str, catalogue: Ready, data: dict[str, Any], accepted: Accepted, documents: dict[str, Any]
) -> dict[str, Any]:
    """Return a template's entry of the JSON output, with what is waived marked."""
    which: dict[str, Any] = {"template": name} if name in documents else {"templates": list(documents)}
    for control in data["controls"]:
        for finding in control["findings"]:
            accepted.mark(control["id"], finding, documents.get(finding.get("template", name), {}))
        if control["findings"] and all("waived" in one for one in control["findings"]):
            control["verdict"] = "waived"
    for limit in data["limits"]:
        accepted.mark(LIMIT, limit, documents.get(limit.get("template", name), {}))
    return {**which, "catalogue": catalogue.name, **data}


def _open(entry: dict[str, Any]) -> bool:
    found = [*entry["limits"], *(one for control in entry["controls"] for one in control["findings"])]
    return any("waived" not in one for one in found)


def _written(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file}: cannot be written: {error.strerror}") from None
