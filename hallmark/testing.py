"""A pytest plugin: with HALLMARK_GATE=<name>, the tests' marks `control(id, ...)` become that gate's evidence.

HALLMARK_TARGET says which kind of stage the integration tests ran on: embedded (the default) or aws.
"""

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from hallmark import junit_results
from hallmark.errors import UserError
from hallmark.evidence import Kind, Proof, Target
from hallmark.gates.recorder import Recorder, recorded
from hallmark.project import ROOT
from hallmark.revision import sha256

STAGES = ("dev", "prod")


def kind_of(path: Path) -> Kind:
    """Return the kind of proof that tests of a folder make."""
    return "template" if path.is_relative_to(ROOT / "tests" / "unit" / "infra") else "behaviour"


def on_a_stage(path: Path) -> bool:
    """Say whether a test makes a deployed stage do something."""
    return path.is_relative_to(ROOT / "tests" / "integration")


def known_controls() -> set[str] | None:
    """Return every control id of the catalogues; None while there is no catalogue."""
    systems = sorted(path.stem for path in (ROOT / "policies" / "controls").glob("*.yaml"))
    if not systems:
        return None
    from hallmark import catalogue

    return {control.id for system in systems for control in catalogue.load(system).controls}


def controls_of(item: pytest.Item) -> list[str]:
    """Return the controls that a test is marked with."""
    return sorted({str(name) for mark in item.iter_markers("control") for name in mark.args})


_digest = cache(sha256)


@dataclass(eq=False)
class EvidencePlugin:
    """Collects one proof for each test and control, and writes them when the session ends."""

    gate: str
    target: Target
    record: Recorder = field(default_factory=Recorder)
    passed: dict[str, bool] = field(default_factory=dict)
    items: dict[str, pytest.Item] = field(default_factory=dict)
    running: ExitStack = field(default_factory=ExitStack)

    def pytest_sessionstart(self) -> None:
        self.record = self.running.enter_context(recorded(self.gate))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.items = {item.nodeid: item for item in items}
        marked = [item for item in items if controls_of(item)]
        known = known_controls() if marked else None
        for item in marked if known is not None else []:
            unknown = set(controls_of(item)) - (known or set())
            if unknown:
                raise pytest.UsageError(f"{item.nodeid} proves {', '.join(sorted(unknown))}, which no catalogue has")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.passed[report.nodeid] = False
        elif report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
            self.passed.setdefault(report.nodeid, True)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus != 0:
            self.record.fail()
        for node, passed in self.passed.items():
            self.record.proofs.extend(
                self._proof(self.items[node], control, passed) for control in controls_of(self.items[node])
            )
        try:
            self._join_junit(session)
        except UserError as error:
            self.record.fail()
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            print(f"\nhallmark: {error}")
        if any(self.items and on_a_stage(item.path) for item in self.items.values()):
            self.record.target = self.target
        self.running.close()

    def _join_junit(self, session: pytest.Session) -> None:
        if self.gate != "unit":
            return
        proofs = list(junit_results.junit_proofs())
        unknown = {proof.control for proof in proofs} - (known_controls() or {proof.control for proof in proofs})
        if unknown:
            raise UserError(f"{junit_results.RESULTS.name} names {', '.join(sorted(unknown))}, which no catalogue has")
        self.record.proofs.extend(proofs)

    def _proof(self, item: pytest.Item, control: str, passed: bool) -> Proof:
        from hallmark import fidelity  # environments of one tool have no YAML, nor proofs

        embedded = on_a_stage(item.path) and self.target == "embedded"
        values = getattr(getattr(item, "callspec", None), "params", {}).values()
        return Proof(
            control,
            kind_of(item.path),
            "passed" if passed else "failed",
            item.nodeid,
            _digest(item.path),
            stage=next((value for value in values if isinstance(value, str) and value in STAGES), None),
            fidelity=fidelity.of_control(control) if embedded else None,
        )


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin when a gate is named."""
    gate = os.environ.get("HALLMARK_GATE")
    target = os.environ.get("HALLMARK_TARGET", "embedded")
    if not gate:
        return
    if target not in ("embedded", "aws"):
        raise pytest.UsageError(f"HALLMARK_TARGET is embedded or aws, not {target}")
    config.pluginmanager.register(EvidencePlugin(gate, "aws" if target == "aws" else "embedded"), "hallmark-evidence")
