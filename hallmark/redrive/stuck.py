"""Redrive of what is stuck: work that no message stands for, found by the system's wing."""

from collections import Counter

from botocore.exceptions import ClientError

from hallmark.parallel import each
from hallmark.progress import Callback, Progress
from hallmark.redrive.failures import Failures
from hallmark.redrive.redrive import Outcome
from hallmark.redrive.work import Refused, Work
from hallmark.stage import Stage

STUCK = "stuck"


def redrive_stuck(stage: Stage, failures: Failures, *, limit: int | None, dry_run: bool, progress: Callback) -> Outcome:
    """Move on what is stuck, at most `limit` of it; with `dry_run` only list what would be done."""
    found = list(failures.stuck(stage))[:limit] if failures.stuck else []
    outcome = Outcome()

    def attempt(one: tuple[str, Work]) -> None:
        name, work = one
        try:
            if not dry_run:
                work.do()
        except (Refused, ClientError) as reason:
            outcome.failed[name] = str(reason)
        else:
            outcome.done[work.what] += 1
        seen = outcome.done.total() + len(outcome.failed)
        progress(Progress("redriving what is stuck", seen, len(found), Counter()))

    each(attempt, found)
    outcome.left = len(found) if dry_run else len(outcome.failed)
    return outcome
