"""The lines of infra/ that made each resource, kept beside the templates: `<stack>.sources.json`.

The CDK's own stack traces show the frames of Node.js, and slow synthesis down; templates stay as they are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from infra.paths import ROOT

SUFFIX = ".sources.json"
_INFRA = f"{ROOT / 'infra'}/"
# What runs every construct's code: the line that starts it says nothing about one.
_NONE = frozenset({"infra/app.py", "infra/synthesis.py", "infra/source_lines.py", "infra/load/app.py"})
Lines = tuple[str, ...]


class Recorder:
    """The lines of each construct, innermost first, by its path in the tree."""

    def __init__(self) -> None:
        self.lines: dict[str, Lines] = {}
        self._paths: dict[str, str] = {}
        self._returned: list[tuple[Any, Lines]] = []

    def created(self, made: Any, arguments: list[Any]) -> None:
        """Keep the lines of a new object, if its first arguments are those of a construct: scope and id."""
        if len(arguments) < 2 or not isinstance(arguments[1], str):
            return
        scope = getattr(arguments[0], "__jsii_ref__", None)
        if scope is None:
            return
        inside = self._paths.get(scope.ref)
        if inside is None:
            # A scope that Node.js made, or the app, whose path is empty.
            node = getattr(arguments[0], "node", None)
            if node is None:
                return
            inside = self._paths[scope.ref] = str(node.path)
        path = f"{inside}/{arguments[1].replace('/', '--')}".lstrip("/")
        self._paths[made.__jsii_ref__.ref] = path
        self.lines[path] = _lines(sys._getframe(2))

    def returned(self, result: Any) -> None:
        """Keep the lines of a call that returned an object: it may be a construct that the call made."""
        reference = getattr(result, "__jsii_ref__", None)
        if reference is not None and reference.ref not in self._paths:
            self._paths[reference.ref] = ""
            self._returned.append((result, _lines(sys._getframe(2))))

    def finish(self) -> None:
        """Find the paths of constructs that calls returned."""
        for made, lines in self._returned:
            node = getattr(made, "node", None)
            path = getattr(node, "path", None)
            if path:
                self.lines.setdefault(path, lines)

    def of(self, path: str) -> Lines:
        """Return the lines of a construct, or of the nearest one that it is in."""
        while path and path not in self.lines:
            path = path.rpartition("/")[0]
        return self.lines.get(path, ())


def _lines(frame: FrameType | None) -> Lines:
    return tuple(dict.fromkeys(_walk(frame)))


def _walk(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_INFRA):
            name = file.removeprefix(f"{ROOT}/")
            if name not in _NONE:
                yield f"{name}:{frame.f_lineno}"
        frame = frame.f_back


@contextmanager
def recorded() -> Iterator[Recorder]:
    """Record the lines of all constructs that are made inside."""
    import jsii

    recorder = Recorder()
    create, invoke = jsii.create, jsii.invoke

    def traced_create(klass: type[Any], obj: Any, args: list[Any] | None = None) -> Any:
        reference = create(klass, obj, args)
        recorder.created(obj, args or [])
        return reference

    def traced_invoke(obj: Any, method: str, args: list[Any] | None = None) -> Any:
        result = invoke(obj, method, args)
        recorder.returned(result)
        return result

    # The classes of the CDK look these up in the module at each call.
    jsii.create, jsii.invoke = traced_create, traced_invoke
    try:
        yield recorder
    finally:
        jsii.create, jsii.invoke = create, invoke


def write(recorder: Recorder, assembly: Path) -> None:
    """Write the lines of each stack's resources, by their logical ids, beside its template; `` is the stack itself."""
    recorder.finish()
    for file in sorted(assembly.glob("*.metadata.json")):
        metadata: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        found = {
            entry["data"]: recorder.of(path.lstrip("/"))
            for path, entries in metadata.items()
            for entry in entries
            if entry["type"] == "aws:cdk:logicalId"
        }
        stack = file.name.removesuffix(".metadata.json")
        found[""] = recorder.of(stack)
        target = file.with_name(stack + SUFFIX)
        target.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
