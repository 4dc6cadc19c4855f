"""YAML with line numbers, so that mistakes can be reported with file and line."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from hallmark.project import ROOT
from infra.errors import UserError
from policies.engine.reading.yaml_reader import loader

# Only `true` and `false` are booleans: `on` is a text, and NO is Norway.
_Loader = loader({"bool": "^(?:true|false)$"})


def _date(loader: Any, node: yaml.ScalarNode) -> Any:
    try:
        return yaml.SafeLoader.construct_yaml_timestamp(loader, node)
    except ValueError as error:
        raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date)


class LinedYaml:
    """A YAML file: its `data`, and the line of everything in it; `reading` is the loader of plain scalars."""

    def __init__(self, file: Path, reading: Any = _Loader) -> None:
        self._shown = str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else str(file)
        reader = None
        try:
            reader = reading(file.read_text(encoding="utf-8"))
            self._node = reader.get_single_node()
            self._refuse_ambiguity(self._node)
            self.data: Any = reader.construct_document(self._node) if self._node else None
        except OSError as error:
            raise UserError(f"{self._shown}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UserError(f"{self._shown}: is not a UTF-8 text") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = " ".join(str(getattr(error, "problem", None) or "is not YAML").split())
            raise UserError(f"{self._shown}:{mark.line + 1 if mark else 1}: {problem}") from None
        except (RecursionError, ValueError):
            raise UserError(f"{self._shown}: is not valid YAML") from None
        finally:
            if reader is not None:
                reader.dispose()

    def error(self, path: Sequence[str | int], problem: str) -> UserError:
        """Return the error for a problem at a path of keys and indexes, in one line."""
        where = ".".join(str(step) for step in path)
        return UserError(f"{self.place(path)}: {where + ': ' if where else ''}{' '.join(problem.split())}")

    def place(self, path: Sequence[str | int]) -> str:
        """Return the file and line of a path: `file:line`."""
        return f"{self._shown}:{self.line(path)}"

    def line(self, path: Sequence[str | int]) -> int:
        """Return the line, from 1, of the key or item at a path, or of the nearest enclosing one."""
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

    def _refuse_ambiguity(self, node: Any) -> None:
        if isinstance(node, yaml.ScalarNode) and re.search("[\ud800-\udfff]", node.value):
            raise self._at(node, "an unpaired surrogate")
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self._refuse_ambiguity(item)
        if not isinstance(node, yaml.MappingNode):
            return
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._at(key, "a key must be a text")
            if key.value in seen:
                raise self._at(key, f"the key {key.value} is there twice")
            seen.add(key.value)
            self._refuse_ambiguity(value)

    def _at(self, node: Any, problem: str) -> UserError:
        return UserError(f"{self._shown}:{node.start_mark.line + 1}: {problem}")


def read(file: Path) -> Any:
    """Return the data of one of our tables; UserError with file and line for invalid YAML or a duplicate key."""
    return LinedYaml(file).data
