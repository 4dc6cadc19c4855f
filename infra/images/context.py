"""The context of a build: the files that a COPY takes, without those that .dockerignore leaves out.

https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from posixpath import normpath

from infra.errors import UserError
from infra.images.dockerfile import Copy, Dockerfile


@dataclass(frozen=True)
class Taken:
    """A file of the context, and its path in the image."""

    file: Path
    place: str

    @property
    def is_executable(self) -> bool:
        """Whether it may be run: all of a file's mode that git keeps, and so the same on every machine."""
        return bool(self.file.stat().st_mode & 0o100)


@dataclass(frozen=True)
class Context:
    """A folder, and the patterns of what is left out, each with whether it takes in again."""

    folder: Path
    patterns: Sequence[tuple[re.Pattern[str], bool]]

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The paths of all files that are not left out, in the order of their names."""
        found = sorted(self.folder.rglob("*"), key=lambda path: path.relative_to(self.folder).as_posix())
        names = (path.relative_to(self.folder).as_posix() for path in found if path.is_symlink() or path.is_file())
        return tuple(name for name in names if not self.ignores(name))

    def ignores(self, name: str) -> bool:
        """Return whether a path is left out: the last pattern that fits it or a folder above it decides."""
        above = [parent.as_posix() for parent in PurePosixPath(name).parents if parent.name]
        found = False
        for pattern, takes_in in self.patterns:
            if found == takes_in and any(pattern.fullmatch(one) for one in (name, *above)):
                found = not takes_in
        return found


def context_of(folder: Path, dockerfile: Path) -> Context:
    """Return a context with the .dockerignore that Docker would use for a Dockerfile."""
    own = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    ignore = own if own.is_file() else folder / ".dockerignore"
    lines = ignore.read_text(encoding="utf-8").splitlines() if ignore.is_file() else []
    return Context(folder, tuple(_patterns(ignore, lines)))


def taken(found: Dockerfile, context: Context) -> Iterator[tuple[Copy, list[Taken]]]:
    """Yield what each COPY takes; UserError for a source that is not in the context, and for a symbolic link."""
    for copy in found.copies:
        files = {one.place: one for source in copy.sources for one in _taken(copy, source, context)}
        yield copy, [files[place] for place in sorted(files)]


def _taken(copy: Copy, source: str, context: Context) -> Iterator[Taken]:
    path = normpath(source.lstrip("/"))
    if path.startswith(".."):
        raise copy.instruction.wrong(f"takes {source}, which is outside of the context: move it into {context.folder}")
    wanted = _expression(path, deep=False)
    count = 0
    for name in context.files:
        parts = name.split("/")
        fits = [end for end in range(len(parts) + 1) if path == "." or wanted.fullmatch("/".join(parts[:end]))]
        if not fits:
            continue
        count += 1
        if (context.folder / name).is_symlink():
            raise copy.instruction.wrong(f"takes {name}, a symbolic link: put the file itself there")
        # A folder's content is taken, not the folder.
        inside = name if path == "." else "/".join(parts[fits[0] :])
        place = f"{copy.target.rstrip('/')}/{inside or parts[-1]}" if copy.into or inside else copy.target
        yield Taken(context.folder / name, place)
    if not count:
        raise copy.instruction.wrong(f"takes {source}, which is not in the context, or .dockerignore leaves it out")


def _patterns(file: Path, lines: Sequence[str]) -> Iterator[tuple[re.Pattern[str], bool]]:
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        takes_in, text = text.startswith("!"), text.removeprefix("!").strip()
        cleaned = normpath(text).lstrip("/")
        if not text or cleaned.startswith(".."):
            raise UserError(f"{file}:{number}: {line.strip()!r} is no pattern of the context: mend or remove it")
        yield _expression(cleaned, deep=True), takes_in


def _expression(pattern: str, deep: bool) -> re.Pattern[str]:
    """Return a pattern of Go's filepath.Match; `deep` adds ** for any number of folders."""
    text, rest = "", pattern
    while rest:
        if deep and rest.startswith("**/"):
            text, rest = f"{text}(?:.*/)?", rest[3:]
        elif deep and rest.startswith("**"):
            text, rest = f"{text}.*", rest[2:]
        elif found := re.match(r"\[(\^?)((?:\\.|[^\]\\])+)\]", rest):
            text, rest = f"{text}[{found[1]}{found[2]}]", rest[found.end() :]
        elif rest[0] == "\\" and len(rest) > 1:
            text, rest = text + re.escape(rest[1]), rest[2:]
        else:
            text, rest = text + {"*": "[^/]*", "?": "[^/]"}.get(rest[0], re.escape(rest[0])), rest[1:]
    return re.compile(text)
