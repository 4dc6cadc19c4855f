"""The verdict on one control, from its proofs, kind by kind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from hallmark.evidence import Kind
from hallmark.report.model import Asked, Control, ControlReport, KindState, ProofRow
from hallmark.report.model.control import findings_of
from hallmark.report.proving import proving
from hallmark.report.standing import WORST_FIRST, Ground, Verdict, is_about
from hallmark.waivers import Waiver

ABSENT = "the embedded stage does not do this"


@dataclass(frozen=True)
class Judge:
    """The judge of a system's controls; `stages` need proofs of their templates, days count from `today`."""

    system: str
    stages: Collection[str]
    today: date

    def judge(self, control: Control, proofs: Sequence[ProofRow], figures: Sequence[str] = ()) -> ControlReport:
        """Return the control's verdict: the worst of the kinds of proof that it asks for, or that failed."""
        asked = {item.kind: item for item in control.asked}
        extra = [row.kind for row in proofs if row.outcome != "passed" and row.kind not in asked]
        kinds = [*control.asked, *(Asked(kind) for kind in dict.fromkeys(extra))]
        states = tuple(self._state(control, item, [row for row in proofs if row.kind == item.kind]) for item in kinds)
        verdict: Verdict = min((state.verdict for state in states), key=WORST_FIRST.index, default="unproven")
        return ControlReport(control, verdict, states, tuple(proofs), _waivers(proofs), tuple(figures))

    def _state(self, control: Control, asked: Asked, rows: Sequence[ProofRow]) -> KindState:
        failed = [row for row in rows if row.outcome == "failed"]
        if failed:
            return _failure(asked.kind, failed)
        shown = _shown_on_a_stage(control, asked, rows)
        missing = self._missing(asked, rows, shown)
        if missing and asked.needs_aws:
            return KindState(asked.kind, "needs-aws", asked.needs_aws, proving(asked.kind, self.system, on_aws=True))
        if missing:
            commands = proving(asked.kind, self.system, on_aws=missing == ABSENT)
            return KindState(asked.kind, "unproven", f"{asked.kind}: {missing}", commands)
        waivers = _waivers(rows)
        if waivers:
            return KindState(asked.kind, "waived", self._accepted(waivers))
        return KindState(asked.kind, "proved", proved_on=_ground(asked.kind, shown))

    def _accepted(self, waivers: Sequence[Waiver]) -> str:
        """Return the reason and the remaining days; one text for all kinds of proof that a waiver covers."""
        detail = (f"{w.reason} (until {w.expires}, {(w.expires - self.today).days} days left)" for w in waivers)
        return "; ".join(dict.fromkeys(detail))

    def _missing(self, asked: Asked, rows: Sequence[ProofRow], shown: Sequence[ProofRow]) -> str:
        """Return what is missing from a kind of proof; empty when it is complete."""
        if asked.kind == "template":
            lacking = sorted(set(self.stages) - {row.stage for row in rows})
            return f"no policy has judged stage {', '.join(lacking)}" if lacking else ""
        if shown:
            return ""
        tried = not asked.needs_aws and any(row.target == "embedded" for row in rows)
        return ABSENT if tried else "no gate has proved it on a stage"


def _shown_on_a_stage(control: Control, asked: Asked, rows: Sequence[ProofRow]) -> list[ProofRow]:
    """Return the proofs that count: from AWS, and from the emulator for what it does.

    A test without a stage supports a proof, but does not show the behaviour of a deployed system. Both the evidence and
    the table of today can say that the emulator does not do it.
    """
    absent = any(one.fidelity == "absent" and is_about(one, asked.kind) for one in control.rests_on)
    counts = {"aws"} if absent or asked.needs_aws else {"aws", "embedded"}
    return [row for row in rows if row.target in counts and (row.target == "aws" or row.fidelity != "absent")]


def _ground(kind: Kind, shown: Sequence[ProofRow]) -> Ground:
    """Return what a kind of proof rests on: one proof from the emulator among those of AWS makes it the emulator's."""
    if kind == "template":
        return "template"
    return "emulator" if any(row.target == "embedded" for row in shown) else "aws"


def _failure(kind: Kind, failed: Sequence[ProofRow]) -> KindState:
    row = max(failed, key=lambda row: any(finding.found or finding.wanted for finding in row.open_findings))
    more = sum(1 for one, finding in findings_of(failed) if not one.waiver_of(finding)) - 1
    detail = _first_finding(row) or row.detail or row.artifact
    return KindState(kind, "failed", f"{kind}: {detail}{f' (and {more} more)' if more > 0 else ''}")


def _waivers(proofs: Sequence[ProofRow]) -> tuple[Waiver, ...]:
    return tuple(waiver for row in proofs for waiver in row.waivers if waiver)


def _first_finding(row: ProofRow) -> str:
    if not row.open_findings:
        return ""
    finding = row.open_findings[0]
    place = f"{finding.resource} {finding.path}".strip()
    stage = f" ({row.stage})" if row.stage else ""
    detail = f": found {finding.found}, wanted {finding.wanted}" if finding.found or finding.wanted else ""
    return f"{place}{stage}{detail}{'. ' + finding.fix if finding.fix else ''}"
