"""The one kind of error that a user can cause."""


class UserError(Exception):
    """A mistake told in one clear line that says what to do next; the command line ends with exit code 2."""
