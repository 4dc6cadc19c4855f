"""Which files a gate's result follows from, and that each file of the checkout is one or has a reason not to be."""

import subprocess
from pathlib import Path

import pytest

from hallmark.evidence.expected import OF_SYSTEMS, OF_THE_HOUSE, SCENARIOS
from hallmark.evidence.inputs import (
    AREAS,
    EVERY,
    GATES,
    NO_INPUTS,
    area_of,
    digest_of,
    inputs_of,
    listed,
    part_of,
)
from hallmark.project import ROOT

FILES = (
    "infra/app.py",
    "infra/realtime/stack.py",
    "infra/merchant_upload/stack.py",
    "policies/controls/realtime.yaml",
    "policies/library/tables/backup.py",
    "hallmark/up.py",
    "hallmark/report/html.py",
    "hallmark/systems/merchant_upload/__init__.py",
    "lambda/realtime/notifier/index.ts",
    "tests/integration/realtime/test_api.py",
    "docs/runbooks/realtime/README.md",
    "package-lock.json",
    "requirements/dev.txt",
    "tox.ini",
    "cdk.json",
    "README.md",
    "docs/realtime.md",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of a file of each kind."""
    for name in FILES:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


def test_every_file_of_git_is_an_input_or_has_a_reason() -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [name for name in listing.stdout.split("\0") if name]
    assert len(files) > 100
    reasons = {name: [start for start in NO_INPUTS if name == start or name.startswith(start)] for name in files}
    assert [name for name in files if not area_of(name) and not reasons[name]] == []
    assert {start for starts in reasons.values() for start in starts} == set(NO_INPUTS)
    assert {area_of(name) for name in files} == {*EVERY, None}


def test_every_file_that_python_or_node_loads_is_an_input_of_lint() -> None:
    lint = inputs_of("lint").files
    sources = [
        path.relative_to(ROOT).as_posix()
        for folder in ("infra", "lambda", "policies", "hallmark", "load", "benchmarks", "tests")
        for pattern in ("*.py", "*.ts", "*.mjs", "*.yaml")
        for path in (ROOT / folder).rglob(pattern)
    ]
    assert len(sources) > 500
    assert set(sources) <= set(lint)


def test_the_gates_and_their_areas_exist() -> None:
    assert set(GATES) == {*OF_THE_HOUSE, *OF_SYSTEMS, *SCENARIOS} - {"lint"}
    assert {area for areas in GATES.values() for area in areas} <= set(EVERY)
    assert all((ROOT / start).exists() for start in AREAS)


EVERY_GATE = ("policies", "integration", "load", "lint")
NONE: tuple[str, ...] = ()


# What changes, and the gates whose evidence about realtime, and about merchant_upload, no longer counts.
@pytest.mark.parametrize("deleted", [False, True], ids=["changed", "deleted"])
@pytest.mark.parametrize(
    ("file", "own", "other"),
    [
        ("infra/realtime/stack.py", EVERY_GATE, NONE),
        ("policies/controls/realtime.yaml", EVERY_GATE, NONE),
        ("lambda/realtime/notifier/index.ts", EVERY_GATE, NONE),
        ("hallmark/systems/merchant_upload/__init__.py", NONE, EVERY_GATE),
        ("hallmark/up.py", EVERY_GATE, EVERY_GATE),
        ("requirements/dev.txt", EVERY_GATE, EVERY_GATE),
        ("tests/integration/realtime/test_api.py", ("integration", "lint"), NONE),
        ("docs/runbooks/realtime/README.md", ("integration", "lint"), NONE),
        ("hallmark/report/html.py", ("lint",), ("lint",)),
        ("cdk.json", ("lint",), ("lint",)),
        ("README.md", NONE, NONE),
        ("docs/realtime.md", NONE, NONE),
    ],
)
def test_whose_evidence_a_change_concerns(
    checkout: Path, file: str, own: tuple[str, ...], other: tuple[str, ...], deleted: bool
) -> None:
    before = _parts(checkout)
    (checkout / file).unlink()
    if not deleted:
        (checkout / file).write_text("something else")
    after = _parts(checkout)
    wanted = {*((gate, "realtime") for gate in own), *((gate, "merchant_upload") for gate in other)}
    assert {where for where in before if before[where] != after[where]} == wanted


def test_a_file_that_is_added_concerns_its_room(checkout: Path) -> None:
    before = _parts(checkout)
    (checkout / "infra/realtime/new.py").write_text("")
    after = _parts(checkout)
    assert {where[1] for where in before if before[where] != after[where]} == {"realtime"}


def _parts(checkout: Path) -> dict[tuple[str, str], dict[str, str]]:
    systems = ("realtime", "merchant_upload")
    return {(gate, system): inputs_of(gate, system, checkout).parts for gate in EVERY_GATE for system in systems}


def test_a_gate_of_the_house_has_a_digest_for_each_system(checkout: Path) -> None:
    before = inputs_of("unit", root=checkout).parts
    (checkout / "infra/merchant_upload/stack.py").write_text("something else")
    after = inputs_of("unit", root=checkout).parts
    assert {part for part in before if before[part] != after[part]} == {"merchant_upload"}
    assert set(before) == {"locks", "trunk", "realtime", "merchant_upload"}


def test_what_git_ignores_counts_and_what_python_leaves_does_not(checkout: Path) -> None:
    before = inputs_of("policies", "realtime", checkout).parts
    for name in ("infra/__pycache__/app.cpython-311.pyc", "infra/.cache/x", "infra/app.pyc"):
        (checkout / name).parent.mkdir(exist_ok=True)
        (checkout / name).write_text("")
    assert inputs_of("policies", "realtime", checkout).parts == before
    (checkout / ".gitignore").write_text("hidden.py")
    (checkout / "infra/hidden.py").write_text("")
    assert inputs_of("policies", "realtime", checkout).parts != before


def test_a_listing_has_the_digest_and_the_path_of_each_file(checkout: Path) -> None:
    inputs = inputs_of("policies", "realtime", checkout)
    assert f"{digest_of(checkout / 'infra/app.py')}  infra/app.py" in inputs.listing.splitlines()
    assert listed(inputs.listing) == inputs


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("load/slo/realtime.yaml", "realtime"),
        ("tests/unit/infra/merchant_upload/test_stack.py", "merchant_upload"),
        ("requirements/dev.txt", "locks"),
        ("policies/waivers.yaml", "trunk"),
    ],
)
def test_parts(path: str, part: str) -> None:
    assert part_of(path) == part


def test_a_folder_has_a_digest_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_text("1")
    before = digest_of(tmp_path)
    (tmp_path / "a" / "b").rename(tmp_path / "a" / "c")
    assert digest_of(tmp_path) != before


@pytest.mark.parametrize(
    ("stranger", "counts"),
    [
        *(("pytest.ini", True), ("ruff.toml", True), (".checkov.yaml", True), ("sitecustomize.py", True)),
        *(("boto3/__init__.py", True), ("tests/conftest.py", True), ("tests/integration/.hidden.py", True)),
        *(
            ("notes/boto3.py", False),
            ("x.log", False),
            (".DS_Store", False),
            (".venv", False),
            ("notes.txt", False),
            (".git", False),
            ("LICENSE", False),
        ),
        *(("build/__init__.py", False), ("node_modules/__init__.py", False), (".venv/__init__.py", False)),
        *(("infra/__pycache__/app.py", False), ("docs/new.md", False)),
    ],
)
def test_a_file_that_no_table_names(checkout: Path, stranger: str, counts: bool) -> None:
    """It counts where a tool reads it or Python finds it: as settings, a module before others, a test."""
    before = inputs_of("integration", "realtime", checkout).parts
    file = checkout / stranger
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("something")
    assert (inputs_of("integration", "realtime", checkout).parts != before) == counts


def test_a_folder_that_is_elsewhere_counts(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "a.py").write_text("1")
    (checkout / "infra" / "more").symlink_to(elsewhere)
    before = inputs_of("policies", "realtime", checkout).parts
    (elsewhere / "a.py").write_text("two")
    assert inputs_of("policies", "realtime", checkout).parts != before
