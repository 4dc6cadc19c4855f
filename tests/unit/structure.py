"""What the sources of a tree import, which rooms a system has, and where its name stands."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from infra.systems import System

# What each layer may import is below it; the longest beginning of a module's name says which layer it is.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("infra",),
    ("policies",),
    ("hallmark",),
    ("hallmark.gates", "hallmark.report"),
    ("hallmark.commands",),
    ("hallmark.cli", "hallmark.__main__"),
    ("hallmark.systems.*",),
    ("load",),
    ("tests",),
)
# Beside its rank: what must never be imported.
NEVER = (
    ("policies", "infra"),
    ("infra", "policies"),
    ("hallmark.report", "hallmark.gates"),
    ("hallmark.gates", "hallmark.report"),
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
PACKAGES = ("infra", "policies", "hallmark", "load", "tests")
# Where no system may be named.
TRUNK = ("hallmark", "load", "infra", "policies", "lambda")
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
        return {name: frozenset(self._imported(name, file)) - {name} for name, file in self.modules.items()}

    def _imported(self, name: str, file: Path) -> Iterator[str]:
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        for node in _running(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from filter(None, (self._known(alias.name) for alias in node.names))
            elif isinstance(node, ast.ImportFrom):
                above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                base = ".".join([*above, node.module] if node.module else above)
                for alias in node.names:
                    found = self._known(f"{base}.{alias.name}", exactly=True) or self._known(base)
                    if found:
                        yield found

    def _known(self, name: str, exactly: bool = False) -> str | None:
        while name and name not in self.modules and not exactly:
            name = name.rpartition(".")[0]
        return name if name in self.modules else None

    def missing_rooms(self) -> list[str]:
        """The rooms that a system does not have."""
        paths = (form.format(name=system.name) for system in self.systems for form in ROOMS)
        return [path for path in paths if not (self.root / path).exists()]

    def trespassers(self) -> list[str]:
        """Whoever imports a room of a system from outside of that system's rooms; tests try the house on any system."""
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
        """Where a system's name stands outside of its rooms and of what lists the systems, as `file:line`."""
        found = []
        for file in sorted(file for folder in TRUNK for file in (self.root / folder).rglob("*")):
            path = file.relative_to(self.root).as_posix()
            if not file.is_file() or file.suffix not in TEXTS or "__pycache__" in path or path in LISTS:
                continue
            foreign = [
                one for one in self.systems if not path.startswith(tuple(form.format(name=one.name) for form in OWN))
            ]
            words = "|".join(re.escape(word) for one in foreign for word in {one.name, one.slug})
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                if words and re.search(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])", line):
                    found.append(f"{path}:{number}")
        return found


def _trespasses(name: str, other: str, system: System) -> bool:
    if _is_test(name):
        return _is_test(other) and system.name in other.split(".") and system.name not in name.split(".")
    rooms = (f"infra.{system.name}", f"hallmark.systems.{system.name}")
    return _within(other, rooms) and not _within(name, rooms)


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
