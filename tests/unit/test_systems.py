"""The house: every system has its rooms, nothing outside of them knows it, and no import makes a circle or runs up."""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from hallmark import catalogue
from hallmark.cli import COMMANDS, aliases
from hallmark.project import ROOT
from hallmark.sending.sending import Options
from hallmark.synthesized import all_templates
from hallmark.systems.own_commands import OWN
from hallmark.systems.wing import wing
from infra.systems import NAMES, STAGES, SYSTEM_VARIABLE, SYSTEMS, System
from tests.unit.structure import ROOMS, STRAY_ROOMS, WITHOUT_CDK, Tree

HOUSE = Tree(ROOT, SYSTEMS)
_ID = re.compile(r"[A-Z]{2}_[A-Z0-9]+(?:_[A-Z0-9]+)*")


def test_every_system_has_every_room() -> None:
    assert HOUSE.missing_rooms() == []


def test_no_room_is_of_a_system_without_a_row() -> None:
    assert HOUSE.stray_rooms() == []


def test_what_works_without_the_cdk_does_not_import_it() -> None:
    assert HOUSE.with_cdk() == []


def test_the_variable_that_names_a_system_is_written_once() -> None:
    written = re.compile(rf"""["']{SYSTEM_VARIABLE}\b""")
    folders = ("hallmark", "load", "infra", "benchmarks", "tests/support")
    files = (file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    found = [file.relative_to(ROOT).as_posix() for file in files if written.search(file.read_text(encoding="utf-8"))]
    assert found == ["infra/systems.py"]


@pytest.mark.parametrize("system", NAMES)
def test_no_function_is_named_but_by_its_enum(system: str) -> None:
    functions = [str(one) for one in import_module(f"infra.{system}.parameters").Function]
    names = "|".join(re.escape(form) for one in functions for form in {one, one.replace("_", "-")})
    files = (ROOT / "infra" / system).glob("*.py")
    found = [file.name for file in files if re.search(rf"""["'](?:{names})["']""", file.read_text(encoding="utf-8"))]
    assert found == ["parameters.py"]


def test_names_and_prefixes_are_unique() -> None:
    for of in (lambda one: one.name, lambda one: one.slug, lambda one: one.prefix):
        assert len({of(system) for system in SYSTEMS}) == len(SYSTEMS)


@pytest.mark.parametrize("system", SYSTEMS, ids=NAMES)
def test_the_ids_of_a_catalogue_are_well_formed_and_the_systems_own(system: System) -> None:
    ids = [control.id for control in catalogue.load(system.name).controls]
    assert [one for one in ids if not _ID.fullmatch(one) or not one.startswith(f"{system.prefix}_")] == []


def test_nothing_outside_of_a_systems_rooms_imports_them() -> None:
    assert HOUSE.trespassers() == []


def test_no_systems_name_stands_in_the_trunk() -> None:
    assert HOUSE.named_in_trunk() == []


def test_no_import_runs_up() -> None:
    assert HOUSE.upward() == []


def test_no_import_makes_a_circle() -> None:
    assert HOUSE.circles() == []


def test_no_output_is_named_but_by_its_enum() -> None:
    files = [file for folder in ("hallmark", "load", "tests/integration") for file in (ROOT / folder).rglob("*.py")]
    assert [file.name for file in files if re.search(r"""outputs\[f?["']""", file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("system", SYSTEMS, ids=NAMES)
def test_the_stacks_of_a_stage_are_those_of_the_registry(system: System, stage: str) -> None:
    marked = [one for one in all_templates() if (one.system, one.stage) == (system.name, stage)]
    assert {one.path.name.removesuffix(".template.json") for one in marked} == set(system.stack_names(stage))


def test_own_commands_are_what_the_wings_declare() -> None:
    assert {name: wing(name).commands for name in NAMES if wing(name).commands} == OWN


def test_own_commands_go_by_their_names_alone_unless_another_has_the_name() -> None:
    declared = [name for own in OWN.values() for name in own]
    assert {name for name in declared if declared.count(name) == 1} - set(COMMANDS) == set(aliases())


def test_every_option_of_send_is_taken_by_a_system() -> None:
    sendings = [found() for name in NAMES if (found := wing(name).sending)]
    assert frozenset().union(*(sending.takes for sending in sendings)) == set(Options.__dataclass_fields__)


# The walker on small trees: each rule of the house, kept and broken.

UPLOAD = System("upload", "UP", "eu-central-1", "files that go up")
HOUSE_RULES: tuple[Callable[[Tree], list[object]], ...] = (
    Tree.missing_rooms,
    Tree.stray_rooms,
    Tree.with_cdk,
    Tree.trespassers,
    Tree.named_in_trunk,
    Tree.upward,
    Tree.circles,
)  # pyrefly: ignore
SMALL = {
    "infra/__init__.py": "",
    "infra/systems.py": "UPLOAD = 'upload'",
    "infra/upload/__init__.py": "",
    "infra/upload/stack.py": "import aws_cdk\nfrom infra import systems",
    "infra/load/stack.py": "",
    "infra/constructs/table.py": "import constructs",
    "infra/upload/parameters.py": "",
    "infra/upload/outputs.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import aws_cdk",
    "lambda/upload/index.ts": "",
    "lambda/shared/clock.ts": "",
    "policies/__init__.py": "",
    "policies/controls/upload.yaml": "",
    "policies/faults/upload.yaml": "",
    "hallmark/__init__.py": "",
    "hallmark/send.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from hallmark.cli import run",
    "hallmark/commands/__init__.py": "from hallmark import send",
    "hallmark/cli.py": "from importlib import import_module\nimport hallmark.commands",
    "hallmark/systems/__init__.py": "",
    "hallmark/systems/upload/__init__.py": "from hallmark import send\nfrom hallmark.systems.upload import files",
    "hallmark/systems/upload/files.py": "from infra.upload import stack",
    "docs/runbooks/upload/README.md": "",
    "tests/support/waiting.py": "",
    "tests/integration/conftest.py": "from infra.upload import stack",
    "tests/integration/upload/bodies.py": "",
    "tests/integration/upload/test_files.py": "from tests.integration.upload import bodies",
    "tests/unit/infra/upload/test_stack.py": "from tests.integration.upload import bodies",
    "tests/unit/lambda/upload/index.test.ts": "",
    "tests/unit/hallmark/systems/upload/test_files.py": "",
    "load/locustfile.py": "import hallmark.send",
    "benchmarks/speed.py": "import hallmark.send",
}


def _tree(root: Path, **changes: str | None) -> Tree:
    for name, text in {**SMALL, **changes}.items():
        if text is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
    return Tree(root, (UPLOAD,))


def test_the_small_tree_keeps_every_rule(tmp_path: Path) -> None:
    tree = _tree(tmp_path)
    assert [rule(tree) for rule in HOUSE_RULES] == [[] for _ in HOUSE_RULES]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_that_is_missing_is_found(tmp_path: Path, room: str) -> None:
    path = room.format(name=UPLOAD.name)
    without = {name: None for name in SMALL if name == path or name.startswith(f"{path}/")}
    assert _tree(tmp_path, **without).missing_rooms() == [path]


@pytest.mark.parametrize("room", [room for room in ROOMS if not Path(room).suffix])
def test_an_empty_room_is_missing(tmp_path: Path, room: str) -> None:
    path = room.format(name=UPLOAD.name)
    without = {name: None for name in SMALL if name.startswith(f"{path}/")}
    other = f"{path}/__pycache__/test_files.py" if not path.startswith("tests/") else f"{path}/conftest.py"
    assert _tree(tmp_path, **without, **{other: ""}).missing_rooms() == [path]


@pytest.mark.parametrize("room", STRAY_ROOMS)
def test_a_room_of_a_system_without_a_row_is_found(tmp_path: Path, room: str) -> None:
    path = room.format(name="lending")
    tree = _tree(tmp_path, **{path if Path(path).suffix else f"{path}/test_one.py": ""})
    assert tree.stray_rooms() == [path]


@pytest.mark.parametrize("module", WITHOUT_CDK)
@pytest.mark.parametrize(
    ("text", "importer"),
    [
        ("import aws_cdk", None),
        ("from aws_cdk import Stack", None),
        ("from constructs import Construct", None),
        ("def f():\n    import aws_cdk.aws_iam", None),
        ("from infra.constructs import table", "infra.constructs.table"),
        ("from infra import late", "infra.later"),
    ],
)
def test_who_imports_the_cdk_of_what_works_without_it_is_found(
    tmp_path: Path, module: str, text: str, importer: str | None
) -> None:
    name = module.format(name=UPLOAD.name)
    late = {"infra/late.py": "from infra import later", "infra/later.py": "import aws_cdk"}
    tree = _tree(tmp_path, **{f"{name.replace('.', '/')}.py": text}, **late)
    assert tree.with_cdk() == [importer or name]


def test_a_package_is_imported_with_its_modules(tmp_path: Path) -> None:
    assert _tree(tmp_path, **{"infra/upload/__init__.py": "import aws_cdk"}).with_cdk() == ["infra.upload"]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("hallmark/send.py", "import hallmark.systems.upload.files", "hallmark.systems.upload.files"),
        ("hallmark/send.py", "def f():\n    from hallmark.systems import upload", "hallmark.systems.upload"),
        ("hallmark/send.py", "from .systems.upload import files", "hallmark.systems.upload.files"),
        ("hallmark/send.py", "from infra.upload.stack import Stack", "infra.upload.stack"),
        ("load/locustfile.py", "from infra.upload import stack", "infra.upload.stack"),
        ("tests/integration/conftest.py", "import tests.integration.upload.bodies", "tests.integration.upload.bodies"),
        ("tests/support/waiting.py", "from tests.integration.upload import bodies", "tests.integration.upload.bodies"),
        ("tests/support/waiting.py", "from hallmark.systems.upload import files", "hallmark.systems.upload.files"),
        ("tests/support/waiting.py", "from infra.upload import stack", "infra.upload.stack"),
        ("tests/conftest.py", "from infra.upload import stack", "infra.upload.stack"),
        ("benchmarks/speed.py", "from infra.upload import stack", "infra.upload.stack"),
        ("hallmark/send.py", "import_module('infra.upload.stack')", "infra.upload.stack"),
        ("hallmark/send.py", "importlib.import_module('.systems.upload', __package__)", "hallmark.systems.upload"),
        ("hallmark/send.py", "__import__('infra.upload.stack')", "infra.upload.stack"),
    ],
)
def test_a_trespasser_is_found(tmp_path: Path, name: str, text: str, found: str) -> None:
    importer = name.removesuffix(".py").replace("/", ".")
    assert _tree(tmp_path, **{name: text}).trespassers() == [f"{importer} imports {found}"]


def test_a_wing_knows_no_other(tmp_path: Path) -> None:
    other = System("lending", "LE", "us-east-1", "")
    tree = _tree(tmp_path, **{"hallmark/systems/lending/__init__.py": "from hallmark.systems.upload import files"})
    assert Tree(tree.root, (UPLOAD, other)).trespassers() == [
        "hallmark.systems.lending imports hallmark.systems.upload.files"
    ]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("hallmark/send.py", "import hallmark.commands", "hallmark.send imports hallmark.commands"),
        (
            "hallmark/commands/__init__.py",
            "def f():\n    import hallmark.cli",
            "hallmark.commands imports hallmark.cli",
        ),
        ("hallmark/gates/load.py", "from hallmark.commands import x", "hallmark.gates.load imports hallmark.commands"),
        ("infra/systems.py", "import hallmark.send", "infra.systems imports hallmark.send"),
        ("policies/engine.py", "import infra.systems", "policies.engine imports infra.systems"),
        ("policies/engine.py", "import hallmark", "policies.engine imports hallmark"),
        ("hallmark/send.py", "import hallmark.systems.upload", "hallmark.send imports hallmark.systems.upload"),
        ("hallmark/cli.py", "import benchmarks.speed", "hallmark.cli imports benchmarks.speed"),
        ("hallmark/cli.py", "import load.locustfile", "hallmark.cli imports load.locustfile"),
        ("hallmark/cli.py", "import tests.support.waiting", "hallmark.cli imports tests.support.waiting"),
    ],
)
def test_an_import_that_runs_up_is_found(tmp_path: Path, name: str, text: str, found: str) -> None:
    assert _tree(tmp_path, **{name: text, "load/__init__.py": ""}).upward() == [found]


def test_a_circle_is_found_however_it_is_closed(tmp_path: Path) -> None:
    circle = {
        "hallmark/a.py": "import hallmark.b",
        "hallmark/b.py": "from hallmark import c",
        "hallmark/c.py": "def late():\n    from hallmark.a import thing",
        "hallmark/d.py": "import hallmark.a",
    }
    assert _tree(tmp_path, **circle).circles() == [["hallmark.a", "hallmark.b", "hallmark.c"]]


@pytest.mark.parametrize(
    "text",
    [
        'SYSTEM = "upload"',
        "# as upload does it",
        "NAME = f'{upload}'",
        "x = 'hallmark-upload-dev'",
        "UPLOAD = 1",
        "IS_UPLOAD = 1",
        "class Upload: ...",
        "class TheUploadStack: ...",
        "# such as UP_FN_RUNTIME",
    ],
)
def test_a_systems_name_in_the_trunk_is_found(tmp_path: Path, text: str) -> None:
    assert _tree(tmp_path, **{"hallmark/send.py": f"import sys\n{text}\n"}).named_in_trunk() == ["hallmark/send.py:2"]


@pytest.mark.parametrize("path", ["benchmarks/speed.py", "tests/support/waiting.py", "tests/conftest.py"])
def test_a_systems_name_in_the_trunk_of_tests_and_benchmarks_is_found(tmp_path: Path, path: str) -> None:
    assert _tree(tmp_path, **{path: "SYSTEM = 'upload'"}).named_in_trunk() == [f"{path}:1"]


@pytest.mark.parametrize(
    "text", ["like = 'media_files'", "like = 'media-files'", "MEDIA_FILES = 1", "MediaFilesStack()"]
)
def test_every_spelling_of_a_name_of_two_words_is_found(tmp_path: Path, text: str) -> None:
    tree = _tree(tmp_path, **{"hallmark/send.py": text})
    assert Tree(tree.root, (System("media_files", "MF", "us-east-1", ""),)).named_in_trunk() == ["hallmark/send.py:1"]


def test_a_systems_name_in_what_all_functions_share_is_found(tmp_path: Path) -> None:
    tree = _tree(tmp_path, **{"lambda/shared/events.ts": 'export const SOURCE = "hallmark.upload";'})
    assert tree.named_in_trunk() == ["lambda/shared/events.ts:1"]


def test_another_word_is_no_systems_name(tmp_path: Path) -> None:
    tree = _tree(tmp_path, **{"hallmark/send.py": "def uploaded(reuploads): ...  # Uploads, UPLOADED, SET_UP_A, UP_"})
    assert tree.named_in_trunk() == []


def test_a_systems_name_in_another_systems_room_is_found(tmp_path: Path) -> None:
    other = System("lending", "LE", "us-east-1", "")
    tree = _tree(tmp_path, **{"hallmark/systems/lending/x.py": "like = 'upload'"})
    assert Tree(tree.root, (UPLOAD, other)).named_in_trunk() == ["hallmark/systems/lending/x.py:1"]
