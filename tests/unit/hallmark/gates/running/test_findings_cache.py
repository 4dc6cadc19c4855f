"""A template is judged again when anything changes that the judgement follows from, and only then."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hallmark.gates import cfn_lint, checkov_stock
from hallmark.gates.running import findings_cache
from hallmark.gates.running.findings_cache import SWITCH, Basis, judged, reused
from hallmark.project import ROOT
from hallmark.synthesized import Synthesized

# Any distribution that is installed stands for a tool.
TOOL = "pytest"


class Bench:
    """Two templates, a policy, a cache of their own, and a tool that counts what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.policy = folder / "policy.py"
        self.policy.write_text("one policy")
        self.basis = Basis(TOOL, ("eu-central-1",), (self.policy,), folder / "cache")
        self.templates = [Synthesized(folder / f"{name}.template.json") for name in ("dev", "prod")]
        for template in self.templates:
            template.path.write_text(json.dumps({"Resources": {template.path.name: {}}}))
        self.asked: list[str] = []

    def _judge(self, templates: Sequence[Synthesized]) -> list[Any]:
        self.asked += [template.path.name.split(".")[0] for template in templates]
        return [[["W1", template.path.read_text(), 1, "a message"]] for template in templates]

    def run(self, basis: Basis | None = None) -> list[str]:
        """Judge, and return which templates the tool was asked about."""
        self.asked.clear()
        found = judged(basis or self.basis, self.templates, self._judge)
        assert [(f.template, f.said[0][1]) for f in found] == [(t, t.path.read_text()) for t in self.templates]
        assert [f.template.path.name.split(".")[0] for f in found if not f.since] == self.asked
        self.told = reused(found)
        return list(self.asked)

    def entries(self) -> list[Path]:
        return sorted((self.basis.folder / TOOL).iterdir())


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.delenv(SWITCH, raising=False)
    made = Bench(tmp_path)
    assert made.run() == ["dev", "prod"]
    return made


def test_what_has_not_changed_is_not_judged_again(bench: Bench) -> None:
    assert bench.run() == []
    assert re.fullmatch(r"2 of 2 templates unchanged since judged, \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", bench.told)


def test_a_changed_template_is_judged_again_and_alone(bench: Bench) -> None:
    bench.templates[1].path.write_text(json.dumps({"Resources": {"Other": {}}}))
    assert bench.run() == ["prod"]
    assert bench.run() == []


def _policy(bench: Bench, _: pytest.MonkeyPatch) -> None:
    bench.policy.write_text("another policy")


def _day(_: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class Tomorrow(date):
        @classmethod
        def today(cls) -> date:
            return date(2999, 1, 1)

    monkeypatch.setattr(findings_cache, "date", Tomorrow)


def _version(_: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_cache.metadata, "version", lambda tool: "999")


def _folder(bench: Bench, _: pytest.MonkeyPatch) -> None:
    for entry in bench.entries():
        entry.unlink()


def _switch(_: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "1")


def _half(bench: Bench, _: pytest.MonkeyPatch) -> None:
    for entry in bench.entries():
        entry.write_bytes(entry.read_bytes()[:-3])


def _edited(bench: Bench, _: pytest.MonkeyPatch) -> None:
    for entry in bench.entries():
        entry.write_text(entry.read_text().replace("W1", "W2"))


def _binary(bench: Bench, _: pytest.MonkeyPatch) -> None:
    for entry in bench.entries():
        entry.write_bytes(b"\xff\xfe")


@pytest.mark.parametrize("change", [_policy, _day, _version, _folder, _switch, _half, _edited, _binary])
def test_all_are_judged_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, change: Callable[[Bench, pytest.MonkeyPatch], None]
) -> None:
    change(bench, monkeypatch)
    assert bench.run() == ["dev", "prod"]


def test_other_settings_are_another_judgement(bench: Bench) -> None:
    assert bench.run(Basis(TOOL, ("us-east-1",), (bench.policy,), bench.basis.folder)) == ["dev", "prod"]


def test_what_no_template_needs_any_more_goes(bench: Bench) -> None:
    del bench.templates[0]
    assert bench.run() == []
    assert len(bench.entries()) == 1


def test_a_tool_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    def broken(_: Sequence[Synthesized]) -> list[Any]:
        raise RuntimeError

    bench = Bench(tmp_path)
    with pytest.raises(RuntimeError):
        judged(bench.basis, bench.templates, broken)
    assert bench.run() == ["dev", "prod"]


def test_the_gates_follow_from_their_settings_and_from_every_policy(tmp_path: Path) -> None:
    policies = ROOT / "policies"
    wanted = {
        *policies.glob("library/*/*.py"),
        *policies.glob("engine/*/*.py"),
        policies / "controls" / "realtime.yaml",
    }
    assert len(wanted) > 60
    assert {*wanted, policies / "checks" / "register.py"} <= set(checkov_stock.basis().files)
    assert ROOT / ".cfnlintrc.yaml" in cfn_lint.BASIS.files
    for name in ("library/topic/new.py", "library/topic/new.yaml", "engine/new.py", "controls/new.yaml"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        assert file in checkov_stock.basis(tmp_path).files
