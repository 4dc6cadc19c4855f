"""Commands that are imported when they run; lists of them read each one's first words from its source."""

import ast
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from inspect import cleandoc
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from hallmark.project import ROOT, is_whole, require_project

# Escaped, for a panel's title may have markup.
ELSEWHERE = r"With hallmark\[pipelines], in a checkout of the project"


@contextmanager
def _uncollected() -> Iterator[None]:
    """Disable garbage collection while importing: modules are never freed, and start-up is a tenth faster."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _imported(place: str, name: str) -> Any:
    """Return the command at a place, `module:attribute`."""
    module, _, attribute = place.partition(":")
    with _uncollected():
        found = getattr(import_module(module), attribute)
    around = typer.Typer()
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name)(found)
    return _flowing(typer.main.get_group(around).commands[name])


def _flowing(command: Any) -> Any:
    """Return a command whose help breaks its lines where the terminal ends, not where the source did."""
    paragraphs = cleandoc(command.help or "").split("\n\n")
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for one in getattr(command, "commands", {}).values():
        _flowing(one)
    return command


def _help_at(place: str) -> str:
    """Return the help of a function or of a Typer, read from its source; empty if it has none there."""
    module, _, attribute = place.partition(":")
    file = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) if name == attribute:
                return ast.get_docstring(node) or ""
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(keywords=keywords)) if name == attribute:
                said = (one.value for one in keywords if one.arg == "help")
                return next((str(one.value) for one in said if isinstance(one, ast.Constant)), "")
    return ""


class Lazy(Mapping[str, Any]):
    """Commands by their names, each imported on demand: most start in half the time of importing all.

    `light` are those that work without the extra `pipelines` and without a checkout.
    """

    def __init__(self, package: str, places: Mapping[str, str], light: frozenset[str] = frozenset()) -> None:
        self._package, self._places, self._light = package, places, light

    def __getitem__(self, name: str) -> Any:
        place = self._places[name]
        if name not in self._light:
            require_project()
        return _imported(f"{self._package}.{place}", name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def summary(self, name: str) -> Any:
        """Return a command that can only be listed, without importing it unless its help is made when it is."""
        about = _help_at(f"{self._package}.{self._places[name]}")
        return self.listed(name, about) if about or not is_whole() else self[name]

    def listed(self, name: str, about: str) -> Any:
        """Return a command that can only be listed, with its help; those that cannot run here have their own panel."""
        panel = None if name in self._light or is_whole() else ELSEWHERE
        return _flowing(TyperCommand(name, help=about, rich_help_panel=panel))


class LazyGroup(TyperGroup):
    """A group of lazy commands: the help and completion of its commands' names import none of them."""

    def __init__(self, lazy: Lazy, /, **settings: Any) -> None:
        super().__init__(**(settings | {"commands": lazy}))

    @contextmanager
    def _listed(self) -> Iterator[None]:
        whole: Any = self.commands
        self.commands = {name: whole.summary(name) for name in whole}
        try:
            yield
        finally:
            self.commands = whole

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        with self._listed():
            super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return what may follow."""
        with self._listed():
            return super().shell_complete(ctx, incomplete)
