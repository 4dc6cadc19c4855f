"""The file of a run: its terms and every exact sample, as JSON."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from hallmark.load.plan import Terms
from hallmark.project import BUILD
from infra.errors import UserError

RUNS = BUILD / "load"
NO_ANSWER = 0
# The status of what a generator did not send because the system was too late: it is not in the file.
GIVEN_UP = -1


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: the arrival's index, microseconds from its due time to its answer, the status (0: no answer), and
    the receipt of an accepted one: what its system needs of the answer, such as `receivedAt`."""

    index: int
    latency: int
    status: int
    receipt: str = ""

    def row(self) -> list[Any]:
        """Return the fields as a list, the form in which they are sent and stored."""
        return [self.index, self.latency, self.status, self.receipt]


@dataclass(frozen=True)
class RunFile:
    """A run as its generator saw it: its start (UTC), number of users and generators, and samples.

    `stack` is the id of the stage's main stack, which tells it from a later stage of the same name.
    """

    terms: Terms
    target: str
    stage: str
    started: str
    users: int
    generators: int
    samples: tuple[Sample, ...] = field(repr=False)
    stack: str = ""

    @property
    def key(self) -> str:
        """The name of the run among all runs: its scenario, its start, and a digest of its terms."""
        terms = json.dumps([self.target, self.stage, self.started, asdict(self.terms)], sort_keys=True)
        start = re.sub(r"[^0-9TZ]", "", self.started)
        return f"{self.terms.scenario}-{start}-{sha256(terms.encode()).hexdigest()[:8]}"

    def write(self, path: Path) -> None:
        """Write the run as JSON, the samples as rows."""
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [sample.row() for sample in self.samples]
        path.write_text(json.dumps({**asdict(self), "samples": rows}), encoding="utf-8")


def samples_of(rows: Iterable[Iterable[Any]]) -> tuple[Sample, ...]:
    """Return the samples of rows, in the order of the arrivals."""
    return tuple(sorted((Sample(*row) for row in rows), key=lambda sample: sample.index))


def read(path: Path) -> RunFile:
    """Read a run; UserError when the file does not hold one."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return RunFile(terms=Terms(**data.pop("terms")), samples=samples_of(data.pop("samples")), **data)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise UserError(f"{path} is not a load run of this version: make one with `hallmark load run`") from None
