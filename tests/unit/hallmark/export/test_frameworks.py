"""The matrix covers each id of the area once, and every id that a control names exists."""

import csv
from dataclasses import replace
from io import StringIO

import pytest
from pydantic import TypeAdapter

from hallmark import catalogue
from hallmark.catalogue import NistId, PciId
from hallmark.export.frameworks import matrix
from hallmark.export.frameworks.lists import Framework, frameworks
from hallmark.report.controls import controls_of
from hallmark.report.model import Report
from infra.systems import NAMES

FORMS = {"PCI DSS 4.0.1": TypeAdapter(PciId), "NIST SP 800-53 r5": TypeAdapter(NistId)}


def test_both_frameworks_have_a_list() -> None:
    assert [one.name for one in frameworks()] == list(FORMS)


@pytest.mark.parametrize("framework", frameworks(), ids=lambda one: one.name)
def test_ids_are_well_formed_and_stand_once(framework: Framework) -> None:
    every = [one for section in framework.sections.values() for one in section.ids]
    assert len(set(every)) == len(every) == len(framework.ids)
    for one in every:
        FORMS[framework.name].validate_python(one)


@pytest.mark.parametrize("framework", frameworks(), ids=lambda one: one.name)
def test_ids_are_of_their_section(framework: Framework) -> None:
    strangers = [
        one
        for name, section in framework.sections.items()
        for one in section.ids
        if name != "beyond" and not one.startswith((f"{name}.", f"{name}-"))
    ]
    assert strangers == []


@pytest.mark.parametrize("system", NAMES)
def test_every_id_that_a_control_names_exists(system: str) -> None:
    """An id outside of the lists is a mistake, or belongs into hallmark/export/frameworks/*.yaml."""
    known = {one.name: one.ids for one in frameworks()}
    unknown = {
        control.id: (name, number)
        for control in controls_of(system)
        for name, numbers in control.frameworks.items()
        for number in numbers
        if number not in known[name]
    }
    assert unknown == {}


def test_ids_beyond_the_baseline_are_named_by_a_control() -> None:
    named = {one for name in NAMES for control in catalogue.load(name).controls for one in control.frameworks.nist}
    nist = next(one for one in frameworks() if one.name.startswith("NIST"))
    assert set(nist.sections["beyond"].ids) <= named


def test_an_id_has_a_row_for_each_control_or_one_without(everything: Report) -> None:
    rows = list(csv.DictReader(StringIO(matrix.as_csv(matrix.matrices([everything])), newline="")))
    covered = [row for row in rows if row["covered"] == "yes"]
    assert {row["id"] for row in covered} == {"10.2.1", "AU-2"}
    assert {row["control"]: row["verdict"] for row in covered if row["id"] == "AU-2"} == {
        item.control.id: item.verdict for item in everything.controls
    }
    left = [row for row in rows if row["covered"] == "no"]
    assert len(left) == sum(len(one.ids) for one in frameworks()) - 2
    assert not any(row["control"] or row["verdict"] for row in left)


def test_the_worst_verdict_marks_an_id(everything: Report) -> None:
    (pci, _) = matrix.matrices([everything])
    (line,) = pci.covered
    assert line.standing == "failed"


def test_an_id_outside_of_the_area_is_shown(everything: Report) -> None:
    item = everything.controls[0]
    other = replace(item, control=replace(item.control, frameworks={"PCI DSS 4.0.1": ("9.1.1",)}))
    (pci, _) = matrix.matrices([replace(everything, controls=(other,))])
    assert (pci.lines[-1].id, pci.lines[-1].title) == ("9.1.1", matrix.OUTSIDE)


def test_markdown_lists_what_is_not_covered_first(everything: Report) -> None:
    text = matrix.as_markdown(matrix.matrices([everything]))
    assert text.index("## Not covered") < text.index("## Covered")
    assert "| 10.5 | how long audit logs are kept | 10.5.1 |" in text
    assert "RT_WAIVED (waived)" in text


def test_the_page_escapes_and_shows_both(everything: Report) -> None:
    page = matrix.as_html(matrix.matrices([everything]), [everything])
    assert "<code>10.5.1</code>" in page
    assert "Title of RT_FAILED &amp; more" in page
