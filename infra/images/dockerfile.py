"""The Dockerfiles that images of functions are built from, by Docker and by our own builder: a subset, checked whole.

FROM, ARG, ENV, WORKDIR, COPY, RUN pip install of a lock with hashes, USER, HEALTHCHECK NONE, CMD. Anything else is
refused: an image that our builder cannot make as Docker does would prove nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import join, normpath

from infra.errors import UserError
from infra.images.installs import Install, install
from infra.images.instructions import Instruction, instructions

# What the base images set. https://github.com/aws/aws-lambda-base-images
BASE_ENVIRONMENT = {
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
}
BASE_FOLDERS = ("/", "/opt", "/tmp", "/var", "/var/lang", "/var/runtime", "/var/task")


@dataclass(frozen=True)
class Copy:
    """Files and folders of the context, or patterns of them, and where they go in the image.

    `into` says whether the target is a folder: else a single file gets that name.
    """

    instruction: Instruction
    sources: tuple[str, ...]
    target: str
    into: bool


@dataclass(frozen=True)
class Dockerfile:
    """What a Dockerfile says, with all variables expanded: the base, the steps in order, and the configuration."""

    path: Path
    base: str
    steps: tuple[Copy | Install, ...]
    environment: Mapping[str, str]
    folder: str
    command: tuple[str, ...]
    user: str = ""

    @property
    def python(self) -> str:
        """The version of Python that the base has, such as `3.11`; UserError where its tag does not say it."""
        found = python_of(self.base)
        if not found:
            raise UserError(f"{self.path}: FROM {self.base} names no version of Python: write one, such as python:3.11")
        return found

    @property
    def copies(self) -> tuple[Copy, ...]:
        """What is taken from the context."""
        return tuple(step for step in self.steps if isinstance(step, Copy))


def python_of(base: str) -> str:
    """Return the version of Python in the tag of a base image, empty if there is none."""
    found = re.search(r"python:(\d+\.\d+)(?![0-9])", base)
    return found[1] if found else ""


@dataclass
class _Draft:
    base: str = ""
    before: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=lambda: dict(BASE_ENVIRONMENT))
    folder: str = "/var/task"
    folders: set[str] = field(default_factory=lambda: set(BASE_FOLDERS))
    steps: list[Copy | Install] = field(default_factory=list)
    command: tuple[str, ...] = ()
    user: str = ""

    @property
    def variables(self) -> Mapping[str, str]:
        return {**self.arguments, **self.environment} if self.base else self.before

    def place(self, path: str) -> str:
        """Return an absolute path of the image."""
        found = normpath(join(self.folder, path))
        return "/" + found.lstrip("/")

    def makes(self, folder: str) -> None:
        while folder not in self.folders:
            self.folders.add(folder)
            folder = folder.rpartition("/")[0] or "/"


def read(path: Path, arguments: Mapping[str, str] | None = None) -> Dockerfile:
    """Return what a Dockerfile says; `arguments` are values of its ARGs. UserError with file, line, and what to do."""
    draft = _Draft()
    last: Instruction | None = None
    for last in instructions(path):
        step = _STEPS.get(last.name)
        if step is None:
            raise last.wrong(f"is not supported: an image of a function has only {', '.join(_STEPS)}")
        if not draft.base and last.name not in ("ARG", "FROM"):
            raise last.wrong("stands before FROM: begin with FROM")
        step(draft, last if last.name == "RUN" else last.expanded(draft.variables), arguments or {})
    if not draft.base or not draft.command:
        missing = "FROM" if not draft.base else "CMD"
        where = last or Instruction(str(path), 1, "", "")
        raise Instruction(where.file, where.line, missing, "").wrong("is missing: add it")
    return Dockerfile(path, draft.base, tuple(draft.steps), draft.environment, draft.folder, draft.command, draft.user)


def _from(draft: _Draft, one: Instruction, _: Mapping[str, str]) -> None:
    if draft.base:
        raise one.wrong("stands twice: an image of a function has one stage")
    words = one.words()
    if words[0].startswith("--") or len(words) != 1:
        raise one.wrong("takes one image and nothing else: the platform is said when it is built")
    draft.base = words[0]


def _arg(draft: _Draft, one: Instruction, given: Mapping[str, str]) -> None:
    for word in one.words():
        name, has_default, default = word.partition("=")
        if not name.isidentifier():
            raise one.wrong(f"has the name {name!r}: use letters, digits and _")
        value = given.get(name, default if has_default else draft.before.get(name))
        if value is not None:
            (draft.arguments if draft.base else draft.before)[name] = value


def _env(draft: _Draft, one: Instruction, _: Mapping[str, str]) -> None:
    for word in one.words():
        name, given, value = word.partition("=")
        if not given or not name.isidentifier():
            raise one.wrong("has a malformed value: write NAME=value, in quotation marks where it has spaces")
        draft.environment[name] = value


def _workdir(draft: _Draft, one: Instruction, _: Mapping[str, str]) -> None:
    if len(words := one.words()) != 1:
        raise one.wrong("takes one folder: write it in quotation marks where it has spaces")
    draft.folder = draft.place(words[0])
    draft.makes(draft.folder)


def _copy(draft: _Draft, one: Instruction, _: Mapping[str, str]) -> None:
    words = one.listed() or one.words()
    is_pattern = any(mark in word for word in words for mark in "*?[")
    if options := [word for word in words if word.startswith("--")]:
        raise one.wrong(f"has the option {options[0]}, which is not supported: copy from the context, as it is there")
    *sources, target = words
    if not sources:
        raise one.wrong("needs a source and a target: write COPY SOURCE... TARGET")
    place = draft.place(target)
    is_folder = target.endswith(("/", "/.")) or target == "." or place in draft.folders
    if (len(sources) > 1 or is_pattern) and not target.endswith("/"):
        raise one.wrong("may have several sources: the target must be a folder and end with /")
    draft.makes(place if is_folder else place.rpartition("/")[0] or "/")
    draft.steps.append(Copy(one, tuple(sources), place, is_folder))


def _run(draft: _Draft, one: Instruction, _: Mapping[str, str]) -> None:
    found = install(one.expanded(draft.variables), draft.place)
    draft.makes(found.target)
    draft.steps.append(found)


def _user(draft: _Draft, one: Instruction, _: Mapping[str, str]) -> None:
    if len(words := one.words()) != 1:
        raise one.wrong("takes one user")
    draft.user = words[0]


def _healthcheck(draft: _Draft, one: Instruction, _: Mapping[str, str]) -> None:
    if one.text.upper() != "NONE":
        raise one.wrong("must be HEALTHCHECK NONE: Lambda runs no health checks")


def _cmd(draft: _Draft, one: Instruction, _: Mapping[str, str]) -> None:
    found = one.listed()
    if found is None or len(found) != 1 or "." not in found[0]:
        raise one.wrong('must name the handler: write CMD ["package.module.function"]')
    draft.command = tuple(found)


_STEPS = {
    "FROM": _from,
    "ARG": _arg,
    "ENV": _env,
    "WORKDIR": _workdir,
    "COPY": _copy,
    "RUN": _run,
    "USER": _user,
    "HEALTHCHECK": _healthcheck,
    "CMD": _cmd,
}
