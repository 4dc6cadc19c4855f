"""The verdict of one control: what its proofs say, kind by kind."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from hallmark.evidence import Finding, Kind
from hallmark.report.commands import PROVING, PROVING_ON_AWS
from hallmark.report.model import WORST_FIRST, Asked, Control, ControlReport, KindState, ProofRow, Verdict
from hallmark.waivers import Waiver

ABSENT = "the embedded stage does not do this"


@dataclass(frozen=True)
class Judge:
    """Judges controls; `stages` are those whose templates must be proved, `waiver_of` finds a finding's waiver."""

    stages: Collection[str]
    waiver_of: Callable[[ProofRow, Finding], Waiver | None]

    def judge(self, control: Control, proofs: Sequence[ProofRow]) -> ControlReport:
        """Return the control's verdict: the worst of the kinds of proof that it asks for, or that failed."""
        asked = {item.kind: item for item in control.asked}
        extra = [row.kind for row in proofs if row.outcome == "failed" and row.kind not in asked]
        kinds = [*control.asked, *(Asked(kind) for kind in dict.fromkeys(extra))]
        states = tuple(self._state(item, [row for row in proofs if row.kind == item.kind]) for item in kinds)
        verdict: Verdict = min((state.verdict for state in states), key=WORST_FIRST.index, default="unproven")
        return ControlReport(control, verdict, states, tuple(proofs), self._used(proofs))

    def _state(self, asked: Asked, rows: Sequence[ProofRow]) -> KindState:
        failed = [row for row in rows if row.outcome == "failed"]
        if failed:
            return self._failure(asked.kind, failed)
        missing = self._missing(asked, rows)
        if not missing:
            return KindState(asked.kind, "proved")
        if asked.needs_aws:
            return KindState(asked.kind, "needs-aws", asked.needs_aws, PROVING_ON_AWS[asked.kind])
        commands = PROVING_ON_AWS if missing == ABSENT else PROVING
        return KindState(asked.kind, "unproven", f"{asked.kind}: {missing}", commands[asked.kind])

    def _failure(self, kind: Kind, failed: Sequence[ProofRow]) -> KindState:
        if all(row.findings and all(self.waiver_of(row, f) for f in row.findings) for row in failed):
            return KindState(kind, "waived", f"{kind}: every finding is waived")
        row = max(failed, key=lambda row: any(finding.found or finding.wanted for finding in row.findings))
        more = len({(f.resource, f.path) for f in row.findings}) - 1
        told = _first_finding(row) or row.detail or row.artifact
        return KindState(kind, "failed", f"{kind}: {told}{f' (and {more} more)' if more > 0 else ''}")

    def _missing(self, asked: Asked, rows: Sequence[ProofRow]) -> str:
        """Return what lacks to a proof of that kind; nothing when it is whole."""
        if asked.kind == "template":
            lacking = sorted(set(self.stages) - {row.stage for row in rows})
            return f"no policy has judged stage {', '.join(lacking)}" if lacking else ""
        # A test without a stage adds to a proof; it is none of what a deployed system does.
        embedded = [row for row in rows if row.target == "embedded" and not asked.needs_aws]
        if any(row.target == "aws" for row in rows) or any(row.fidelity != "absent" for row in embedded):
            return ""
        return ABSENT if embedded else "no gate has proved it on a stage"

    def _used(self, proofs: Sequence[ProofRow]) -> tuple[Waiver, ...]:
        failed = [(row, finding) for row in proofs if row.outcome == "failed" for finding in row.findings]
        return tuple(waiver for row, finding in failed if (waiver := self.waiver_of(row, finding)))


def _first_finding(row: ProofRow) -> str:
    if not row.findings:
        return ""
    finding = row.findings[0]
    place = f"{finding.resource} {finding.path}".strip()
    stage = f" ({row.stage})" if row.stage else ""
    told = f": found {finding.found}, wanted {finding.wanted}" if finding.found or finding.wanted else ""
    return f"{place}{stage}{told}{'. ' + finding.fix if finding.fix else ''}"
