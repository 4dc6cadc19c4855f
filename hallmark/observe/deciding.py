"""Data that decides on a stage, compared with what is declared: the tables of rules or parameters of its system."""

from collections.abc import Iterator

from hallmark.observe.drift import Difference
from hallmark.stage import Stage
from hallmark.systems.wing import Deciding, wing


def judged(stage: Stage) -> Iterator[tuple[Deciding, list[Difference]]]:
    """Yield what the system's wing declares, each with its differences on the stage."""
    for deciding in wing(stage.system).deciding:
        yield deciding, deciding.differences(stage)


def differences(stage: Stage) -> list[Difference]:
    """Return every difference of a stage's deciding data."""
    return [one for _, found in judged(stage) for one in found]
