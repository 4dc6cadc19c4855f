"""The lines of a run's ledger: each place with what it must have and has, each rule with its rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hallmark.csv_files.problems import Problem
from hallmark.ledger.ledger import Line, compare
from hallmark.systems.merchant_upload import comparison
from hallmark.systems.merchant_upload.expectation import Expected, Sent
from hallmark.systems.merchant_upload.following import rules_of
from hallmark.systems.merchant_upload.observation import Observed
from hallmark.systems.merchant_upload.verdicts import RULES


@dataclass(frozen=True)
class Findings:
    """A run's files, what is expected of them, the rules that each id must break, and what the stage has."""

    sent: Sequence[Sent]
    expected: Expected
    verdicts: Mapping[str, frozenset[str]]
    observed: Observed
    asked: Mapping[str, bool] = field(default_factory=dict)

    @property
    def flagged(self) -> set[str]:
        """The ids that must have an alert."""
        return {name for name, rules in self.verdicts.items() if rules}


def places(found: Findings) -> tuple[Line, ...]:
    """Return the lines of the places."""
    seen, expected = found.observed, found.expected
    status = {one.file.id: str(seen.uploads.get(one.upload_key, {}).get("status")) for one in found.sent}
    refused = {name for name, one in expected.files.items() if one.refusal}
    rows = set(expected.winners) | expected.unclaimed
    judged = {name for name, row in seen.rows.items() if "judgedAt" in row}
    published = {name for name, alert in seen.alerts.items() if "publishedAt" in alert}
    alert_ids = {str(alert.get("alertId")) for alert in seen.alerts.values()}
    marked = {name for name, row in seen.rows.items() if rules_of(row)}
    return (
        compare("uploads' records", "", set(status), {name for name, one in status.items() if one != "None"}, None),
        compare("files bucket", "", _kept(found), set(seen.objects), None),
        compare("files done", "", set(status) - refused, _having(status, "done"), None),
        compare("files refused", "", refused, _having(status, "refused"), None),
        compare("claims of ids", "", rows, set(seen.claims), None),
        compare("rows", "", rows, set(seen.rows), None),
        compare("rows judged", "", rows, judged, None),
        compare("rows flagged", "", found.flagged, marked, None),
        compare("alerts", "", found.flagged, set(seen.alerts), len(alert_ids)),
        compare("alerts published", "", found.flagged, published, None),
        compare("statuses", "", set(found.asked), {name for name, is_right in found.asked.items() if is_right}, None),
    )


def _having(status: Mapping[str, str], wanted: str) -> set[str]:
    return {name for name, one in status.items() if one == wanted}


def _kept(found: Findings) -> set[str]:
    """Return the files whose objects must be there: all but those with card numbers."""
    uploads, files = found.observed.uploads, found.expected.files
    return {
        one.file.id
        for one in found.sent
        if not files[one.file.id].holds_card_number and not uploads.get(one.upload_key, {}).get("holdsCardNumber")
    }


def anomalies(found: Findings) -> tuple[Line, ...]:
    """Return a line for each rule of verdicts."""
    observed = {name: rules_of(row) for name, row in found.observed.rows.items()}
    every = (*RULES, *sorted(frozenset().union(*observed.values()) - set(RULES)))
    return tuple(compare(rule, "", _by(found.verdicts, rule), _by(observed, rule), None) for rule in every)


def _by(verdicts: Mapping[str, frozenset[str]], rule: str) -> set[str]:
    return {name for name, rules in verdicts.items() if rule in rules}


def rejections(found: Findings) -> tuple[Line, ...]:
    """Return a line for each rule that refuses a file or rejects a row, by what the stage keeps of its problems."""
    wanted = {name: [one.refusal] if one.refusal else one.problems for name, one in found.expected.files.items()}
    expected, observed = list(_named(wanted)), list(_named(found.observed.problems))
    rules = sorted({rule for rule, _ in (*expected, *observed)})
    return tuple(compare(rule, "", _of(expected, rule), _of(observed, rule), None) for rule in rules)


def _of(named: Sequence[tuple[str, str]], rule: str) -> set[str]:
    return {one for its_rule, one in named if its_rule == rule}


def _named(problems: Mapping[str, Sequence[Problem]]) -> Iterator[tuple[str, str]]:
    for name, every in problems.items():
        yield from ((one.rule, f"{name} line {one.line} {one.column or ''}".rstrip()) for one in every)


def mismatches(found: Findings) -> Iterator[str]:
    """Yield whatever is stored otherwise than expected."""
    seen = found.observed
    yield from found.expected.mismatches
    for one in found.sent:
        item = seen.uploads.get(one.upload_key)
        if item is not None and item.get("finishedAt"):
            yield from comparison.upload(one, found.expected.files[one.file.id], item)
        if seen.objects.get(one.file.id, one.file.content) != one.file.content:
            yield f"{one.file.id}: other bytes"
    for name, winner in found.expected.winners.items():
        yield from comparison.row(name, winner, seen.claims[name], seen.rows.get(name))
    for name, alert in seen.alerts.items():
        yield from comparison.alert(name, alert, seen.rows.get(name))
    if len({str(alert.get("alertId")) for alert in seen.alerts.values()}) < len(seen.alerts):
        yield "two alerts with one id"


def lost(found: Findings, covered: set[str], waiting_files: set[str]) -> set[str]:
    """Return the files and the rows that are somewhere on their way, without anything that knows of it."""
    seen = found.observed
    unjudged = {name for name in found.expected.winners if "judgedAt" not in seen.rows.get(name, {})}
    rows = found.expected.unclaimed | unjudged
    unpublished = {name for name in found.flagged if "publishedAt" not in seen.alerts.get(name, {})}
    files = {one.file.id for one in found.sent if one.upload_key not in seen.uploads}
    return (rows | unpublished) - covered | files - waiting_files
