"""The instructions of a Dockerfile, as lines and words; what they mean is in `dockerfile`.

https://docs.docker.com/reference/dockerfile/
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.errors import UserError
from infra.paths import ROOT

_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=", re.ASCII)
# `\$` is a dollar sign; ${name:-word} and ${name:+word} are the forms that a Dockerfile has.
_VARIABLE = re.compile(
    r"\\\$|\$(?:(?P<plain>\w+)|\{(?P<name>\w+)(?::(?P<form>[-+])(?P<word>[^}$]*))?\}|(?P<odd>.?))", re.ASCII
)


@dataclass(frozen=True)
class Instruction:
    """One instruction: the file's name and its first line for messages, its name in capitals, and its text."""

    file: str
    line: int
    name: str
    text: str

    def wrong(self, problem: str) -> UserError:
        """Return the error about this instruction; the text says what is wrong and what to do."""
        return UserError(f"{self.file}:{self.line}: {self.name} {problem}")

    def expanded(self, variables: Mapping[str, str]) -> "Instruction":
        """Return the instruction with the values of its variables; UserError for one that has none."""

        def value(found: re.Match[str]) -> str:
            if found[0] == r"\$":
                return "$"
            name = found["plain"] or found["name"]
            if not name:
                raise self.wrong(f"has {found[0]}, which cannot be expanded: write ${{NAME}}")
            known = variables.get(name, "")
            if found["form"] == "-":
                return known or found["word"]
            if found["form"] == "+":
                return found["word"] if known else ""
            if name not in variables:
                raise self.wrong(f"has ${{{name}}}, which no ARG or ENV before it sets: set it, or write its value")
            return known

        return Instruction(self.file, self.line, self.name, _VARIABLE.sub(value, self.text))

    def words(self) -> list[str]:
        """Return the words as a shell reads them; UserError for an open quotation."""
        try:
            return shlex.split(self.text)
        except ValueError:
            raise self.wrong("has a quotation that does not end: close it") from None

    def listed(self) -> list[str] | None:
        """Return the words of the JSON form, None for another form; UserError for malformed JSON."""
        if not self.text.startswith("["):
            return None
        try:
            found = json.loads(self.text)
        except ValueError:
            found = None
        if not isinstance(found, list) or not found or not all(isinstance(word, str) for word in found):
            raise self.wrong('has a malformed list: write ["word", "word"]')
        return found


def instructions(path: Path) -> list[Instruction]:
    """Return the instructions of a Dockerfile; UserError for a file that cannot be read, and for parser directives."""
    shown = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{shown}: cannot be read as UTF-8 text ({error}): mend the file") from None
    lines = text.splitlines()
    if lines and (directive := _DIRECTIVE.match(lines[0].strip())):
        raise UserError(f"{shown}:1: the parser directive `{directive[1]}` is not supported: remove it")
    return [_instruction(shown, number, joined) for number, joined in _joined(shown, lines)]


def _joined(shown: str, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines with those that continue them, and the number of the first; comments among them are dropped."""
    begun = 0
    parts: list[str] = []
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        begun = begun or number
        rest = line.strip()
        if rest.endswith("\\"):
            parts.append(rest[:-1])
            continue
        yield begun, "".join([*parts, rest])
        begun = 0
        parts.clear()
    if parts:
        raise UserError(f"{shown}:{begun}: the last line ends with a backslash, and nothing follows: remove it")


def _instruction(shown: str, number: int, joined: str) -> Instruction:
    name, _, text = joined.replace("\t", " ").partition(" ")
    found = Instruction(shown, number, name.upper(), text.strip())
    if not found.text:
        raise found.wrong("has no arguments: write them, or remove the line")
    if "<<" in found.text:
        raise found.wrong("has a here-document, which is not supported: put it into a file and COPY that")
    return found
