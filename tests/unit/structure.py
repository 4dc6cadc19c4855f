"""What the sources of a tree import, which rooms a system has, and where its names stand."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import resolve_name
from pathlib import Path

from infra.systems import System

# What each layer may import is below it; the longest beginning of a module's name says which layer it is.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("infra",),
    ("policies",),
    ("hallmark",),
    ("hallmark.gates", "hallmark.report"),
    ("hallmark.export",),
    ("hallmark.bundle",),
    ("hallmark.commands",),
    ("hallmark.cli", "hallmark.__main__"),
    ("hallmark.systems.*",),
    ("load",),
    ("benchmarks",),
    ("tests",),
)
# Beside its rank: what must never be imported.
NEVER = (
    ("policies", "infra"),
    ("infra", "policies"),
    ("hallmark.report", "hallmark.gates"),
    ("hallmark.gates", "hallmark.report"),
    ("hallmark.export", "hallmark.gates"),
    ("hallmark.bundle", "hallmark.gates"),
)
# The rooms that every system has.
ROOMS = (
    "infra/{name}/stack.py",
    "infra/{name}/parameters.py",
    "infra/{name}/outputs.py",
    "lambda/{name}",
    "policies/controls/{name}.yaml",
    "policies/faults/{name}.yaml",
    "hallmark/systems/{name}/__init__.py",
    "docs/runbooks/{name}",
    "tests/integration/{name}",
    "tests/unit/infra/{name}",
    "tests/unit/lambda/{name}",
    "tests/unit/hallmark/systems/{name}",
)
# Where a system that the registry does not list would have its first rooms.
STRAY_ROOMS = (
    "infra/{name}/stack.py",
    "lambda/{name}",
    "policies/controls/{name}.yaml",
    "policies/faults/{name}.yaml",
    "hallmark/systems/{name}",
    "load/scenarios/{name}",
    "load/slo/{name}.yaml",
    "docs/runbooks/{name}",
    "tests/unit/hallmark/systems/{name}",
)
# Rooms of all systems together: the stack of the load's generators, and what functions share.
SHARED_ROOMS = ("infra/load/stack.py", "lambda/shared", "lambda/shared_python")
TEST_FILES = ("test_*.py", "*.test.ts")
# What works without the CDK, which the image of the load's generators and most commands lack or leave out.
CDK = ("aws_cdk", "constructs")
WITHOUT_CDK = (
    "infra.systems",
    "infra.errors",
    "infra.parameters",
    "infra.context",
    "infra.limits",
    "infra.paths",
    "infra.dated_lists",
    "infra.names",
    "infra.images.content",
    "infra.constructs.image_function",
    "infra.{name}.parameters",
    "infra.{name}.outputs",
)
# Where a system's name may stand: its rooms, whatever they are called in a layer, and what lists the systems.
OWN = (
    "infra/{name}/",
    "lambda/{name}/",
    "policies/controls/{name}",
    "policies/faults/{name}",
    "hallmark/systems/{name}/",
    "load/scenarios/{name}/",
    "load/slo/{name}",
)
LISTS = ("infra/systems.py", "hallmark/systems/own_commands.py", "policies/waivers.yaml")
PACKAGES = ("infra", "policies", "hallmark", "load", "benchmarks", "tests")
# The tests' trunk: what the tests of every system share, and so knows none.
TESTS_TRUNK = ("tests/support", "tests/conftest.py")
# Where no system may be named.
TRUNK = ("hallmark", "load", "infra", "policies", "lambda", "benchmarks", *TESTS_TRUNK)
_TESTS_TRUNK_MODULES = tuple(place.removesuffix(".py").replace("/", ".") for place in TESTS_TRUNK)
TEXTS = frozenset({".py", ".yaml", ".j2", ".js", ".css", ".mjs", ".ts", ".json", ""})


@dataclass(frozen=True)
class Tree:
    """A checkout, and the systems of its registry."""

    root: Path
    systems: Sequence[System]

    @cached_property
    def modules(self) -> Mapping[str, Path]:
        """The first-party modules by their names; a package goes by the name of its folder."""
        files = (file for package in PACKAGES for file in (self.root / package).rglob("*.py"))
        return {_module(file.relative_to(self.root)): file for file in sorted(files)}

    @cached_property
    def imports(self) -> Mapping[str, frozenset[str]]:
        """By module the first-party modules that it imports at any time, but for what only type checkers read."""
        return {
            name: frozenset(filter(None, map(self._known, wanted))) - {name} for name, wanted in self._wanted.items()
        }

    @cached_property
    def _wanted(self) -> Mapping[str, frozenset[str]]:
        return {name: frozenset(_names_imported(name, file)) for name, file in self.modules.items()}

    def _known(self, name: str) -> str | None:
        while name and name not in self.modules:
            name = name.rpartition(".")[0]
        return name or None

    def with_cdk(self) -> list[str]:
        """Who imports the CDK of what must work without it, or of what that imports."""
        names = {form.format(name=system.name) for system in self.systems for form in WITHOUT_CDK}
        found, waiting = set[str](), sorted(names & self.modules.keys())
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                # A module's import runs the packages that it is in.
                waiting += [*self.imports[name], *filter(None, [self._known(name.rpartition(".")[0])])]
        return sorted(name for name in found if any(_within(wanted, CDK) for wanted in self._wanted[name]))

    def missing_rooms(self) -> list[str]:
        """The rooms that a system does not have, or that are empty: a folder without a file, tests without a test."""
        paths = (form.format(name=system.name) for system in self.systems for form in ROOMS)
        return [path for path in paths if not self._furnished(path)]

    def _furnished(self, path: str) -> bool:
        room, forms = self.root / path, TEST_FILES if path.startswith("tests/") else ("*",)
        return room.is_file() if room.suffix else any(_files(room, forms))

    def stray_rooms(self) -> list[str]:
        """The rooms of a system that the registry does not list."""
        listed = {form.format(name=system.name) for system in self.systems for form in STRAY_ROOMS}
        forms = ((form, form.format(name="[!_.]*")) for form in STRAY_ROOMS)
        rooms = (
            room for form, every in forms for room in self.root.glob(every) if bool(Path(form).suffix) != room.is_dir()
        )
        paths = {room.relative_to(self.root).as_posix() for room in rooms}
        return sorted(path for path in paths - listed - set(SHARED_ROOMS) if self._furnished(path))

    def trespassers(self) -> list[str]:
        """Whoever imports a room of a system from outside of that system's rooms.

        Tests try the house on any system, but not what the tests of every system share.
        """
        found = []
        for system in self.systems:
            found += [
                f"{name} imports {other}"
                for name, others in self.imports.items()
                for other in sorted(others)
                if _trespasses(name, other, system)
            ]
        return found

    def upward(self) -> list[str]:
        """Imports of a higher layer, and those that must never be."""
        pairs = ((name, other) for name, others in self.imports.items() for other in sorted(others))
        return [f"{name} imports {other}" for name, other in pairs if self._up(name, other)]

    def _up(self, name: str, other: str) -> bool:
        forbidden = any(_within(name, (one,)) and _within(other, (two,)) for one, two in NEVER)
        return forbidden or self._rank(other) > self._rank(name)

    def _rank(self, name: str) -> int:
        if any(_within(name, (f"hallmark.systems.{system.name}",)) for system in self.systems):
            name = "hallmark.systems.*"
        ranks = [(len(prefix), rank) for rank, row in enumerate(LAYERS) for prefix in row if _within(name, (prefix,))]
        return max(ranks)[1]

    def circles(self) -> list[list[str]]:
        """The groups of modules each of which reaches every other (Tarjan's strongly connected components)."""
        index: dict[str, int] = {}
        low: dict[str, int] = {}
        stack: list[str] = []
        found: list[list[str]] = []

        def visit(name: str) -> None:
            index[name] = low[name] = len(index)
            stack.append(name)
            for other in sorted(self.imports[name]):
                if other not in index:
                    visit(other)
                    low[name] = min(low[name], low[other])
                elif other in stack:
                    low[name] = min(low[name], index[other])
            if low[name] == index[name]:
                place = stack.index(name)
                group, stack[place:] = stack[place:], []
                if len(group) > 1:
                    found.append(sorted(group))

        for name in self.modules:
            if name not in index:
                visit(name)
        return sorted(found)

    def named_in_trunk(self) -> list[str]:
        """Where a system's name, in any spelling, or the id of a control stands outside of its rooms, as `file:line`.

        But for what lists the systems.
        """
        found = []
        for file in sorted(file for place in TRUNK for file in _files(self.root / place, ("*",))):
            path = file.relative_to(self.root).as_posix()
            if file.suffix not in TEXTS or path in LISTS:
                continue
            foreign = [
                one for one in self.systems if not path.startswith(tuple(form.format(name=one.name) for form in OWN))
            ]
            forms = "|".join(map(_spellings, foreign))
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                if forms and re.search(forms, line):
                    found.append(f"{path}:{number}")
        return found


def _trespasses(name: str, other: str, system: System) -> bool:
    if _is_test(name) and not _within(name, _TESTS_TRUNK_MODULES):
        return _is_test(other) and system.name in other.split(".") and system.name not in name.split(".")
    rooms = (f"infra.{system.name}", f"hallmark.systems.{system.name}")
    if _is_test(name) and _is_test(other):
        return system.name in other.split(".")
    return _within(other, rooms) and not _within(name, rooms)


def _spellings(system: System) -> str:
    """The form of a system's name as word, constant or part of a class's name, and of its controls' ids."""
    words = "|".join(sorted({system.name, system.slug, system.name.upper()}))
    camel = "".join(word.capitalize() for word in system.name.split("_"))
    alone = rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])"
    return rf"{alone}|{camel}(?![a-z])|(?<![A-Za-z0-9_]){system.prefix}_[A-Z]"


def _files(place: Path, forms: Sequence[str]) -> Iterator[Path]:
    """The files at a place, itself or in it, whose names have one of the forms."""
    found = [place] if place.is_file() else place.rglob("*")
    yield from (
        file
        for file in found
        if file.is_file() and "__pycache__" not in file.parts and any(file.match(form) for form in forms)
    )


def _names_imported(name: str, file: Path) -> Iterator[str]:
    """What a module imports at any time, by the names that it asks for, first-party or not."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in _running(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                base = resolve_name("." * node.level + (node.module or ""), package).rstrip(".")
                yield from (f"{base}.{alias.name}" for alias in node.names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(asked)), *_],
            ):
                yield resolve_name(asked, package)


def _is_test(name: str) -> bool:
    return _within(name, ("tests",))


def _module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _within(name: str, packages: Sequence[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those under `if TYPE_CHECKING:`, which never run."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            yield from (found for one in node.orelse for found in (one, *_running(one)))
        else:
            yield node
            yield from _running(node)
