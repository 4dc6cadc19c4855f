"""A load of uploads: what is sent, what is measured of its way, and the arithmetic of the functions."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from hallmark import catalogue, clock
from hallmark.load import scenario, slo
from hallmark.load.account import Account
from hallmark.load.function_means import Means
from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import Terms, arrivals, slots
from hallmark.load.run_file import RunFile, Sample
from hallmark.load.ways import Way
from hallmark.project import ROOT
from hallmark.systems.bank_upload import reading
from hallmark.systems.bank_upload.files import MOST_BYTES, MOST_ROWS
from hallmark.systems.bank_upload.ledger import UploadLedger
from hallmark.systems.bank_upload.load import reconciliation
from hallmark.systems.bank_upload.load.mix import UploadMix, largest
from hallmark.systems.bank_upload.load.platform import NOTIFICATION, RANGE_ROWS, TRANSFORMATION, VALIDATION
from hallmark.systems.bank_upload.load.reconciliation import Kept, UploadReconciliation, answered
from hallmark.systems.bank_upload.load.upload_load import RESERVED, UploadLoad
from infra.bank_upload.definition import MOST_RANGES
from infra.bank_upload.functions import SECONDS
from infra.bank_upload.parameters import MOST_ROWS as DECLARED_ROWS
from infra.errors import UserError

SYSTEM = "bank_upload"
SETTINGS = json.loads((ROOT / "cdk.json").read_text())["context"][SYSTEM]
BANKS = tuple(SETTINGS["banks"])
BEGIN = "2026-10-01T00:00:00.000Z"
TERMS = Terms(SYSTEM, "smoke", "embedded", BEGIN)
MIX, MEASURES = UploadMix(BANKS), UploadLoad.measures
MEANS = {name: Means(name, 512, 1, 60) for name in (VALIDATION, TRANSFORMATION, NOTIFICATION)}
LEDGER = UploadLedger(
    **{"sent": 7, "accepted": 7, "duplicates": 0, "refused": 0, "failed": 0, "seconds": 4.0, "reasons": {}},
    **{"mismatches": (), "lost": (), "places": (), "answers": (), "rejections": ()},
    **{"counts": {"rows expected": 0}, "seconds_per_file": (), "rows_per_second": 0.0},
)


def sample(arrival, status=202, upload=None):
    said = {"uploadId": upload or f"up-{arrival.index}", "rows": 10, "receivedAt": BEGIN, "contentHash": "0"}
    return Sample(arrival.index, 20_000, status, json.dumps(said) if status == 202 else "")


@pytest.fixture(scope="module")
def planned():
    return arrivals(TERMS, UploadLoad.kinds, MIX)


@pytest.fixture(scope="module")
def run(planned):
    return RunFile(TERMS, "embedded", "dev", BEGIN, 5, 1, tuple(map(sample, planned)))


@pytest.fixture
def outcome(planned, run):
    """A run whose uploads took one second, two, and so on; each has 10 rows, of which 8 are stored."""
    begin = clock.from_text(BEGIN).timestamp()
    ways = {
        arrival.item.id: Way(begin + number, begin + 2 * number + 1, 10, 8) for number, arrival in enumerate(planned)
    }
    found = UploadReconciliation(LEDGER, ways, frozenset(), MEANS, posted=70, heard=True)
    usage = {}
    for name, calls, processor in ((VALIDATION, 14, 0.14), (TRANSFORMATION, 7, 0.07), (NOTIFICATION, 7, 0.35)):
        usage |= {f"invocations:{name}": calls, f"processor:{name}": processor, f"seconds:{name}": 2 * processor}
    return RunOutcome(run, planned, UploadLoad.kinds, found, None, usage)


def measured(outcome, name, phase="smoke"):
    return MEASURES[name][0](outcome, phase)


def test_no_two_runs_share_a_row_and_each_bank_sends():
    begin = MIX.begin(40)
    assert clock.now() - begin > timedelta(hours=23), "rows of the future would be refused"
    runs = [list(MIX.items(40, begin + timedelta(milliseconds=ms), "small")) for ms in (0, 1)]
    assert not {file.content for file in runs[0]} & {file.content for file in runs[1]}
    assert [file.content for file in MIX.items(40, begin, "small")] == [file.content for file in runs[0]]
    assert len({file.id for file in runs[0]}) == len(runs[0]) == 40
    assert set(Counter(file.bank for file in runs[0])) == set(BANKS)


def test_every_file_is_valid_some_come_again_and_some_rows_conflict():
    begin = MIX.begin(200)
    files = list(MIX.items(200, begin, "small"))
    found = [reading.read(one.content, one.bank, one.report_date, clock.now()) for one in files]
    assert all(isinstance(rows, dict) for rows in found)
    assert 180 < len({file.content for file in files}) < 200
    ids = Counter(
        (file.bank, row.transaction_id, row.sha256)
        for file, rows in {file.content: (file, rows) for file, rows in zip(files, found, strict=True)}.values()
        for row in rows.values()
    )
    names = Counter((bank, transaction) for bank, transaction, _ in ids)
    assert max(ids.values()) > 1, "a row comes in another file again"
    assert max(names.values()) > 1, "a row conflicts with an earlier one"


def test_one_file_has_the_most_rows_and_nearly_the_most_bytes():
    file = largest(BANKS[0], MIX.begin(1))
    assert 4_400_000 <= len(file.content) <= MOST_BYTES
    assert file.content.count(b"\r\n") == MOST_ROWS + 1 == DECLARED_ROWS + 1
    head = b"\r\n".join(file.content.split(b"\r\n")[:201])
    assert len(reading.read(head, file.bank, file.report_date, clock.now())) == 200


def test_the_largest_file_is_in_the_main_phase():
    terms = Terms(SYSTEM, "steady", "embedded", BEGIN, seconds=30)
    planned = arrivals(terms, UploadLoad.kinds, MIX)
    assert [one.phase for one in planned if len(one.item.content) > MOST_BYTES / 2] == ["steady"]


def test_an_unknown_mix_is_one_line():
    with pytest.raises(UserError, match="there is no mix 'none' of files: use peak or small or largest"):
        list(MIX.items(1, clock.from_text(BEGIN), "none"))


def test_a_file_is_posted_as_a_form_with_its_date(planned):
    file, load = planned[0].item, UploadLoad()
    headers = load.headers(file)
    assert headers["content-type"].startswith("multipart/form-data; boundary=")
    assert headers["X-Report-Date"] == file.report_date
    assert file.content in MIX.body(file, "regular")
    assert load.receipt(b'{"uploadId": "up-1"}') == '{"uploadId": "up-1"}'


def test_only_what_was_accepted_is_looked_for_and_an_upload_counts_once(planned, run):
    samples = [sample(planned[0], 429), sample(planned[1], 503), *map(sample, planned[2:-2])]
    samples.append(sample(planned[-2], upload=f"up-{planned[2].index}"))
    sent, answers = answered(replace(run, samples=tuple(samples)), planned)
    assert [one.reason for one in sent.outcomes if not one.carried] == ["429", "503", "not sent"]
    assert [one.status for one in sent.outcomes][-2] == "duplicate"
    assert set(answers) == {one.item.id for one in sent.carried}


def test_an_uploads_seconds_are_from_its_receipt_to_its_end(outcome):
    # The warm-up's file took one second; it does not count.
    assert (measured(outcome, "upload p50"), measured(outcome, "upload max")) == (4, 7)
    assert measured(outcome, "upload p99") is None, "six files have no hundredth"
    assert measured(outcome, "rows a second") == 60 / 12
    assert outcome.reconciliation.figures == {"rows": 70, "stored": 56, "rows judged": 140}


def test_an_upload_that_has_not_ended_fails_what_is_measured_of_uploads(outcome, planned):
    found = outcome.reconciliation
    last = planned[-1].item.id
    ways = {name: way for name, way in found.ways.items() if name != last}
    stuck = replace(outcome, reconciliation=replace(found, ways=ways, unfinished=frozenset({last})))
    names = ("upload p50", "upload max", "rows a second", "capacity of validation", "executions of validation")
    assert [measured(stuck, name) for name in names] == [None] * 5


def test_the_arithmetic_is_told(outcome):
    given = 512 / 1769
    assert measured(outcome, "capacity of validation") == pytest.approx(40 / given)
    assert measured(outcome, "capacity of transformation") == pytest.approx(4 / given)
    # Two calls of 10 ms for each upload, two uploads a second.
    assert measured(outcome, "executions of validation") == pytest.approx(0.04 / given)
    told = UploadLoad.arithmetic
    assert told["capacity of transformation"](outcome) == (
        "1 ms a row, from 0.1 s for 70 rows of this run, x 4000 rows / (1 x 0.29 of a processor at 512 MB)"
    )
    assert told["executions of notification"](outcome) == (
        "2 uploads/s x 1 calls x 0.05 s of a processor / 0.29; with 20 reserved a call may last 10 s, here it "
        "lasted 0.1 s"
    )
    bare = replace(outcome, usage={})
    assert measured(bare, "executions of validation") is None
    assert told["executions of validation"](bare) == told["capacity of validation"](bare) == ""


def _reconciled(monkeypatch, run, planned, account, heard):
    seen = []

    def ledger(stage, sent, answers, heard, progress):
        seen.append(heard.hear() if heard else None)
        return LEDGER

    monkeypatch.setattr(reconciliation, "reconcile_files", ledger)
    monkeypatch.setattr(reconciliation, "means_of", lambda stage: MEANS)
    monkeypatch.setattr(reconciliation, "StatusTable", lambda stage: SimpleNamespace(uploads=lambda ids: {}))
    found = reconciliation.reconcile(object(), run, planned, heard, account, lambda _: None)
    return found, seen[0]


def test_what_the_topic_said_is_kept_for_judging_again(monkeypatch, run, planned, tmp_path):
    said = {"up-0": [({"uploadId": "up-0", "status": "done"}, {"status": "done"})]}
    _, first = _reconciled(monkeypatch, run, planned, Account(run, tmp_path), Kept(said["up-0"]))
    again, second = _reconciled(monkeypatch, run, planned, Account(run, tmp_path), None)
    assert first == said
    assert {upload: [tuple(one) for one in messages] for upload, messages in second.items()} == said
    assert again.heard


def test_a_run_that_nobody_listened_to_says_so(monkeypatch, run, planned, tmp_path):
    found, heard = _reconciled(monkeypatch, run, planned, Account(run, tmp_path), None)
    assert heard is None
    assert found.notes == (reconciliation.NOT_HEARD,)
    assert found.unfinished == {arrival.item.id for arrival in planned}


@pytest.mark.parametrize("stage", ["embedded", "dev", "prod"])
@pytest.mark.parametrize("name", scenario.names(SYSTEM))
def test_every_scenario_has_objectives_for_losses_and_seconds(name, stage):
    rows = slo.load(SYSTEM, name, stage, MEASURES)
    assert {row.control for row in rows} <= {control.id for control in catalogue.load(SYSTEM).controls}
    assert {"upload max", "error rate", "requests", "lost", "ledger differences"} <= {row.measure for row in rows}


def test_the_objectives_are_what_is_declared():
    controls = {control.id: control.parameters for control in catalogue.load(SYSTEM).controls}
    rows = {row.measure: slo.at(row.at_most, "embedded") for row in slo.load(SYSTEM, "steady", "embedded", MEASURES)}
    assert rows["p99"] == controls["BU_LATENCY"]["milliseconds"]
    assert rows["upload max"] == controls["BU_SFN_STUCK"]["seconds"]
    # Half of the time-outs, half of the reserved executions.
    assert rows["capacity of validation"] == SECONDS[VALIDATION] / 2
    assert rows["capacity of transformation"] == SECONDS[TRANSFORMATION] / 2
    assert rows["executions of transformation"] == RESERVED / 2 == SETTINGS["reservedConcurrency"] / 2
    assert RANGE_ROWS * MOST_RANGES == MOST_ROWS


def test_the_hour_is_the_peak_within_the_quota_of_the_keys():
    hour, steady = (scenario.load(SYSTEM, name) for name in ("hour", "steady"))
    assert round(hour.main.seconds * hour.main.rate_at("dev")) == 10_000
    assert steady.main.rate_at("dev") >= 10_000 / 3_600
    least = 30 * steady.main.rate_at("dev")
    assert least >= 100, "a p99 needs a hundred requests, in 30 s too"
    whole = -(-len(slots(hour, "dev", UploadLoad.kinds)) // len(BANKS))
    assert whole < SETTINGS["quotaPerDay"]
