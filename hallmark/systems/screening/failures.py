"""screening's failures: letters of the workflow, and transactions that are stuck.

Each starts the workflow again with the validated transaction, and is followed to its end.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from hallmark import clock
from hallmark.redrive.failures import Failures
from hallmark.redrive.work import Refused, Work
from hallmark.stage import Stage
from hallmark.systems.screening.following import is_finished
from hallmark.systems.screening.letters import WorkflowLetter, letter_of
from hallmark.systems.screening.runs import Runs
from hallmark.systems.screening.stuck import still
from hallmark.systems.screening.table import FINAL, StateTable, Under
from infra.screening.outputs import Output

_UNKNOWN = "was not checked, so nothing of it was kept"
_SEND_AGAIN = "its sender must send it again"
_EARLIER = "its id was decided before, for this content or another: its sender learns which by sending it again"
_THEN = "then `--drop` the message"


def failures() -> Failures:
    """Return what one redrive, or one ledger, must know."""
    runs = Runs()

    def shape(stage: Stage, message: Mapping[str, Any]) -> Work | None:
        letter = letter_of(message)
        if letter is None:
            return None
        recorded = "" if letter.transaction else ", if it was recorded"
        what = f"run a transaction again that failed in {letter.state}{recorded}"
        return Work(what, partial(_again, runs, stage, letter))

    def stuck(stage: Stage) -> Iterator[tuple[str, Work]]:
        for record in still(stage, clock.now()):
            what = f"run a transaction again that was {record['status']}"
            given = stored_input(record["transaction"])
            yield str(record["transaction_id"]), Work(what, partial(runs.run, stage, given))

    return Failures(queues=(Output.FAILURE_QUEUE_URL,), functions=(), shape=shape, stuck=stuck)


def _again(runs: Runs, stage: Stage, letter: WorkflowLetter) -> None:
    """Run a letter's transaction again; one whose input was not checked has only what its record kept, if any.

    Without a record its sender must send it again. When that has been decided nothing is left to do.
    """
    given, advice = letter.transaction, _SEND_AGAIN
    if given is None and letter.transaction_id:
        under = StateTable(stage).under(letter.transaction_id)
        record = under.record
        if _is_sent_again(under):
            return
        if record and record["status"] == FINAL:
            advice = _EARLIER
        # Another execution under the same id may have been of another content.
        if record and record.get("execution") == letter.execution:
            if "transaction" not in record:
                return
            given = stored_input(record["transaction"])
    if given is None:
        what = letter.transaction_id or "a transaction without a valid id"
        raise Refused(f"{what} of {letter.execution} {_UNKNOWN}: {advice}; {_THEN}")
    runs.run(stage, given)


def _is_sent_again(under: Under) -> bool:
    """Return whether an id was claimed, decided and told after its validation had failed for the last time.

    Until then there was nothing under it: that content is the only one that its sender ever sent with success.
    """
    record, unchecked = under.record, under.unchecked
    if record is None or unchecked is None or under.others or not is_finished(record) or record["status"] != FINAL:
        return False
    return clock.from_text(record["received_at"]) > clock.from_text(unchecked["failed_at"])


def stored_input(transaction: Mapping[str, Any]) -> dict[str, Any]:
    """Return a transaction as the table keeps it in the types of JSON."""
    return {name: _plain(value) for name, value in transaction.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return stored_input(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
