"""What a comparison reads of a report.json; other keys are free."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hallmark.report.json_report import FORMAT
from hallmark.report.standing import Ground, Verdict
from infra.errors import UserError


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Found(_Part):
    """A finding of a control, or of a stock tool."""

    fingerprint: str
    resource: str
    source: str
    waived_by: str | None = None
    artifact: str = ""
    path: str = ""
    found: str = ""
    wanted: str = ""
    gate: str = ""
    tool: str = ""
    rule: str = ""
    message: str = ""


class Judged(_Part):
    """A control with its verdict."""

    id: str
    verdict: Verdict
    title: str
    severity: str
    reason: str
    proved_on: Ground | None = None
    findings: list[Found] = Field(default_factory=list)


class Gate(_Part):
    """A gate's outcome."""

    name: str
    outcome: str
    detail: str = ""

    @property
    def judged(self) -> bool:
        """Whether the gate has judged: what it did not report is then not there."""
        return self.outcome in ("passed", "failed")


class Waiver(_Part):
    """A waiver with its days."""

    rule: str
    tool: str
    scope: dict[str, Any]
    expires: str
    days_left: int
    reason: str = ""


class Fault(_Part):
    """A fault of the table, tried or not."""

    id: str
    fault: str
    outcome: str


class Second(_Part):
    """One second of arrivals: latencies in milliseconds."""

    p50: float
    p99: float


class Load(_Part):
    """A load run with its seconds."""

    scenario: str
    target: str
    stage: str
    rate: float
    machine: str
    series: list[Second] = Field(default_factory=list)
    floor: dict[str, float] = Field(default_factory=dict)


class Run(_Part):
    """Whose report it is, and of which commit."""

    system: str
    commit: str
    generated: str
    outcome: str
    problems: list[str] = Field(default_factory=list)


class Document(_Part):
    """A report.json."""

    format: str
    run: Run
    gates: list[Gate]
    controls: list[Judged]
    tool_findings: list[Found]
    faults: list[Fault]
    load: list[Load]
    waivers: list[Waiver]

    @property
    def judged(self) -> frozenset[str]:
        """The gates that have judged."""
        return frozenset(gate.name for gate in self.gates if gate.judged)


def parse(data: Any, place: str) -> Document:
    """Return the document in JSON data; UserError for what is no report, or one of another format."""
    written = data.get("format") if isinstance(data, Mapping) else None
    known = isinstance(data, Mapping) and "run" in data and "controls" in data
    if known and written != FORMAT:
        found = repr(written)[:60] if written else "an older format"
        raise UserError(f"{place} has {found}, not {FORMAT}: make the base's report with this version of Hallmark")
    try:
        return Document.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"][:4]))
        told = f"{place} is no report.json{f', at {at}' if at else ''}"
        raise UserError(f"{told}: name build/report of another run") from None
