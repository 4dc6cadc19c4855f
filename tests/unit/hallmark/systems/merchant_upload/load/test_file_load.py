"""A load of files: what is sent, what is measured of its way, and the arithmetic of the largest file."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from hallmark import catalogue, clock
from hallmark.load import scenario, slo
from hallmark.load.function_means import Means
from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import Terms, arrivals
from hallmark.load.run_file import RunFile, Sample
from hallmark.load.ways import Way, WayReconciliation
from hallmark.systems.merchant_upload.ledger import FileLedger
from hallmark.systems.merchant_upload.load.file_load import FileLoad
from hallmark.systems.merchant_upload.load.mix import MIXES, FileMix
from hallmark.systems.merchant_upload.load.platform import ANOMALY_DETECTION, VALIDATION
from hallmark.systems.merchant_upload.load.reconciliation import carried
from hallmark.systems.merchant_upload.uploader import Uploaded
from infra.errors import UserError

SYSTEM, MERCHANTS = "merchant_upload", ("corner-shop", "garden-market")
BEGIN = "2026-10-01T00:00:00.000Z"
TERMS = Terms(SYSTEM, "smoke", "embedded", BEGIN)
MIX, MEASURES = FileMix(MERCHANTS), FileLoad.measures
MEANS = {
    VALIDATION: Means("validating", 512, 1, 60),
    ANOMALY_DETECTION: Means("judging", 512, 8, 70),
}
LEDGER = FileLedger(
    **{"sent": 7, "accepted": 7, "duplicates": 0, "refused": 0, "failed": 0, "seconds": 4.0, "reasons": {}},
    **{"mismatches": (), "lost": (), "places": (), "verdicts": (), "rejections": ()},
    **{"counts": {"valid rows": 0}, "seconds_per_file": (), "rows_per_second": 0.0},
)


def sample(arrival, status=201):
    receipt = json.dumps([f"up_{arrival.index}", f"uploads/{arrival.index}.csv"]) if status == 201 else ""
    return Sample(arrival.index, 20_000, status, receipt)


@pytest.fixture(scope="module")
def planned():
    return arrivals(TERMS, FileLoad.kinds, MIX)


@pytest.fixture(scope="module")
def run(planned):
    samples = tuple(sample(arrival) for arrival in planned)
    return RunFile(TERMS, "embedded", "dev", BEGIN, 5, 1, samples)


@pytest.fixture
def outcome(planned, run):
    """A run whose files took one second, two, and so on; each has 10 rows, of which 8 are stored."""
    begin = clock.from_text(BEGIN).timestamp()
    ways = {
        arrival.item.id: Way(begin + number, begin + 2 * number + 1, 10, 8) for number, arrival in enumerate(planned)
    }
    found = WayReconciliation(LEDGER, ways, frozenset(), MEANS)
    usage = {"processor:validating": 0.07, "processor:judging": 0.28}
    return RunOutcome(run, planned, FileLoad.kinds, found, None, usage)


def measured(outcome, name, phase="smoke"):
    return MEASURES[name][0](outcome, phase)


def test_no_two_runs_share_a_row_and_each_merchant_sends():
    begin = MIX.begin(10)
    assert clock.now() - begin > timedelta(days=28), "rows of the future would be rejected"
    runs = [list(MIX.items(10, begin + timedelta(milliseconds=ms), None)) for ms in (0, 1)]
    assert not {file.content for file in runs[0]} & {file.content for file in runs[1]} - {b"", b"\r\n\r\n\r\n"}
    assert [file.content for file in MIX.items(10, begin, None)] == [file.content for file in runs[0]]
    assert len({file.id for file in runs[0]}) == len(runs[0]) == 10
    assert set(Counter(file.merchant for file in runs[0])) == set(MERCHANTS)


def test_a_few_files_have_most_of_the_rows():
    sizes = sorted(file.content.count(b"\n") for file in MIX.items(40, clock.from_text(BEGIN), None))
    assert sizes[-1] > MIXES["files"].large > 10 * sizes[20]


def test_an_unknown_mix_is_one_line():
    with pytest.raises(UserError, match="there is no mix 'none' of files: use files or small or largest"):
        list(MIX.items(1, clock.from_text(BEGIN), "none"))


def test_a_file_is_posted_with_the_form_that_was_answered(planned):
    file = planned[0].item
    form = {"uploadId": "up_1", "key": "uploads/a.csv", "url": "http://s3/bucket", "fields": {"policy": "signed"}}
    answer, load = json.dumps(form).encode(), FileLoad()
    second = load.following(file, answer)
    assert (second.url, second.content_type.partition(";")[0]) == ("http://s3/bucket", "multipart/form-data")
    assert second.body.index(b'name="policy"') < second.body.index(b'name="file"') < second.body.index(file.content)
    assert json.loads(load.receipt(answer)) == ["up_1", "uploads/a.csv"]
    assert json.loads(MIX.body(file, "regular"))["size"] == len(file.content)


def test_only_what_was_accepted_is_looked_for(planned, run):
    statuses = {0: 429, 1: 500}
    samples = tuple(sample(arrival, statuses.get(arrival.index, 201)) for arrival in planned[:-1])
    sent, uploaded = carried(replace(run, samples=samples), planned)
    assert [one.reason for one in sent.outcomes if not one.carried] == ["429", "500", "not sent"]
    assert list(uploaded) == [one.item.id for one in sent.carried]
    assert uploaded[planned[2].item.id] == Uploaded("up_2", "uploads/2.csv")


def test_a_files_seconds_are_from_its_creation_to_its_last_verdict(outcome):
    # The warm-up's file took one second; it does not count.
    assert (measured(outcome, "file p50"), measured(outcome, "file max")) == (4, 7)
    assert measured(outcome, "file p99") is None, "six files have no hundredth"
    assert measured(outcome, "rows a second") == 60 / 12
    assert (measured(outcome, "memory of validation"), outcome.reconciliation.figures["stored"]) == (60, 56)


def test_a_file_that_is_not_finished_fails_what_is_measured_of_files(outcome, planned):
    found = outcome.reconciliation
    last = planned[-1].item.id
    ways = {name: way for name, way in found.ways.items() if name != last}
    stuck = replace(outcome, reconciliation=replace(found, ways=ways, unfinished=frozenset({last})))
    names = ("file p50", "file max", "rows a second", "capacity of validation")
    assert [measured(stuck, name) for name in names] == [None] * 4


def test_the_largest_files_seconds_are_those_of_its_rows_over_what_the_platform_gives(outcome):
    # A millisecond a row; 5 ms a stored row, eight at once.
    given = 512 / 1769
    assert measured(outcome, "capacity of validation") == pytest.approx(50 / given)
    assert measured(outcome, "capacity of anomaly_detection") == pytest.approx(250 / given / 8)
    rows = [row for row in slo.load(SYSTEM, "largest", "embedded", MEASURES) if "capacity" in row.measure]
    whole = [replace_phase(row) for row in rows]
    told = [judged.told for judged in slo.judge(outcome, whole, MEASURES, FileLoad.arithmetic)]
    assert told == [
        "172.8 s, wanted at most 200 s (1 ms a row, from 0.1 s for 70 rows of this run, x 50000 rows / "
        "(1 x 0.29 of a processor at 512 MB))",
        "108 s, wanted at most 200 s (5 ms a row, from 0.3 s for 56 rows of this run, x 50000 rows / "
        "(8 x 0.29 of a processor at 512 MB))",
    ]


def replace_phase(row):
    return row.model_copy(update={"phase": "smoke"})


def test_without_processor_time_there_is_no_capacity(outcome):
    bare = replace(outcome, usage={})
    assert measured(bare, "capacity of validation") is None
    assert FileLoad.arithmetic["capacity of validation"](bare) == ""


@pytest.mark.parametrize("stage", ["embedded", "dev", "prod"])
@pytest.mark.parametrize("name", scenario.names(SYSTEM))
def test_every_scenario_has_objectives_for_losses_and_seconds(name, stage):
    rows = slo.load(SYSTEM, name, stage, MEASURES)
    assert {row.control for row in rows} <= {control.id for control in catalogue.load(SYSTEM).controls}
    assert {"file max", "error rate", "requests", "lost", "ledger differences"} <= {row.measure for row in rows}


def test_the_objectives_are_the_catalogues():
    controls = {control.id: control.parameters for control in catalogue.load(SYSTEM).controls}
    rows = slo.load(SYSTEM, "steady", "embedded", MEASURES)
    bounds = {(row.control, row.measure): slo.at(row.at_most, "embedded") for row in rows}
    assert bounds["MU_SLA", "file max"] == controls["MU_SLA"]["seconds"]
    for function in (VALIDATION, ANOMALY_DETECTION):
        assert bounds["MU_CAPACITY", f"capacity of {function}"] == controls["MU_CAPACITY"]["seconds"]
    assert round(MEANS[VALIDATION].processor, 2) == controls["MU_CAPACITY"]["processor"]
    assert MIXES["largest"].large == controls["MU_CAPACITY"]["rows"]
