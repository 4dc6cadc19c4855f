"""A pytest plugin: with HALLMARK_GATE=<name>, the tests' marks `control(id, ...)` become that gate's evidence.

HALLMARK_TARGET names the kind of stage for the integration tests: embedded (the default) or aws. The proofs of a test
are part of its report, so that the workers of pytest-xdist can run it.

In a gate of systems, each system has its own evidence. Tests in tests/<gate>/<system> count for that system, all
others for every system; a proof belongs to the system of its control. $HALLMARK_SYSTEM leaves other rooms out, and
evidence that holds is kept: hallmark/evidence/keeping.py.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hallmark.evidence import EVIDENCE, Evidence, Fault, Place, Proof, Target, junit_results, pytest_results
from hallmark.evidence.expected import OF_SYSTEMS, WITH_SHARES, chosen, judged
from hallmark.evidence.keeping import kept, noted
from hallmark.evidence.kept_tests import Kept, controls_of, room_of, tried_on
from hallmark.evidence.ledgers import place_of
from hallmark.evidence.pytest_results import Outcomes, Result
from hallmark.evidence.record import label_of, remove
from hallmark.evidence.recorder import Beginning, Recorder, beginning, recorded
from hallmark.project import ROOT
from hallmark.revision import sha256, template_digests
from infra.errors import UserError
from infra.systems import NAMES, STAGES, SYSTEMS, owner_of, system_of

# pytest's options that make a session run only some of its tests, or none.
PARTIAL = (
    *("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise"),
    *("collectonly", "setuponly", "setupplan", "noconftest"),
    *("showfixtures", "show_fixtures_per_test", "cacheshow", "stepwise_skip"),
)
# The settings that a session may override and still run every test; `--strict-...` are such, too.
HARMLESS = ("testpaths=", "strict_markers=", "strict_config=")
# How many drawn bodies the integration tests send to an API.
USUAL_REQUESTS = 500
PROVES, FAULT = "hallmark-proves", "hallmark-fault"
# What a session keeps; in a worker's input the evidence's folder and the systems.
KEPT = "hallmark-kept"
kept_here = pytest.StashKey[dict[str | None, Evidence]]()


def target_of_run() -> Target:
    """Return the kind of stage that the integration tests run on; UsageError for another HALLMARK_TARGET."""
    target = os.environ.get("HALLMARK_TARGET", "embedded")
    if target not in ("embedded", "aws"):
        raise pytest.UsageError(f"HALLMARK_TARGET must be embedded or aws, not {target}")
    return "aws" if target == "aws" else "embedded"


@cache
def on_a_stage(path: Path) -> bool:
    """Return whether a test uses a deployed stage."""
    return path.is_relative_to(ROOT / "tests" / "integration")


def known_controls() -> set[str] | None:
    """Return every control id of the catalogues; None without catalogues."""
    systems = sorted(path.stem for path in (ROOT / "policies" / "controls").glob("*.yaml"))
    if not systems:
        return None
    from hallmark import catalogue

    return {control.id for system in systems for control in catalogue.load(system).controls}


# Cached: a session calls it for each test.
_digest = cache(sha256)


@cache
def _within(root: Path, name: str) -> Path:
    return root / name


def _stage_of(item: pytest.Item) -> str | None:
    values = getattr(getattr(item, "callspec", None), "params", {}).values()
    return next((value for value in values if isinstance(value, str) and value in STAGES), None)


@dataclass(eq=False)
class Marking:
    """Records in each test's report what it proves, in whichever process it runs; leaves out what need not run."""

    kept: Kept

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
        items[:] = [item for item in items if not self.kept.has(item)]
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
    outcomes: Outcomes = field(default_factory=Outcomes)
    faults: dict[str, Fault] = field(default_factory=dict)
    proves: dict[str, dict[str, Any]] = field(default_factory=dict)
    running: ExitStack = field(default_factory=ExitStack)
    begun: bool = False
    begins: dict[str | None, Beginning] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)

    def __post_init__(self) -> None:
        self.records.update({system: Recorder() for system in self.systems})

    def pytest_sessionstart(self) -> None:
        for system in self.systems:
            self.begins[system] = beginning(self.gate, system)
            remove(self.gate, system, EVIDENCE)
            for share in NAMES if system is None and self.gate in WITH_SHARES else ():
                remove(self.gate, share, EVIDENCE)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Let a worker of pytest-xdist keep the same."""
        node.workerinput[KEPT] = [str(self.kept.folder), *self.kept.systems]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        self._begin()

    def _begin(self) -> None:
        """Begin the records after collection, while templates may still be built: evidence is about the final ones."""
        if not self.begun:
            for system in self.systems:
                recording = recorded(
                    self.gate, system, folder=EVIDENCE, begun=self.begins[system], templates=self.templates
                )
                self.records[system] = self.running.enter_context(recording)
            self.begun = True

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.outcomes.deselect(item.nodeid for item in items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.outcomes.add(report)
        properties: dict[str, Any] = {str(name): value for name, value in report.user_properties}
        self.proves.setdefault(report.nodeid, properties.get(PROVES, {}))
        if report.when == "call" and FAULT in properties:
            self.faults[report.nodeid] = Fault(**properties[FAULT])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._begin()
        for system, record in self.records.items():
            self._add_results(system, record)
        self._fail(session)
        try:
            self._join_junit()
        except UserError as error:
            self._fail_all()
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            print(f"\nhallmark: {error}")
        self.running.close()

    def _add_results(self, system: str | None, record: Recorder) -> None:
        """Record the tests that count for a system, and keep their results in a file of their own."""
        results = [
            Result(node, outcome, tuple(self._controls(node, system)), self.faults.get(node))
            for node, outcome in self.outcomes.by_test.items()
            if system is None or room_of(node) in (None, system)
        ]
        if carried := [one for one in self.kept.trunk() if one.test not in self.outcomes.by_test]:
            # Its controls are those of the system that the trunk was tried on.
            results += [replace(one, controls=()) for one in carried]
            record.detail = f"{len(carried)} tests of the trunk unchanged since {self.kept.since}"
        record.tests = pytest_results.count(results, len(self.outcomes.deselected))
        record.faults += [result.fault for result in results if result.fault]
        record.proofs += [
            self._proof(result.test, control, result.outcome == "passed")
            for result in results
            if result.outcome in ("passed", "failed")
            for control in result.controls
        ]
        if any(map(on_a_stage, {self._file(result.test) for result in results})):
            record.target = self.target
            record.places += self._places(system)
        record.files.append(pytest_results.write(results, self.gate, system, EVIDENCE))

    def _controls(self, node: str, system: str | None) -> list[str]:
        """Return the controls that a test proves for a record: a system's has its own, the house's all."""
        controls = self.proves.get(node, {}).get("controls", ())
        owners = {control: owner_of(control) for control in controls}
        return [c for c in controls if system is None or ((owner := owners[c]) and owner.name == system)]

    def _places(self, system: str | None) -> list[Place]:
        """Return the stage that the tests change: no other than the first."""
        if system is None:
            return []
        from hallmark.stage import aws, embedded  # need boto3, as the tests do

        if self.target == "aws":
            return [place_of(aws.open_stage(system, STAGES[0]))]
        return [Place(system, STAGES[0], system_of(system).region, embedded.ACCOUNT)]

    def _of_room(self, node: str) -> list[Recorder]:
        """Return the records that a test counts for: that of its room's system, or all."""
        room = room_of(node)
        return [record for system, record in self.records.items() if system is None or room in (None, system)]

    def _fail(self, session: pytest.Session) -> None:
        """Fail the records that a failed test counts for; all if the session failed without one or was interrupted.

        A test that showed nothing fails them, too. On AWS some are left out: they need the emulator.
        """
        failed = self.outcomes.of("failed")
        idle = () if self.target == "aws" else (*self.outcomes.idle, *self._left_out())
        for record in (record for node in (*failed, *idle) for record in self._of_room(node)):
            record.fail()
        if idle:
            print(f"\nhallmark: {len(idle)} tests were skipped, left out or expected to fail, such as {idle[0]}")
        explained = pytest.ExitCode.TESTS_FAILED if failed else pytest.ExitCode.OK
        if session.exitstatus == pytest.ExitCode.OK and idle:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif session.exitstatus != explained:
            self._fail_all()

    def _left_out(self) -> list[str]:
        """Return the deselected tests of the rooms that are tested."""
        rooms = {None, *(system.name for system in chosen())}
        return [node for node in self.outcomes.deselected if room_of(node) in rooms]

    def _fail_all(self) -> None:
        for record in self.records.values():
            record.fail()

    def _file(self, node: str) -> Path:
        return _within(self.root, node.partition("::")[0])

    def _join_junit(self) -> None:
        if self.gate != "unit":
            return
        junit_results.refuse_idle()
        proofs = list(junit_results.junit_proofs())
        unknown = {proof.control for proof in proofs} - (known_controls() or {proof.control for proof in proofs})
        if unknown:
            raise UserError(f"{junit_results.RESULTS.name} names {', '.join(sorted(unknown))}, which no catalogue has")
        for system, record in self.records.items():
            record.proofs += (proof for proof in proofs if junit_results.is_of(proof, system))
            record.files.append(junit_results.RESULTS)

    def _proof(self, node: str, control: str, passed: bool) -> Proof:
        from hallmark import fidelity  # environments with one tool have neither YAML nor proofs

        file = self._file(node)
        kind = pytest_results.kind_of(label_of(file))
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
    if gate in WITH_SHARES and chosen() != SYSTEMS:
        return tuple(system.name for system in chosen())
    return tuple(system.name for system in judged(gate)) if gate in OF_SYSTEMS else (None,)


def is_whole(config: pytest.Config, gate: str) -> bool:
    """Return whether the session runs every test of the gate's folder."""
    folder = (config.rootpath / "tests" / gate).resolve()
    places = {(config.invocation_params.dir / argument).resolve() for argument in config.args}
    return folder in places and not is_partial(config)


def is_partial(config: pytest.Config) -> bool:
    """Return whether options make a session run some tests only, other ones, or with less input than usual."""
    overridden = [one for one in config.getoption("override_ini", None) or () if not one.startswith(HARMLESS)]
    fewer = (config.getoption("requests", None) or USUAL_REQUESTS) < USUAL_REQUESTS
    return bool(overridden or fewer or any(config.getoption(name, None) for name in PARTIAL))


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Look for evidence that holds, before any test is collected; without anything else to do, that was all."""
    gate = os.environ.get("HALLMARK_GATE")
    if not gate or hasattr(config, "workerinput") or not is_whole(config, gate):
        return None
    found = {system: kept(gate, system, folder=EVIDENCE) for system in systems_of(gate)}
    config.stash[kept_here] = {system: evidence for system, evidence in found.items() if evidence}
    for evidence in config.stash[kept_here].values():
        print(noted(evidence, EVIDENCE))
    return int(pytest.ExitCode.OK) if found and all(found.values()) else None


def kept_of(config: pytest.Config, gate: str) -> Kept:
    """Return what a session keeps, in whichever process."""
    tried = config.stash.get(tried_on, "")
    if said := getattr(config, "workerinput", {}).get(KEPT):
        folder, *systems = said
        return Kept(gate, tuple(systems), tried, Path(folder))
    found = config.stash.get(kept_here, dict[str | None, Evidence]())
    return Kept(gate, tuple(name for name in found if name), tried, EVIDENCE)


def tried_here(config: pytest.Config) -> list[str]:
    """Return the systems whose tests a session runs."""
    found = config.stash.get(kept_here, dict[str | None, Evidence]())
    return [system.name for system in chosen() if system.name not in found]


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin when a gate is named; workers only add marks, which the main process records.

    A session of some tests does not change the gate's evidence: it cannot show that the gate passes, or that an earlier
    failure is fixed.
    """
    gate = os.environ.get("HALLMARK_GATE")
    if not gate:
        return
    target = target_of_run()
    keeping = kept_of(config, gate)
    config.pluginmanager.register(Marking(keeping), "hallmark-marking")
    if hasattr(config, "workerinput"):
        return
    if is_whole(config, gate):
        systems = tuple(
            system
            for system in systems_of(gate)
            if system not in config.stash.get(kept_here, dict[str | None, Evidence]())
        )
        plugin = EvidencePlugin(gate, target, config.rootpath, systems, kept=keeping)
        config.pluginmanager.register(plugin, "hallmark-evidence")
    else:
        print(f"hallmark: not all tests of tests/{gate} run, so the evidence of {gate} is unchanged")
