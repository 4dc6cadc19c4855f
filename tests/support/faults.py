"""What trials of faults share: the rows of the table, the faults that strike one trial, and several trials at once."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pytest

from hallmark.faults import FaultSpec, load
from hallmark.stage import Stage, embedded
from hallmark.stage.embedded.faults import Injected, Injection, inject
from tests.support import waiting

T = TypeVar("T")
TrialT = TypeVar("TrialT", bound="FaultTrial")
# Many trials that look all the time would keep the functions, which run in the background, from running.
LOOK_SECONDS = 0.3
# Retries wait between strikes, and on a busy machine a killed function starts slowly.
STRIKES_SECONDS = 180.0
# More than anything is tried.
FOR_GOOD = 1000
THROTTLED = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
# As many reasons as a transaction can have actions: what is left over belongs to none.
CANCELED: Mapping[str, Any] = {
    "code": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    "fields": {"CancellationReasons": [{"Code": "TransactionConflict"}] * 100},
}


def wait_for(condition: Callable[[], T], what: str, seconds: float = 60.0) -> T:
    """Wait as tests do, and look seldom."""
    return waiting.wait_for(condition, what, seconds, LOOK_SECONDS)


def cases(table: Sequence[FaultSpec]) -> list[Any]:
    """Return a table's rows as parameters of a test."""
    marks = {True: [pytest.mark.embedded], False: []}
    return [pytest.param(spec, id=spec.id, marks=marks[spec.embedded_only]) for spec in table]


@dataclass(kw_only=True)
class FaultTrial:
    """One fault's trial; `strikes` is how often it struck, `trouble` what went wrong in the trial itself."""

    fault: str
    run: str
    stage: Stage
    endpoint: str = ""
    answers: Counter[int] = field(default_factory=Counter)
    strikes: int = 0
    trouble: BaseException | None = None

    @property
    def prefix(self) -> str:
        """The beginning of all ids of this trial."""
        return f"{self.fault}-{self.run}-"

    @contextmanager
    def struck(self, injections: Sequence[Injection], marks: Mapping[str, str]) -> Iterator[list[Injected]]:
        """Arm faults, with the trial's own texts in the place of marks such as `{rows}`."""

        def own(text: str) -> str:
            for mark, value in marks.items():
                text = text.replace(mark, value)
            return text

        with ExitStack() as stack:
            yield [
                stack.enter_context(
                    inject(self.endpoint, replace(one, contains=tuple(map(own, one.contains)), hidden=own(one.hidden)))
                )
                for one in injections
            ]

    def await_strikes(self, armed: Sequence[Injected], wanted: int) -> None:
        """Wait until faults have struck so often in all."""
        wait_for(
            lambda: sum(fault.strikes for fault in armed) >= wanted, f"all strikes of {self.fault}", STRIKES_SECONDS
        )
        self.strikes += wanted


def wanted_strikes(injections: Sequence[Injection]) -> int:
    """Return how often faults must strike at least: those for good once, if there are no others."""
    return sum(one.times for one in injections if one.times < FOR_GOOD) or 1


def tried_here(
    request: pytest.FixtureRequest,
    stage: Stage,
    others: Mapping[str, Callable[[TrialT], None]],
    injected: Mapping[str, Callable[[TrialT], None]],
) -> tuple[Mapping[str, str], str, dict[str, Callable[[TrialT], None]]]:
    """Return how a command finds the stage, the emulator's address, and what can be tried there: on AWS not all."""
    if stage.target == "embedded":
        running = request.getfixturevalue("running_emulator")
        return embedded.environment(running, stage.region), running.endpoint, {**others, **injected}
    embedded_only = {spec.id for spec in load(stage.system) if spec.embedded_only}
    return {}, "", {fault: trial for fault, trial in others.items() if fault not in embedded_only}


def try_all(
    faults: Mapping[str, Callable[[TrialT], None]],
    trials: Mapping[str, TrialT],
    apart: Sequence[Collection[str]],
    at_once: int,
) -> None:
    """Try all faults, several at once; those of `apart` afterwards, group by group."""

    def attempt(fault: str) -> None:
        with noted(trials[fault]):
            faults[fault](trials[fault])

    later = {fault for group in apart for fault in group}
    for group in (faults.keys() - later, *apart):
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(attempt, [fault for fault in faults if fault in group]))


@contextmanager
def noted(trial: FaultTrial) -> Iterator[None]:
    """Keep what goes wrong in a trial for its own test: the others go on."""
    try:
        yield
    except Exception as error:
        trial.trouble = error
