"""A pytest plugin: with HALLMARK_GATE=<name>, the tests' marks `control(id, ...)` become that gate's evidence.

HALLMARK_TARGET names the kind of stage for the integration tests: embedded (the default) or aws. The proofs of a test
are part of its report, so that the workers of pytest-xdist can run it.

In a gate of systems, each system has its own evidence. Tests in tests/<gate>/<system> count for that system, all
others for every system; a proof belongs to the system of its control. $HALLMARK_SYSTEM leaves other rooms out.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hallmark.evidence import EVIDENCE, Fault, Kind, Proof, Target, file_of, junit_results
from hallmark.evidence.expected import OF_SYSTEMS, chosen, judged
from hallmark.evidence.recorder import Recorder, recorded
from hallmark.project import ROOT
from hallmark.revision import revision, sha256, template_digests
from infra.errors import UserError
from infra.systems import NAMES, STAGES, owner_of

# pytest's options that make a session run only some of its tests, or none.
PARTIAL = (
    *("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise"),
    *("collectonly", "setuponly", "setupplan"),
)
PROVES, FAULT = "hallmark-proves", "hallmark-fault"


def target_of_run() -> Target:
    """Return the kind of stage that the integration tests run on; UsageError for another HALLMARK_TARGET."""
    target = os.environ.get("HALLMARK_TARGET", "embedded")
    if target not in ("embedded", "aws"):
        raise pytest.UsageError(f"HALLMARK_TARGET must be embedded or aws, not {target}")
    return "aws" if target == "aws" else "embedded"


@cache
def kind_of(path: Path) -> Kind:
    """Return the kind of proof that tests of a folder give."""
    return "template" if path.is_relative_to(ROOT / "tests" / "unit" / "infra") else "behaviour"


@cache
def on_a_stage(path: Path) -> bool:
    """Return whether a test uses a deployed stage."""
    return path.is_relative_to(ROOT / "tests" / "integration")


def room_of(node: str) -> str | None:
    """Return the system in whose room a test is, by its id; None for a test of the house."""
    parts = Path(node.partition("::")[0]).parts
    return next((part for part in parts[2:3] if part in NAMES), None)


def known_controls() -> set[str] | None:
    """Return every control id of the catalogues; None without catalogues."""
    systems = sorted(path.stem for path in (ROOT / "policies" / "controls").glob("*.yaml"))
    if not systems:
        return None
    from hallmark import catalogue

    return {control.id for system in systems for control in catalogue.load(system).controls}


def controls_of(item: pytest.Item) -> list[str]:
    """Return the controls in a test's marks."""
    return sorted({str(name) for mark in item.iter_markers("control") for name in mark.args})


# Cached: a session calls it for each test.
_digest = cache(sha256)


@cache
def _within(root: Path, name: str) -> Path:
    return root / name


def _stage_of(item: pytest.Item) -> str | None:
    values = getattr(getattr(item, "callspec", None), "params", {}).values()
    return next((value for value in values if isinstance(value, str) and value in STAGES), None)


class Marking:
    """Records in each test's report what it proves, in whichever process it runs."""

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        self._leave_other_rooms(config, items)
        marked = [(item, controls) for item in items if (controls := controls_of(item))]
        known = known_controls() if marked else None
        for item, controls in marked:
            unknown = set(controls) - known if known is not None else None
            if unknown:
                raise pytest.UsageError(f"{item.nodeid} proves {', '.join(sorted(unknown))}, which no catalogue has")
            item.user_properties.append((PROVES, {"controls": controls, "stage": _stage_of(item)}))

    def _leave_other_rooms(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        rooms = {None, *(system.name for system in chosen())}
        left = [item for item in items if room_of(item.nodeid) not in rooms]
        if left:
            config.hook.pytest_deselected(items=left)
            items[:] = [item for item in items if item not in set(left)]


@dataclass(eq=False)
class EvidencePlugin:
    """Collects one proof for each test and control, and writes them when the session ends.

    There is a record for each system, or one for None if the gate is the house's.
    """

    gate: str
    target: Target
    root: Path
    systems: tuple[str | None, ...] = (None,)
    templates: Callable[[str | None], dict[str, str]] = template_digests
    records: dict[str | None, Recorder] = field(default_factory=dict)
    passed: dict[str, bool] = field(default_factory=dict)
    proves: dict[str, dict[str, Any]] = field(default_factory=dict)
    running: ExitStack = field(default_factory=ExitStack)
    begun: bool = False
    commit: str = ""

    def __post_init__(self) -> None:
        self.records.update({system: Recorder() for system in self.systems})

    def pytest_sessionstart(self) -> None:
        self.commit = revision()
        for system in self.systems:
            file_of(self.gate, system, EVIDENCE).unlink(missing_ok=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        self._begin()

    def _begin(self) -> None:
        """Begin the records after collection, while templates may still be built: evidence is about the final ones."""
        if not self.begun:
            for system in self.systems:
                recording = recorded(self.gate, system, commit=self.commit, templates=self.templates)
                self.records[system] = self.running.enter_context(recording)
            self.begun = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.passed[report.nodeid] = False
        elif report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
            self.passed.setdefault(report.nodeid, True)
        properties: dict[str, Any] = {str(name): value for name, value in report.user_properties}
        self.proves.setdefault(report.nodeid, properties.get(PROVES, {}))
        if report.when == "call" and FAULT in properties:
            for record in self._of_room(report.nodeid):
                record.faults.append(Fault(**properties[FAULT]))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._begin()
        self._fail(session)
        for node, passed in self.passed.items():
            for control in self.proves[node].get("controls", ()):
                if record := self._of_control(control):
                    record.proofs.append(self._proof(node, control, passed))
        try:
            self._join_junit()
        except UserError as error:
            self._fail_all()
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            print(f"\nhallmark: {error}")
        if any(map(on_a_stage, {self._file(node) for node in self.proves})):
            for record in self.records.values():
                record.target = self.target
        self.running.close()

    def _of_room(self, node: str) -> list[Recorder]:
        """Return the records that a test counts for: that of its room's system, or all."""
        room = room_of(node)
        return [record for system, record in self.records.items() if system is None or room in (None, system)]

    def _of_control(self, control: str) -> Recorder | None:
        """Return the record of a control's system; None where that system has no evidence here."""
        owner = owner_of(control)
        return self.records.get(None) or self.records.get(owner.name if owner else None)

    def _fail(self, session: pytest.Session) -> None:
        """Fail the records that a failed test counts for; all if the session failed without one or was interrupted."""
        failed = [node for node, passed in self.passed.items() if not passed]
        for record in (record for node in failed for record in self._of_room(node)):
            record.fail()
        explained = pytest.ExitCode.TESTS_FAILED if failed else pytest.ExitCode.OK
        if session.exitstatus != explained:
            self._fail_all()

    def _fail_all(self) -> None:
        for record in self.records.values():
            record.fail()

    def _file(self, node: str) -> Path:
        return _within(self.root, node.partition("::")[0])

    def _join_junit(self) -> None:
        if self.gate != "unit":
            return
        proofs = list(junit_results.junit_proofs())
        unknown = {proof.control for proof in proofs} - (known_controls() or {proof.control for proof in proofs})
        if unknown:
            raise UserError(f"{junit_results.RESULTS.name} names {', '.join(sorted(unknown))}, which no catalogue has")
        self.records[None].proofs.extend(proofs)

    def _proof(self, node: str, control: str, passed: bool) -> Proof:
        from hallmark import fidelity  # environments with one tool have neither YAML nor proofs

        file = self._file(node)
        kind = kind_of(file)
        return Proof(
            control,
            kind,
            "passed" if passed else "failed",
            node,
            _digest(file),
            stage=self.proves[node]["stage"],
            fidelity=fidelity.of_control(control, kind) if on_a_stage(file) and self.target == "embedded" else None,
        )


@pytest.fixture
def record_fault(request: pytest.FixtureRequest) -> Callable[[Fault], None]:
    """Add a row of the table of faults to the gate's evidence; no effect in a run without a gate."""
    return lambda fault: request.node.user_properties.append((FAULT, asdict(fault)))


def systems_of(gate: str) -> tuple[str | None, ...]:
    """Return the systems that a gate has evidence for; None stands for the house."""
    return tuple(system.name for system in judged(gate)) if gate in OF_SYSTEMS else (None,)


def is_whole(config: pytest.Config, gate: str) -> bool:
    """Return whether the session runs every test of the gate's folder."""
    folder = (config.rootpath / "tests" / gate).resolve()
    places = {(config.invocation_params.dir / argument).resolve() for argument in config.args}
    return folder in places and not any(config.getoption(name, None) for name in PARTIAL)


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin when a gate is named; workers only add marks, which the main process records.

    A session of some tests does not change the gate's evidence: it cannot show that the gate passes, or that an earlier
    failure is fixed.
    """
    gate = os.environ.get("HALLMARK_GATE")
    if not gate:
        return
    target = target_of_run()
    config.pluginmanager.register(Marking(), "hallmark-marking")
    if hasattr(config, "workerinput"):
        return
    if is_whole(config, gate):
        plugin = EvidencePlugin(gate, target, config.rootpath, systems_of(gate))
        config.pluginmanager.register(plugin, "hallmark-evidence")
    else:
        print(f"hallmark: not all tests of tests/{gate} run, so the evidence of {gate} is unchanged")
