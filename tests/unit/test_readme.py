"""README counts systems, controls, edits and files as catalogues, cards and tox.ini do."""

import configparser
import re

import pytest

from hallmark import catalogue
from hallmark.mutants import judgement
from hallmark.project import ROOT
from infra.systems import NAMES, SYSTEMS, System

README = (ROOT / "README.md").read_text(encoding="utf-8")
WORDS = {2: "two", 3: "three", 4: "four", 5: "five"}


def number(pattern: str) -> int:
    """Return the number that README states in the place of `N`."""
    (found,) = re.findall(re.escape(pattern).replace("N", r"([\d,]+)"), README)
    return int(found.replace(",", ""))


def test_systems_and_controls_are_counted() -> None:
    assert f"stacks of {WORDS[len(SYSTEMS)]} systems" in README
    assert number("by N controls") == sum(len(catalogue.load(name).controls) for name in NAMES)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_a_system_has_its_row_and_its_picture(system: System) -> None:
    read = catalogue.load(system.name)
    (row,) = re.findall(rf"^\| \[{system.name}\]\(docs/{system.name}\.md\) \|.+\|$", README, re.MULTILINE)
    assert row.endswith(f"| {system.region} | {len(read.controls)} of {read.requirements} requirements |")
    assert f"**{system.name}**\n```mermaid\n" in README
    assert f"[{system.name}](docs/{system.name}.md#parameters)" in README


def test_edits_are_counted_to_a_thousand() -> None:
    assert number("some N edits") == round(sum(map(judgement.count, NAMES)), -3)


def test_what_is_sent_is_what_tox_sends() -> None:
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(ROOT / "tox.ini", encoding="utf-8")
    commands = settings["testenv:hallmark"]["commands"].split("\n")
    sent = {name: re.findall(rf"--system {name} .*--generate (\d+)", "\n".join(commands)) for name in NAMES}
    assert all(len(one) == 1 for one in sent.values()), "every system sends once"
    cards, *files, screened = (int(one) for (one,) in sent.values())
    assert number("sends N card transactions") == cards
    assert number("card transactions and N files through") == sum(files)
    assert number("has N transactions screened") == screened
