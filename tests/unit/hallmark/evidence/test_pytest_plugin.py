"""Marks `control(id)` become proofs; what was skipped or unknown does not."""

import os
import time
from pathlib import Path

import pytest
from _pytest.config import get_config

from hallmark.evidence import junit_results, pytest_plugin, pytest_results
from hallmark.project import ROOT
from infra.errors import UserError


def test_kinds_by_folder() -> None:
    assert pytest_results.kind_of("tests/unit/infra/test_a.py") == "template"
    assert pytest_results.kind_of("tests/unit/hallmark/test_a.py") == "behaviour"
    assert pytest_results.kind_of("tests/integration/test_a.py") == "behaviour"
    assert pytest_plugin.on_a_stage(ROOT / "tests" / "integration" / "realtime" / "test_a.py")
    assert not pytest_plugin.on_a_stage(ROOT / "tests" / "unit" / "infra" / "test_a.py")


JUNIT = """<?xml version="1.0"?>
<testsuites>
 <testcase name="[RT_NO_PAN] a card is found"/>
 <testcase name="nothing"/>
 <testsuite name="[RT_AUDIT] a group"><testcase name="[RT_QUIET, RT_NO_LOSS] one"><failure/></testcase></testsuite>
 <testcase name="[RT_IDEMPOTENT] later"><skipped/></testcase>
</testsuites>
"""


def test_junit_names(tmp_path: Path) -> None:
    file = tmp_path / "lambda.xml"
    file.write_text(JUNIT)
    told = [(proof.control, proof.outcome) for proof in junit_results.junit_proofs(file, ())]
    assert told == [("RT_NO_PAN", "passed"), ("RT_AUDIT", "failed"), ("RT_NO_LOSS", "failed"), ("RT_QUIET", "failed")]


@pytest.mark.parametrize(
    ("text", "told"),
    [(JUNIT, "1 tests of functions were skipped, such as '.RT_IDEMPOTENT. later'"), ("<testsuites/>", "has no test")],
)
def test_functions_tests_that_show_nothing(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "lambda.xml"
    file.write_text(text)
    with pytest.raises(UserError, match=told):
        junit_results.refuse_idle(file)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "is missing: run `npm test`"),
        ("<testsuites>", "is not valid XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><testsuites/>', "declares XML entities"),
    ],
)
def test_junit_that_cannot_be_used(tmp_path: Path, text: str | None, told: str) -> None:
    file = tmp_path / "lambda.xml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(UserError, match=told):
        list(junit_results.junit_proofs(file, ()))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (2, r"lambda.xml is older than a.ts: run `npm test` again"),
        (time.time() + 3600, r"a.ts has a modification time in the future: run `touch .*a.ts`"),
    ],
)
def test_junit_that_is_older_than_its_sources(tmp_path: Path, changed: float, told: str) -> None:
    file, source = tmp_path / "lambda.xml", tmp_path / "source"
    file.write_text(JUNIT)
    source.mkdir()
    (source / "a.ts").write_text("")
    os.utime(file, (1, 1))
    os.utime(source / "a.ts", (changed, changed))
    with pytest.raises(UserError, match=told):
        list(junit_results.junit_proofs(file, (source,)))


@pytest.mark.parametrize(
    "options",
    [
        *(["-k", "good"], ["-m", "control"], ["--deselect", "tests/test_a.py::test_a"], ["--ignore", "tests"]),
        *([one] for one in ("--lf", "--sw", "--sw-skip", "--collect-only", "--setup-plan", "--setup-only")),
        *([one] for one in ("--noconftest", "--cache-show", "--fixtures", "--fixtures-per-test")),
        *(["-o", one] for one in ("python_functions=test_g*", "python_files=nothing*", "addopts=-k good")),
    ],
    ids=" ".join,
)
def test_options_of_some_of_the_tests(options: list[str]) -> None:
    assert pytest_plugin.is_partial(_session(*options))


@pytest.mark.parametrize("options", [["-v"], ["-x"], ["-o", "testpaths=tests"], ["--tb", "short"]], ids=" ".join)
def test_options_of_all_tests(options: list[str]) -> None:
    assert not pytest_plugin.is_partial(_session(*options))


def _session(*options: str) -> pytest.Config:
    """Return what pytest makes of these options, without this project's own."""
    config = get_config([])
    config.parse(["-c", os.devnull, *options])
    return config
