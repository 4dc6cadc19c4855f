"""What the modules of a function import: from its own code, and from where else."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

# Lambda's Python includes boto3 and what it needs.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
PROVIDED = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"}
# Modules of the standard library by the first version that has them, after 3.9.
LATER = {"tomllib": (3, 11), "annotationlib": (3, 14), "compression": (3, 14)}


def is_given(name: str, python: str) -> bool:
    """Return whether a top-level module is in the standard library of a version such as 3.9, or in the runtime."""
    version = tuple(map(int, python.split(".")))
    return name in PROVIDED or (name in sys.stdlib_module_names and version >= LATER.get(name, (3, 0)))


def reached(folder: Path, starts: list[Path]) -> Iterator[tuple[Path, str]]:
    """Yield each import from elsewhere, (module's file, dotted name), of files and of what they import in a folder."""
    waiting, known = sorted(starts), set(starts)
    while waiting:
        file = waiting.pop(0)
        for name in _imported(file, folder):
            found = own(name, folder)
            if found is None:
                yield file, name
            waiting += [one for one in found or () if one not in known]
            known.update(found or ())


def own(name: str, folder: Path) -> Optional[list[Path]]:
    """Return the files that importing a dotted name loads from a folder, its packages' too; None if not there."""
    parts = name.split(".")
    places = [folder.joinpath(*parts[:length]) for length in range(1, len(parts) + 1)]
    files = [file for place in places for file in (place / "__init__.py", place.with_suffix(".py")) if file.is_file()]
    return files if places[-1].is_dir() or places[-1].with_suffix(".py").is_file() else None


def _imported(file: Path, folder: Path) -> Iterator[str]:
    """Yield the dotted names that a module imports, those for type checkers and those it can do without left out."""
    package = file.relative_to(folder).parent.parts
    for node in _needed(ast.parse(file.read_bytes(), str(file))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "files" and node.args:
            # importlib.resources.files("package"): its data are as needed as a module.
            yield from (argument.value for argument in node.args[:1] if _is_text(argument))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names if _is_module(base, alias.name, folder))


def _is_module(base: str, name: str, folder: Path) -> bool:
    """Return whether what a package of a folder is asked for is a module: there, or nowhere bound."""
    package = folder.joinpath(*base.split("."))
    return own(f"{base}.{name}", folder) is not None or (
        package.is_dir() and name not in _bound(package / "__init__.py")
    )


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _bound(file: Path) -> set[str]:
    found = {"*"}
    for node in ast.walk(ast.parse(file.read_bytes())) if file.is_file() else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
    return found


def _needed(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            inside: list[ast.AST] = [*child.orelse]
        elif isinstance(child, ast.Try) and any(map(_catches_import, child.handlers)):
            inside = [*child.handlers, *child.orelse, *child.finalbody]
        else:
            inside = [child]
        for one in inside:
            yield one
            yield from _needed(one)


def _catches_import(handler: ast.ExceptHandler) -> bool:
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else set()
    return bool(names & {"ImportError", "ModuleNotFoundError"})
