"""What arrives when follows from the terms alone, keeps each account's order, and can be shared out."""

from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from hallmark.load import scenario
from hallmark.load.kinds import REGULAR
from hallmark.load.plan import Arrival, share
from hallmark.systems.realtime.cards.enrichment import Enriched, local_hour
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.predicates import matching_rules
from hallmark.systems.realtime.load.abuse import KINDS
from hallmark.systems.realtime.load.mix import CardMix
from infra.errors import UserError

Plan = Callable[..., list[Arrival]]


def test_arrivals_are_evenly_spaced(plan: Plan) -> None:
    steady = [arrival.due for arrival in plan(rate=20, seconds=10) if arrival.phase == "steady"]
    assert len(steady) == 200
    assert {round(later - earlier, 6) for earlier, later in pairwise(steady)} == {0.05}


def test_the_same_terms_make_the_same_plan(plan: Plan) -> None:
    assert plan() == plan()


def test_a_rate_changes_every_phase_in_proportion(plan: Plan) -> None:
    slow, fast = (Counter(arrival.phase for arrival in plan(rate=rate)) for rate in (20, 40))
    assert all(abs(fast[phase] - 2 * count) <= 1 for phase, count in slow.items())


def test_an_account_keeps_its_order_and_is_spread_over_the_run(plan: Plan) -> None:
    lanes = defaultdict(list)
    for arrival in plan(rate=40):
        lanes[arrival.lane].append(arrival)
    busiest = max(lanes.values(), key=len)
    assert len(busiest) > 10
    assert all([a.item.ts for a in lane] == sorted(a.item.ts for a in lane) for lane in lanes.values())
    assert min(later.due - earlier.due for earlier, later in pairwise(busiest)) > 0.2


@pytest.mark.parametrize("of", [1, 2, 5])
def test_shares_are_whole_accounts_and_together_everything(plan: Plan, of: int) -> None:
    planned = plan("abuse", None, 5)
    parts = [share(planned, number, of) for number in range(of)]
    assert sorted((a for part in parts for a in part), key=lambda a: a.index) == planned
    accounts = [{a.item.account_id for a in part if a.kind == REGULAR} for part in parts]
    assert sum(map(len, accounts)) == len(set().union(*accounts))
    assert max(map(len, parts)) < 1.2 * min(map(len, parts))


def test_every_anomaly_matches_several_rules(plan: Plan, parameters: RuleParameters) -> None:
    for arrival in plan("anomalies", None, 5):
        transaction = arrival.item
        hour = local_hour(transaction.ts, transaction.cardholder_time_zone)
        assert len(matching_rules(Enriched(transaction, 1, hour), parameters)) > 1


def test_every_kind_of_abuse_arrives_beside_the_cards(plan: Plan, parameters: RuleParameters) -> None:
    beside = Counter(arrival.kind for arrival in plan("abuse", None, 5) if arrival.phase == "beside")
    assert set(beside) == {REGULAR, *(kind.name for kind in KINDS.abuse)}
    good = {arrival.item.body() for arrival in plan("abuse", None, 5)}
    spoilt = {kind.name for kind in KINDS.abuse if kind.key == "the stage's"}
    mix = CardMix(parameters)
    assert all(mix.body(a.item, a.kind) not in good for a in plan("abuse", None, 5) if a.kind in spoilt)


def test_a_mistake_in_a_scenario_is_told(tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "bad.yaml").write_text("about: x\nusers: 0\nphases: [{name: a, seconds: 1, rate: 1}]\n")
    with pytest.raises(UserError, match=r"bad\.yaml: users"):
        scenario.load("cards", "bad", tmp_path)
    with pytest.raises(UserError, match=r"there is no scenario 'none' in load/scenarios/realtime: use one of .*steady"):
        scenario.load("realtime", "none")
    with pytest.raises(UserError, match=r"there is no scenario 'none' in .*/cards: use one of bad"):
        scenario.load("cards", "none", tmp_path)


def test_a_rate_of_all_stages_follows_a_main_phase_with_one_of_each() -> None:
    steady = scenario.load("screening", "steady")
    half = steady.tuned(rate=30)
    rates = {phase.name: phase.rate_at("embedded") for phase in half.phases}
    assert (rates["cold start"], rates["steady"], rates["x 2"]) == (2, 30, 60)
    assert {phase.rate_at("prod") for phase in half.phases if phase.ends_late} == {0}
