"""The refusal of a file: one line that says what is wrong, and where."""

from typing import Any

# Far more than any template needs, and far less than its readers can take.
DEEPEST = 200
# No template needs a number with more digits, and it is slow to read.
LONGEST_NUMBER = 1000
Path = tuple[str | int, ...]


class Unreadable(Exception):
    """The file is not a CloudFormation template; the message is one line, and `path` the value that is wrong."""

    def __init__(self, message: str, path: Path | None = None) -> None:
        super().__init__(message)
        self.path = path


class NotTogether(Exception):
    """Templates are not those of one stage; the message is one line."""


def at(text: str, offset: int, problem: str, more: str = "") -> Unreadable:
    """Return the refusal of a problem at an offset of a text."""
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return Unreadable(f"{problem} in line {line}, column {column}{more}")


def starts_with(path: Path, begin: Path) -> bool:
    """Return whether a path begins with another."""
    return path[: len(begin)] == begin


def dotted(path: Path) -> str:
    """Return a path as findings show it, such as `Resources.Q.Properties.Tags[0]`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def null_in(document: Any, but: str) -> Path | None:
    """Return the path of the first null in a document that is not below a key `but`; None without one."""
    waiting: list[tuple[Path, Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        if value is None:
            return path
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        waiting.extend([((*path, key), item) for key, item in items if key != but][::-1])
    return None
