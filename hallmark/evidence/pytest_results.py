"""The results of a gate's tests, as pytest reported them: build/test-results/[<system>/]<gate>.jsonl, a test a line.

The evidence is made of them; the report reads both.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hallmark.evidence.record import Fault, Kind, PytestCounts
from infra.errors import UserError

if TYPE_CHECKING:  # environments with one tool have no pytest
    import pytest


@dataclass(frozen=True)
class Result:
    """A test by its id: it passed, failed, was skipped or expected to fail; what it proves, and the fault it tried."""

    test: str
    outcome: str
    controls: tuple[str, ...] = ()
    fault: Fault | None = None


@dataclass
class Outcomes:
    """The outcome of each test by its id, from the reports of its phases, and the ids of those that were left out."""

    by_test: dict[str, str] = field(default_factory=dict)
    deselected: list[str] = field(default_factory=list)

    def add(self, report: "pytest.TestReport") -> None:
        """Add a phase: a failure in any of them is the test's."""
        if report.failed:
            self.by_test[report.nodeid] = "failed"
        elif hasattr(report, "wasxfail"):
            self.by_test.setdefault(report.nodeid, "expected to fail")
        elif report.skipped:
            self.by_test.setdefault(report.nodeid, "skipped")
        elif report.when == "call":
            self.by_test.setdefault(report.nodeid, "passed")

    def deselect(self, tests: Iterable[str]) -> None:
        """Add tests that were collected and not run."""
        self.deselected += tests

    def of(self, outcome: str) -> list[str]:
        """Return the tests with an outcome."""
        return [test for test, found in self.by_test.items() if found == outcome]

    @property
    def idle(self) -> list[str]:
        """The tests that neither passed nor failed."""
        return [test for test, outcome in self.by_test.items() if outcome not in ("passed", "failed")]


def kind_of(file: str) -> Kind:
    """Return the kind of proof that the tests of a file give, by its path in the checkout."""
    return "template" if file.startswith("tests/unit/infra/") else "behaviour"


def count(results: Sequence[Result], deselected: int) -> PytestCounts:
    """Return how many tests ended how."""
    counts = Counter(result.outcome for result in results)
    return PytestCounts(counts["passed"], counts["failed"], counts["skipped"], counts["expected to fail"], deselected)


def file_of(gate: str, system: str | None, evidence: Path) -> Path:
    """Return the file of a gate's results, beside the folder of the evidence."""
    folder = evidence.parent / "test-results"
    return (folder / system if system else folder) / f"{gate}.jsonl"


def write(results: Iterable[Result], gate: str, system: str | None, evidence: Path) -> Path:
    """Write the results of a gate and return their file."""
    path = file_of(gate, system, evidence)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(asdict(result))}\n" for result in results), encoding="utf-8")
    return path


def read(path: Path) -> list[Result]:
    """Return the results in a file; UserError for another format."""
    try:
        return [_result(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError, TypeError, KeyError):
        raise UserError(f"{path} does not hold the results of tests") from None


def _result(item: dict[str, Any]) -> Result:
    fault = item.pop("fault")
    return Result(controls=tuple(item.pop("controls")), fault=Fault(**fault) if fault else None, **item)
