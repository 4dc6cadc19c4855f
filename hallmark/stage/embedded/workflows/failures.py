"""How a state fails, and how an execution ends without any Catch.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

RUNTIME, TOO_LARGE, TIMEOUT = "States.Runtime", "States.DataLimitExceeded", "States.Timeout"


class Failed(Exception):
    """A state failed, with the name of the error and its cause."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


class OutOfTime(Exception):
    """The execution has reached its end: nothing of its definition runs any more."""


def broken(cause: str) -> Failed:
    """Return a failure of the definition or of its data, which nothing catches."""
    return Failed(RUNTIME, cause)
