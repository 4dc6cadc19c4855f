"""The one kind of error that a user can cause."""


class UserError(Exception):
    """A mistake that its user can fix; the text is one line: what is wrong, and what to do."""


def bad(parameter: str, got: object, wants: str) -> UserError:
    """Return the error of one parameter, in the one form they all have."""
    return UserError(f"parameter {parameter}: wants {wants}, got {got!r}")
