"""The one kind of error that a user can cause."""


class UsageError(Exception):
    """Something the caller can mend; its text is one line: what is wrong, what it got, what it wants."""


def bad(parameter: str, got: object, wants: str) -> UsageError:
    """The error of one parameter, in the one form they all have."""
    return UsageError(f"parameter {parameter}: wants {wants}, got {got!r}")
