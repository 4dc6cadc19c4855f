"""A load of transactions: what is sent, what is measured of it, its floor, and the arithmetic of the functions."""

import json
from collections import Counter
from dataclasses import asdict, replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from hallmark import catalogue, clock
from hallmark.ledger.subscription import Heard
from hallmark.load import scenario, slo
from hallmark.load.account import Account
from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import Terms, arrivals
from hallmark.load.run_file import RunFile, Sample
from hallmark.project import ROOT
from hallmark.systems.screening.ledger import ScreeningLedger
from hallmark.systems.screening.load import platform, reconciliation, screening_load
from hallmark.systems.screening.load.capacity import may_take
from hallmark.systems.screening.load.mix import TransactionMix, is_waited_for
from hallmark.systems.screening.load.platform import FUNCTIONS, sustained
from hallmark.systems.screening.load.reconciliation import ScreeningReconciliation, started
from hallmark.systems.screening.load.screening_load import ScreeningLoad
from hallmark.systems.screening.mix.generate import ORDINARY
from infra.errors import UserError
from infra.screening.outputs import Output

SYSTEM = "screening"
SETTINGS = json.loads((ROOT / "cdk.json").read_text())["context"]
BEGIN = "2026-10-01T00:00:00.000Z"
STARTED_AT = clock.from_text(BEGIN).timestamp()
MIX, MEASURES = TransactionMix("arn:workflow"), ScreeningLoad.measures
TERMS = Terms(SYSTEM, "steady", "embedded", BEGIN, seconds=10)
STEADY_BEGINS = 6
LEDGER = ScreeningLedger(
    **{"sent": 7, "accepted": 7, "duplicates": 0, "refused": 0, "failed": 0, "seconds": 4.0, "reasons": {}},
    **{"mismatches": (), "lost": (), "waiting": (), "ends": {"decided": 7}, "decisions": {}, "places": ()},
    **{"decisions_made": (), "reasons_found": (), "rules_found": (), "rejections": (), "alerts": ()},
    seconds_each=(),
)


def sample(arrival, latency=20_000, status=200):
    said = {"executionArn": f"arn:{arrival.index}", "startDate": STARTED_AT + arrival.due}
    if is_waited_for(arrival.item):
        said |= {"status": "SUCCEEDED", "output": '{"decision": "approved"}'}
    return Sample(arrival.index, latency, status, json.dumps(said) if status == 200 else "")


@pytest.fixture(scope="module")
def planned():
    return arrivals(TERMS, ScreeningLoad.kinds, MIX)


@pytest.fixture(scope="module")
def run(planned):
    return RunFile(TERMS, "embedded", "dev", BEGIN, 5, 1, tuple(map(sample, planned)))


@pytest.fixture
def outcome(planned, run):
    """A run whose functions took 1 ms, 2 ms and so on in the main phase, and a second in the warm-up."""
    warm = [[1000 * (STARTED_AT + 1), 1000.0]]
    taken = [[1000 * (STARTED_AT + STEADY_BEGINS + each / 20), float(each)] for each in range(1, 201)]
    found = ScreeningReconciliation(LEDGER, dict.fromkeys(FUNCTIONS, warm + taken), dict.fromkeys(FUNCTIONS, 100), True)
    return RunOutcome(run, planned, ScreeningLoad.kinds, found)


def measured(outcome, name, phase="steady"):
    return MEASURES[name][0](outcome, phase)


def slower(run, planned, phase, latency, share=1):
    """Return the run in which every `share`-th answer of a phase comes so many microseconds late."""
    late = {one.index for place, one in enumerate(planned) if one.phase == phase and place % share == 0}
    return replace(run, samples=tuple(replace(s, latency=latency) if s.index in late else s for s in run.samples))


def test_no_two_runs_share_a_transaction_and_all_of_them_have_passed():
    begin = MIX.begin(300)
    runs = [list(MIX.items(300, begin + timedelta(milliseconds=ms), None)) for ms in (0, 1)]
    assert [one.text for one in MIX.items(300, begin, None)] == [one.text for one in runs[0]]
    ids = [{one.identity.id for one in made if one.identity} for made in runs]
    assert not ids[0] & ids[1]
    assert [one.number for one in runs[0]] == list(range(1, 301))
    assert max(one.identity.time for one in runs[0] if one.identity) <= 1000 * clock.now().timestamp()
    assert all(len(list(MIX.items(total, begin, None))) == total for total in (1, 7))


def test_most_go_the_whole_way_and_some_are_refused_or_come_again():
    kinds = Counter(one.kind for one in MIX.items(2000, MIX.begin(2000), None))
    # What is refused is named by a rule; stories are told with their customers.
    refused = sum(
        kinds[name] for name in ("required", "type", "format", "currency", "card-number", "conflict", "repeat")
    )
    assert kinds[ORDINARY] > 800
    assert 20 < refused < 200


def test_three_of_four_are_waited_for_and_so_is_what_others_follow_or_what_is_ill_formed():
    made = list(MIX.items(2000, MIX.begin(2000), None))
    waited = [one for one in made if is_waited_for(one)]
    assert 0.74 * len(made) < len(waited) < 0.95 * len(made)
    assert all(one in waited for one in made if one.awaited or one.identity is None)


def test_an_unknown_mix_is_one_line():
    with pytest.raises(UserError, match="there is no mix 'cards' of transactions: use transactions"):
        list(MIX.items(1, clock.from_text(BEGIN), "cards"))


def test_a_request_is_signed_and_goes_where_its_answer_comes_from(planned):
    credentials = SimpleNamespace(access_key="AKIA", secret_key="secret", token=None)
    session = SimpleNamespace(
        get_credentials=lambda: SimpleNamespace(get_frozen_credentials=lambda: credentials), region_name="us-east-1"
    )
    stage = SimpleNamespace(session=session, region="us-east-1", endpoint=None)
    load, waited = ScreeningLoad(), next(one.item for one in planned if is_waited_for(one.item))
    only_started = next(one.item for one in planned if not is_waited_for(one.item))
    target = load.target(stage)
    assert load.url(target, only_started) == "https://states.us-east-1.amazonaws.com/"
    assert load.url(target, waited) == "https://sync-states.us-east-1.amazonaws.com/"
    assert load.headers(waited)["X-Amz-Target"] == "AWSStepFunctions.StartSyncExecution"
    assert load.headers(only_started)["X-Amz-Target"] == "AWSStepFunctions.StartExecution"
    signed = target.sign(target.url, MIX.body(waited, "regular"), load.headers(waited))
    assert "Credential=AKIA/" in signed["Authorization"]
    assert "/us-east-1/states/aws4_request" in signed["Authorization"]
    embedded = load.target(SimpleNamespace(**{**vars(stage), "endpoint": "http://127.0.0.1:1"}))
    assert load.url(embedded, waited) == "http://127.0.0.1:1/"
    session.get_credentials = lambda: None
    with pytest.raises(UserError, match="no credentials"):
        load.target(stage)


def test_an_execution_is_what_its_answer_says_and_what_was_not_started_failed(planned, run):
    first, second, third = planned[:3]
    samples = [sample(first), sample(second, status=400), *map(sample, planned[3:])]
    last_step = next(one.phase for one in reversed(planned))
    given_up = {one.index for one in planned if one.phase == last_step}
    kept = tuple(one for one in samples if one.index not in given_up)
    sent, executions = started(replace(run, samples=kept), planned)
    assert len(sent.outcomes) == len(planned) - len(given_up), "what a late step left unsent is no part of the run"
    failed = {one.item.number: one.reason for one in sent.outcomes if not one.carried}
    assert failed == {second.item.number: "400", third.item.number: "not sent"}
    assert executions[first.item.number].arn == f"arn:{first.index}"
    assert [one.received_at for one in sent.carried] == sorted(one.received_at for one in sent.carried)


def test_latencies_are_of_what_is_waited_for_and_decisions_of_all(outcome, planned):
    steady = [one for one in planned if one.phase == "steady"]
    waited = [one for one in steady if is_waited_for(one.item)]
    assert len(outcome.latencies("steady")) == len(waited) < len(steady)
    ledger = replace(LEDGER, seconds_of={one.item.id: 0.5 for one in planned})
    decided = replace(outcome, reconciliation=replace(outcome.reconciliation, ledger=ledger))
    assert measured(decided, "decision p50") == pytest.approx(20, rel=0.01)
    # What is only started is decided half a second after its start.
    assert measured(decided, "decision p99") == pytest.approx(520, rel=0.01)
    lost = replace(ledger, lost=("txn#1",))
    broken = replace(outcome, reconciliation=replace(outcome.reconciliation, ledger=lost))
    assert measured(broken, "decision p99") is None


def test_the_highest_rate_is_that_of_the_last_step_in_time(outcome, run, planned):
    assert measured(outcome, "highest rate") == 180
    late = replace(outcome, run=slower(run, planned, "x 2", 1_500_000))
    assert measured(late, "highest rate") == 90, "what follows a late step does not count"
    assert ScreeningLoad.arithmetic["highest rate"](late).endswith("90/s held, p99 20 ms, 120/s not held, p99 1500 ms")
    assert measured(replace(outcome, run=slower(run, planned, "steady", 1_500_000)), "highest rate") is None


def test_a_functions_p99_is_of_the_main_phase_beside_what_it_may_take(outcome):
    assert measured(outcome, "p99 of validation") == pytest.approx(198, abs=1)
    assert ScreeningLoad.arithmetic["p99 of validation"](outcome) == (
        "half of 100 reserved / 166.7 transactions/s = 0.6 s"
    )
    bare = replace(outcome, reconciliation=None)
    assert measured(bare, "p99 of validation") is None
    assert ScreeningLoad.arithmetic["p99 of validation"](bare) == ""


def test_a_million_cost_what_was_counted_and_the_dearest_is_named(outcome):
    machine = "sfn-screening-transactions-dev"
    usage = {
        **{"units:dynamodb:write": 70.0, "units:dynamodb:read": 7.0, "stored:dynamodb": 700.0},
        **{f"executions:{machine}": 7.0, f"duration:{machine}": 0.35},
    }
    counted = replace(outcome, usage=usage)
    # Ten write units, one read unit, a start, and a tenth of a second at 64 MB, of each.
    told = ScreeningLoad.arithmetic["cost of a million"](counted)
    assert measured(counted, "cost of a million") == pytest.approx(6.25 + 0.125 + 1 + 0.10, abs=0.4)
    assert told.startswith("DynamoDB 8")
    assert "interface endpoints 21.90" in told
    assert measured(outcome, "cost of a million") is None
    assert ScreeningLoad.arithmetic["cost of a million"](outcome) == ""


def test_the_floor_is_the_stages_own_workflow_over_other_functions():
    arns = {output: f"arn:aws:lambda:us-east-1:1:function:{output}" for output in FUNCTIONS.values()}
    definition = json.dumps({"States": dict.fromkeys(arns, "x"), "functions": list(arns.values()), "jsonata": "${x}"})
    client = SimpleNamespace(describe_state_machine=lambda stateMachineArn: {"definition": definition})
    outputs = {**arns, Output.WORKFLOW_ARN: "arn:workflow"}
    stage = SimpleNamespace(name="dev", outputs=outputs, client=lambda service: client)
    text, parameters = ScreeningLoad().floor(stage)
    template = json.loads(text)
    made = template["Resources"]["Workflow"]["Properties"]["DefinitionString"]["Fn::Sub"]
    for output, arn in arns.items():
        resource = output.removesuffix("Arn")
        assert arn not in made and f"${{{resource}.Arn}}" in made
        assert template["Resources"][resource]["Type"] == "AWS::Lambda::Function"
    assert "${!x}" in made
    assert parameters == {"Stage": "dev"}


def test_the_floors_functions_answer_what_the_workflow_needs():
    template = screening_load.yaml_lines.read(screening_load.FLOOR)
    space: dict = {}
    exec(template["Resources"]["Validation"]["Properties"]["Code"]["ZipFile"], space)
    validated = space["handler"]({"transaction": {"a": 1}, "execution": "arn", "startedAt": BEGIN}, None)
    assert validated["outcome"] == "accepted"
    risk = space["handler"]({name: validated[name] for name in ("transaction", "key", "usd")}, None)
    checked = space["handler"]({**validated, "risk": risk}, None)
    assert checked["answer"]["risk"] == risk
    assert checked["alerts"] == {}


def test_what_is_sustained_is_counted_after_the_cold_start(monkeypatch):
    monkeypatch.setattr(platform, "_CALLERS", 1)
    now = 0.0

    def run() -> None:
        nonlocal now
        now += 0.25

    assert sustained(run, lambda: now) == 4


STAGE = SimpleNamespace(client=lambda service: None)


def test_alerts_and_durations_are_kept_for_judging_again(monkeypatch, run, planned, tmp_path):
    seen = []

    def ledger(stage, sent, executions, heard, progress):
        seen.append(list(heard.hear()) if heard else None)
        return LEDGER

    monkeypatch.setattr(reconciliation, "reconcile_transactions", ledger)
    monkeypatch.setattr(reconciliation, "arns", lambda stage: {})
    monkeypatch.setattr(reconciliation, "durations", lambda stage, arns, begin: {"validation": [[begin, 7.0]]})
    said = [Heard("1", {"kind": "fraud"}, {})]
    for heard in (SimpleNamespace(hear=lambda: said), None):
        found = reconciliation.reconcile(STAGE, run, planned, heard, Account(run, tmp_path), lambda _: None)
        assert found.is_heard
        assert found.durations == {"validation": [[round(1000 * STARTED_AT), 7.0]]}
    assert seen == [said, said]
    assert Account(run, tmp_path).counted["alerts"] == [asdict(one) for one in said]
    alone = reconciliation.reconcile(STAGE, run, planned, None, Account(run, tmp_path / "other"), lambda _: None)
    assert alone.notes == (reconciliation.NOT_HEARD,)


@pytest.mark.parametrize("stage", ["embedded", "dev", "prod"])
@pytest.mark.parametrize("name", ["steady", "smoke"])
def test_every_scenario_has_objectives_for_losses_and_latencies(name, stage):
    rows = slo.load(SYSTEM, name, stage, MEASURES)
    assert {row.control for row in rows} <= {control.id for control in catalogue.load(SYSTEM).controls}
    assert {"error rate", "requests", "lost", "ledger differences"} <= {row.measure for row in rows}


def test_the_objectives_are_what_is_declared():
    controls = {control.id: control.parameters for control in catalogue.load(SYSTEM).controls}
    rows = {row.measure: slo.at(row.at_most, "embedded") for row in slo.load(SYSTEM, "steady", "embedded", MEASURES)}
    assert rows["p99"] == rows["decision p99"] == controls["SC_LOAD"]["milliseconds"]
    reserved = SETTINGS[SYSTEM]["reservedConcurrency"]
    assert may_take(reserved) == pytest.approx(0.6)
    assert all(rows[f"p99 of {name}"] == pytest.approx(1000 * may_take(reserved) / 2) for name in FUNCTIONS)
    steady = scenario.load(SYSTEM, "steady")
    assert 60 * steady.main.rate_at("prod") == pytest.approx(10_000, rel=1e-4)
    # An account's highest rate is arithmetic: it has no steps.
    assert not any(phase.rate_at("prod") for phase in steady.phases if phase.ends_late)
