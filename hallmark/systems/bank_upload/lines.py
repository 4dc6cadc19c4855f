"""The lines of a run's ledger: each place with what it must have and has, each answer, each rule with its problems."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hallmark.csv_files.problems import Problem, problems
from hallmark.ledger.ledger import Line, compare
from hallmark.systems.bank_upload import comparison
from hallmark.systems.bank_upload.expectation import (
    BAD_STATUS,
    SHOWN_PROBLEMS,
    TOO_LARGE_STATUS,
    TYPE_STATUS,
    WRONG_STATUS,
    Expected,
    Sent,
)
from hallmark.systems.bank_upload.files import PLAIN
from hallmark.systems.bank_upload.following import DONE, FAILED, REFUSED, is_finished
from hallmark.systems.bank_upload.observation import Observed


@dataclass(frozen=True)
class Findings:
    """A run's answered files, what is expected of them, and what the stage has; `stage` is its name.

    `heard` says whether somebody listened to the topic while the run was sent.
    """

    sent: Sequence[Sent]
    expected: Expected
    observed: Observed
    stage: str
    heard: bool = True

    @property
    def taken(self) -> dict[str, Sent]:
        """The valid files that were taken, by upload."""
        return {one.upload_id: one for one in self.sent if one.is_taken}

    @property
    def refused(self) -> dict[str, Sent]:
        """The files that were refused for their content, by upload."""
        return {one.upload_id: one for one in self.sent if one.is_refused}

    @property
    def new(self) -> set[str]:
        """The uploads that the run was the first to send."""
        return {one.upload_id for one in self.sent if one.is_taken and one.is_new}

    @property
    def to_hear(self) -> set[str]:
        """The uploads that are announced to the run."""
        return self.new if self.heard else set()

    def having(self, *statuses: str) -> set[str]:
        """Return the uploads whose item has one of the statuses."""
        return {upload for upload, item in self.observed.uploads.items() if item.get("status") in statuses}


# Why a file is refused that is posted as it should be.
_REFUSED = {
    BAD_STATUS: "a day that no report may be of",
    TOO_LARGE_STATUS: "too many bytes",
    TYPE_STATUS: "a name without .csv",
    WRONG_STATUS: "wrong content",
}


def places(found: Findings) -> tuple[Line, ...]:
    """Return the lines of the places."""
    seen, taken, refused = found.observed, set(found.taken), set(found.refused)
    rows = set(found.expected.winners) | found.expected.missing
    conflicts = {(upload, one) for upload, one_of in found.expected.uploads.items() for one in one_of.conflicts}
    named = {
        (upload, one)
        for upload in found.expected.uploads
        for one in problems(seen.uploads.get(upload, {}).get("problems", ()))
    }
    # Of each upload only the first conflicts are named.
    shown = {one for upload in found.expected.uploads for one in _first(conflicts, upload)}
    announced = {
        upload for upload in seen.messages if any(message["status"] == DONE for message, _ in seen.messages[upload])
    }
    deliveries = sum(len(seen.messages[upload]) for upload in announced)
    return (
        compare("uploads' records", "", taken | refused, set(seen.uploads), None),
        compare("files bucket", "", taken, set(seen.objects), None),
        compare("files done", "", taken, found.having(DONE), None),
        compare("files refused", "", refused, found.having(REFUSED), None),
        compare("rows", "", rows, set(seen.rows), None),
        compare("conflicts named", "", set(map(_named, shown)), set(map(_named, named)), None),
        replace(compare("announcements", "", found.to_hear, announced, deliveries), judged=found.heard),
    )


def _first(conflicts: set[tuple[str, Problem]], upload: str) -> list[tuple[str, Problem]]:
    own = sorted((one for one in conflicts if one[0] == upload), key=lambda one: one[1].line)
    return own[:SHOWN_PROBLEMS]


def _named(one: tuple[str, Problem]) -> str:
    return f"{one[0]} {one[1]}"


def answers(found: Findings) -> tuple[Line, ...]:
    """Return a line for each way of posting and the status that it must get: those that got it beside all."""
    groups: dict[str, list[Sent]] = {}
    for one in found.sent:
        groups.setdefault(f"{one.status} {_posted(one)}", []).append(one)
    lines = []
    for name, group in sorted(groups.items()):
        right = {one.file.id for one in group if one.answer.status == one.status}
        lines.append(compare(name, "", {one.file.id for one in group}, right, None))
    return tuple(lines)


def _posted(one: Sent) -> str:
    if one.file.form == PLAIN or one.status == WRONG_STATUS:
        return _REFUSED.get(one.status, one.file.form)
    return one.file.form


def rejections(found: Findings) -> tuple[Line, ...]:
    """Return a line for each rule that refuses a file, by what the answers show of its problems."""
    refused = [one for one in found.sent if one.status == WRONG_STATUS]
    expected = list(_by_rule(refused, {one.file.id: _shown(one) for one in refused}))
    observed = list(_by_rule(refused, {one.file.id: one.answer.problems for one in refused}))
    rules = sorted({rule for rule, _ in (*expected, *observed)})
    return tuple(compare(rule, "", _of(expected, rule), _of(observed, rule), None) for rule in rules)


def _shown(one: Sent) -> Sequence[Problem]:
    """Return the problems that must be shown; of a line that is shown in part any may be."""
    return one.answer.problems if comparison.shows(one.problems, one.answer.problems) else one.problems


def _by_rule(sent: Sequence[Sent], by_file: Mapping[str, Sequence[Problem]]) -> Iterator[tuple[str, str]]:
    for one in sent:
        for problem in by_file[one.file.id]:
            yield problem.rule, f"{one.file.id} line {problem.line} {problem.column or ''}".rstrip()


def _of(named: Sequence[tuple[str, str]], rule: str) -> set[str]:
    return {one for its_rule, one in named if its_rule == rule}


def mismatches(found: Findings) -> Iterator[str]:
    """Yield whatever is answered, stored or announced otherwise than expected."""
    seen = found.observed
    yield from found.expected.mismatches
    for one in found.sent:
        yield from comparison.answer(one)
    for upload, one in found.refused.items():
        if upload in seen.uploads:
            yield from comparison.refused(one, seen.uploads[upload])
    for upload, one in found.taken.items():
        item = seen.uploads.get(upload)
        if is_finished(item):
            yield from comparison.upload(one, found.expected.uploads[upload], item or {})
        if seen.objects.get(upload, one.file.content) != one.file.content:
            yield f"{one.file.id}: other bytes"
    for name, winner in found.expected.winners.items():
        yield from comparison.row(name, winner, seen.rows[name])
    for upload, said in seen.messages.items():
        for message, attributes in said:
            # A failed attempt of the workflow is told, too; what became of the upload is compared above.
            if message.get("status") != FAILED:
                yield from comparison.announcement(seen.uploads[upload], found.stage, message, attributes)


def lost(found: Findings, covered: set[str]) -> set[str]:
    """Return the files and rows that are somewhere on their way, without a letter that stands for them."""
    seen = found.observed
    waiting = {
        one.name_of(content)
        for upload, one in found.taken.items()
        if upload in covered
        for content in one.rows.values()
    }
    announced = set(seen.messages)
    files = {
        one.file.id
        for upload, one in found.taken.items()
        if upload not in covered
        and (
            seen.uploads.get(upload, {}).get("status") != DONE
            or upload not in seen.objects
            or (upload in found.to_hear and upload not in announced)
        )
    }
    return files | (found.expected.missing - waiting)
