"""The error for every mistake that a user can make."""


class UserError(Exception):
    """A mistake that its user can fix; the text is one line: what is wrong, and what to do."""


def bad(parameter: str, got: object, wants: str) -> UserError:
    """Return the error of one parameter, in the form that all share."""
    return UserError(f"parameter {parameter}: wants {wants}, got {got!r}")
