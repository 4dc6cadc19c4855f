"""The stage that is tested, for all integration tests of a process: in an emulator that ends with them, or on AWS."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hallmark.evidence.kept_tests import room_of, tried_on
from hallmark.evidence.pytest_plugin import is_partial, target_of_run, tried_here
from hallmark.iam import usage
from hallmark.stage import Stage, embedded
from hallmark.stage.embedded.emulator import Emulator, emulator
from infra.systems import NAMES, system_of
from tests.support import rights
from tests.support.command import Command
from tests.support.stages import open_or_deploy

HERE = Path(__file__).parent
# The files that take longest: whoever begins them last keeps all others waiting.
LONGEST = (
    "merchant_upload/faults/test_faults.py",
    "bank_upload/faults/test_faults.py",
    "screening/faults/test_faults.py",
    "load/test_accounting.py",
    "load/test_load_gate.py",
    "realtime/test_replay.py",
    "realtime/test_runbooks.py",
    "bank_upload/test_runbooks.py",
    "bank_upload/test_life.py",
    "screening/test_runbooks.py",
    "screening/test_send.py",
    "screening/test_workflow.py",
    "screening/test_by_hand.py",
    "screening/test_life.py",
    "screening/test_bad_input.py",
    "bank_upload/test_bad_input.py",
    "bank_upload/test_stuck.py",
    "bank_upload/test_forms.py",
    "tool/test_pytest_plugin.py",
    "merchant_upload/test_anomalies.py",
    "merchant_upload/test_runbooks.py",
    "realtime/test_deciding_rules.py",
    "observe/test_built_code.py",
    "merchant_upload/test_capacity.py",
    "observe/test_changes_by_hand.py",
    "merchant_upload/test_isolation.py",
    "realtime/test_aws_target.py",
    "realtime/test_redrive.py",
    "realtime/faults/test_faults.py",
    "observe/test_drift_command.py",
    "merchant_upload/test_rows.py",
    "realtime/test_bad_input.py",
    "embedded/test_stream_shards.py",
    "merchant_upload/test_load.py",
    "realtime/test_api.py",
)
DRAFT = "HALLMARK_IAM_DRAFT"
# What tests of no system in particular are tried on.
TRIED = "realtime"
recording = pytest.StashKey[Path]()
failed_rooms: set[str | None] = set()


def pytest_configure(config: pytest.Config) -> None:
    """Begin one record for all processes that the tests run in."""
    config.stash[tried_on] = TRIED
    config.addinivalue_line("markers", "embedded: what only the embedded stage can be made to do")
    if missing := [name for name in LONGEST if not (HERE / name).is_file()]:
        raise pytest.UsageError(f"LONGEST in {Path(__file__).name} names {missing[0]}, which is not there")
    if target_of_run() == "aws":
        if config.getoption("numprocesses", None):
            raise pytest.UsageError("on AWS all tests share one stage: run them in one process, with --numprocesses 0")
        if os.environ.get("HALLMARK_STAGE", "dev") != "dev":
            raise pytest.UsageError("the tests change the stage that they test: on AWS it is dev, and no other")
        return
    # A profile, or the address of a service, of the user's would be found before the emulator.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    if not hasattr(config, "workerinput"):
        inputs = {name: usage.state_of(name) for name in NAMES}
        config.stash[recording] = usage.begin(inputs, embedded.ACCOUNT, "dev")
        os.environ[DRAFT] = str(config.stash[recording])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On AWS choose the tests that need no emulator; begin with the longest files."""
    if target_of_run() == "aws":
        chosen = [item for item in items if not _needs_emulator(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
    items.sort(key=_place)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what lives as long as the process: it looks at everything else often."""
    gc.collect()
    gc.freeze()


def _needs_emulator(item: pytest.Item) -> bool:
    return "running_emulator" in getattr(item, "fixturenames", ()) or item.get_closest_marker("embedded") is not None


def _place(item: pytest.Item) -> int:
    name = item.path.relative_to(HERE).as_posix() if item.path.is_relative_to(HERE) else ""
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    with emulator({"HALLMARK_IAM_RECORD": os.environ[DRAFT]}) as started:
        yield started


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest) -> Stage:
    """`dev` of the system that the house is tried on; in a system's room it is that system's."""
    return open_or_deploy(request, TRIED)


# A role's session, and what its calls are filled with, in every room.
as_role, names, more_names = rights.as_role, rights.names, rights.more_names


@pytest.fixture
def hallmark(request: pytest.FixtureRequest, stage: Stage, tmp_path: Path) -> Command:
    """The command `hallmark`, which finds the stage as boto3 does."""
    if stage.target == "aws":
        own = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        return Command(stage.system, own, tmp_path)
    running = request.getfixturevalue("running_emulator")
    return Command(stage.system, embedded.environment(running, system_of(stage.system).region), tmp_path)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        failed_rooms.add(room_of(report.nodeid))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A system's record counts when all of its tests were chosen, and passed."""
    config = session.config
    places = [config.invocation_params.dir / argument for argument in config.args]
    rooms = [name for name in tried_here(config) if any((HERE / name).is_relative_to(place) for place in places)]
    ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    whole = ended and not is_partial(config)
    if draft := config.stash.get(recording, None):
        usage.end(draft, [room for room in rooms if whole and room not in failed_rooms])
