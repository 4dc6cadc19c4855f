"""The counts of a load run, per million of what its system carries: transactions, rows of files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hallmark import evidence
from hallmark.evidence.expected import chosen
from hallmark.evidence.load_result import LoadResult
from hallmark.evidence.stored import damage
from hallmark.load.run_file import NO_ANSWER
from hallmark.naming import thing_of
from hallmark.systems.wing import offered, wing
from infra.errors import UserError

GATE = "load"
MILLION = 1_000_000
MAKE_ONE = "make one: `hallmark up`, then `python -m hallmark.gates.load steady`"
# Without these a bill would be incomplete, and too low.
COUNTED = ("units:dynamodb:write", "units:dynamodb:read", "stored:dynamodb")
# Requests that API Gateway rejects without a key or over the plan: not billed, according to AWS's answer to users.
# https://repost.aws/questions/QUY2x146iORPmsJHpff8u0eA
UNBILLED = frozenset({str(NO_ANSWER), "403", "429"})


@dataclass(frozen=True)
class Counts:
    """A run of a system on a stage; every number is per million of `unit`, of which the run had `accepted`.

    `rate` is the run's arrivals a second, `carried` how many of them the system accepted, each with one or more units.
    `size` says how large a unit was in the run, where that decides what it costs.
    """

    system: str
    stage: str
    rate: float
    accepted: int
    requests: int
    usage: Mapping[str, float]
    carried: int
    unit: str
    size: str = ""

    def total(self, name: str) -> float:
        """Return one counter; 0 when nothing was counted under that name."""
        return self.usage.get(name, 0.0) * MILLION / self.accepted

    def by_thing(self, prefix: str) -> dict[str, float]:
        """Return the counters with a prefix, by the short name of their resource: `fraud_detector`, `audit`."""
        behind = ((name, name.removeprefix(prefix)) for name in self.usage if name.startswith(prefix))
        things = ((name, thing_of(self.system, self.stage, physical)) for name, physical in behind)
        return {thing: self.total(name) for name, thing in things if thing is not None}

    @property
    def arrivals(self) -> float:
        """Accepted arrivals."""
        return self.carried * MILLION / self.accepted

    @property
    def billed_requests(self) -> float:
        """Requests that API Gateway bills."""
        return self.requests * MILLION / self.accepted


def last_run(named: str | None = None) -> Path:
    """Return the evidence of the gate load; UserError when several systems have one and none is chosen, and when it is
    not as the gate left it.
    """
    files = [evidence.file_of(GATE, system.name) for system in chosen(named)]
    there = [file for file in files if file.is_file()]
    if len(there) > 1:
        raise UserError(f"several systems have a load run: choose one with --run {there[0]}")
    if there and (why := damage(GATE, there[0].parent.name)):
        raise UserError(f"the evidence of gate {GATE} is refused, {why}: run `tox -e {GATE}`")
    return (there or files)[0]


def read(path: Path) -> Counts:
    """Read a run from a gate's evidence; UserError when there is none, or it has no counts."""
    if not path.is_file():
        raise UserError(f"there is no load run in {path}: {MAKE_ONE}")
    result = evidence.read(path).load
    if result is None:
        raise UserError(f"{path} is the evidence of another gate, not of a load run: {MAKE_ONE}")
    return of_result(result)


def of_result(result: LoadResult) -> Counts:
    """Return the counts of a judged run; UserError when it accepted nothing, or has no counts (on AWS)."""
    if not result.usage:
        raise UserError(f"the run {result.scenario} on {result.target} has no counts of calls: {MAKE_ONE}")
    missing = [name for name in COUNTED if name not in result.usage]
    if missing:
        raise UserError(f"the run {result.scenario} has no counts of {missing[0]}: {MAKE_ONE}")
    costed = offered(result.system, wing(result.system).costed, "no cost to estimate")
    if not result.ledger.get(costed.counted):
        raise UserError(f"the run {result.scenario} has no accepted {costed.unit}: {MAKE_ONE}")
    answers = [(status, count) for phase in result.phases for status, count in phase.statuses.items()]
    # What starts a workflow without an API is a request to Step Functions, which bills the executions.
    has_api = wing(result.system).api_id is not None
    requests = sum(count for status, count in answers if status not in UNBILLED) if has_api else 0
    accepted, carried = result.ledger[costed.counted], result.ledger["accepted"]
    parts = costed.parts
    size = f"{result.ledger[parts] / accepted:.0f} {parts} each" if parts else ""
    counted = (accepted, requests, result.usage, carried)
    return Counts(result.system, result.stage, result.rate, *counted, costed.unit, size)
