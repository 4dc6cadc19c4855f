"""Dockerfiles under the gate checkov: its findings, ours, and what a file tells it to skip."""

from pathlib import Path
from typing import Any

import pytest

from hallmark.evidence import ToolFinding
from hallmark.gates.running import dockerfiles
from hallmark.gates.running.findings_cache import Judgement


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What checkov finds in each file; ours is one more for the functions'."""
    rows: list[Any] = []
    ours = ToolFinding("checkov", "HALLMARK_USER", "keeper", "Dockerfile", 1, "runs as root")
    monkeypatch.setattr(dockerfiles, "judged", lambda _, found, scan: [Judgement(one, rows, None) for one in found])
    monkeypatch.setattr(dockerfiles, "problems", lambda path: [ours])
    return rows


def test_findings_of_both_and_inline_skips(said: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "keeper" / "Dockerfile"
    path.parent.mkdir()
    path.write_text("FROM base:1\n# checkov:skip=CKV_DOCKER_3:no time\n")
    said.append(["CKV_DOCKER_2", 1, "no health check"])
    found = [(one.rule, one.line, one.waived_by) for one in dockerfiles.findings([path])]
    assert found == [("CKV_DOCKER_2", 1, None), ("CKV_DOCKER_3", 2, None), ("HALLMARK_USER", 1, None)]


def test_the_generators_file_is_checkovs_alone(said: list[Any]) -> None:
    files = dockerfiles.dockerfiles()
    assert files[-1].parent.name == "load" and len(files) > 3
    assert list(dockerfiles.findings(files[-1:])) == []
