"""Function logs are drained promptly: the emulator waits 50 ms for a first line and 5 ms for silence at each call."""

from ministack.core import lambda_runtime

FIRST_LINE_SECONDS, SILENCE_SECONDS, LIMIT_SECONDS = 0.003, 0.002, 0.25


def install() -> None:
    """Shorten the waits; a line that comes later still is logged, with the next invocation of its worker."""
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (FIRST_LINE_SECONDS, SILENCE_SECONDS, LIMIT_SECONDS)
