"""RUN: the installation of a lock by pip, the one command that our builder does as Docker does.

https://pip.pypa.io/en/stable/topics/secure-installs/
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from infra.images.instructions import Instruction

# Options that change nothing of what is installed.
_PLAIN = {
    *("--no-cache-dir", "--no-compile", "--no-deps", "--quiet", "-q", "--disable-pip-version-check", "--no-input"),
    *("--only-binary=:all:", "--root-user-action=ignore", "--require-hashes", "--upgrade"),
}
_WITH_VALUE = {
    "-r": "requirements",
    "--requirement": "requirements",
    "-t": "target",
    "--target": "target",
    "--only-binary": "binary",
}
_PYTHON = re.compile(r"python[0-9.]*")
_FORM = "pip install --no-cache-dir --require-hashes --requirement FILE --target FOLDER"


@dataclass(frozen=True)
class Install:
    """The lock, a file of the image, and the folder of the image that gets its packages."""

    instruction: Instruction
    lock: str
    target: str


def install(one: Instruction, place: Callable[[str], str]) -> Install:
    """Return the installation that a RUN says; UserError for any other command."""
    words = one.listed() or one.words()
    if any(mark in one.text for mark in (";", "&", "|", ">", "<", "`", "$(", "*", "?")):
        raise one.wrong(f"may run one command without the shell: write {_FORM}")
    options = _options(one, _arguments(one, words))
    found: dict[str, str] = {}
    for name, value in options:
        if name in found:
            raise one.wrong(f"names two of {name}: install one lock into one folder")
        found[name] = value
    if "requirements" not in found or "target" not in found or "--require-hashes" not in words:
        raise one.wrong(f"must install a lock with hashes into a folder: write {_FORM}")
    return Install(one, place(found["requirements"]), place(found["target"]))


def _arguments(one: Instruction, words: list[str]) -> list[str]:
    """Return what follows `pip install`, however pip is called."""
    is_module = bool(_PYTHON.fullmatch(words[0])) and words[1:3] == ["-m", "pip"]
    rest = words[3:] if is_module else words[1:]
    if not (is_module or words[0] in ("pip", "pip3")) or rest[:1] != ["install"]:
        raise one.wrong(f"runs {words[0]}, which is not supported: write {_FORM}")
    return rest[1:]


def _options(one: Instruction, words: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        name, joined, value = word.partition("=")
        if word in _PLAIN:
            continue
        if name not in _WITH_VALUE:
            raise one.wrong(f"has {word}, which is not supported: write {_FORM}")
        if not joined:
            if not waiting:
                raise one.wrong(f"has {word} without a value: write {_FORM}")
            value = waiting.pop(0)
        if _WITH_VALUE[name] == "binary":
            if value != ":all:":
                raise one.wrong(f"has {word} {value}: write --only-binary=:all:")
            continue
        found.append((_WITH_VALUE[name], value))
    return found
