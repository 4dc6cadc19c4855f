"""YAML that remembers its lines, so that a mistake in it can be told with file and line number."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from hallmark.errors import UserError
from hallmark.project import ROOT


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader for which only `true` and `false` are booleans: `on` is a word, and NO is Norway."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name and form that PyYAML wants
        first: [
            (tag, re.compile("^(?:true|false)$") if tag == "tag:yaml.org,2002:bool" else pattern)
            for tag, pattern in resolvers
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class LinedYaml:
    """A YAML file: its `data`, and the line of everything in it."""

    def __init__(self, file: Path) -> None:
        self._shown = str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else str(file)
        loader = None
        try:
            loader = _Loader(file.read_bytes())
            self._node = loader.get_single_node()
            self._refuse_repeated_keys(self._node)
            self.data: Any = loader.construct_document(self._node) if self._node else None
        except OSError as error:
            raise UserError(f"{self._shown}: cannot be read: {error.strerror}") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise UserError(f"{self._shown}:{line}: {getattr(error, 'problem', None) or 'is no YAML'}") from None
        finally:
            if loader is not None:
                loader.dispose()

    def error(self, path: Sequence[str | int], problem: str) -> UserError:
        """The one line that tells what is wrong at a path of keys and indexes."""
        where = ".".join(str(step) for step in path)
        return UserError(
            f"{self._shown}:{self._line(path)}: {where + ': ' if where else ''}{' '.join(problem.split())}"
        )

    def _line(self, path: Sequence[str | int]) -> int:
        node, line = self._node, 1
        for step in path:
            if isinstance(node, yaml.MappingNode):
                pairs = {key.value: (key, value) for key, value in node.value}
                if str(step) not in pairs:
                    break
                key, node = pairs[str(step)]
                line = key.start_mark.line + 1
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line + 1
            else:
                break
        return int(line)

    def _refuse_repeated_keys(self, node: Any) -> None:
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self._refuse_repeated_keys(item)
        if not isinstance(node, yaml.MappingNode):
            return
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise UserError(f"{self._shown}:{key.start_mark.line + 1}: the key {key.value} is there twice")
            seen.add(key.value)
            self._refuse_repeated_keys(value)


def read(file: Path) -> Any:
    """Return what a table of ours says; UserError with file and line when it is no YAML, or says something twice."""
    return LinedYaml(file).data
