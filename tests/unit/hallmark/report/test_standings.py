"""What a proved control rests on: AWS, the emulator, or the templates; the weakest proof decides."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hallmark.evidence import Evidence, Kind, Proof, Target
from hallmark.fidelity import Behaviour
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control, ControlReport, Report
from hallmark.report.standing import GROUNDS, STANDINGS, of
from hallmark.waivers import Waivers

DONE = Behaviour("done", "things are done", "behaviour", "extended", "half as fast")
KEPT = Behaviour("kept", "things are kept", "observed", "native", "not for long")
SAME = Behaviour("same", "things are the same", "behaviour", "native")
ABSENT = Behaviour("absent", "things ring", "behaviour", "absent")
Judged = Callable[..., ControlReport]


@pytest.fixture
def judged(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> Judged:
    """Judge a control from the targets of its proofs by kind; the templates of both stages were judged."""

    def judge(*asked: Kind, rests_on: tuple[Behaviour, ...] = (), **targets: tuple[Target, ...]) -> ControlReport:
        gates = [evidence(*(proof(stage=stage) for stage in ("dev", "prod")))]
        for kind, ways in targets.items():
            gates += [evidence(proof(kind=kind), gate=f"{kind}-{way}", target=way) for way in ways]
        made = replace(control("RT_A", *map(Asked, asked)), rests_on=rests_on)
        (item,) = join(facts, [made], gates, Waivers()).controls
        return item

    return judge


@pytest.mark.parametrize(
    ("observed", "behaviour", "wanted"),
    [
        (("embedded",), ("embedded",), "emulator"),
        (("aws",), ("embedded",), "emulator"),
        (("embedded",), ("aws",), "emulator"),
        (("aws",), ("aws", "embedded"), "emulator"),
        (("aws",), ("aws",), "aws"),
        (("aws",), ("aws", "none"), "aws"),
    ],
)
def test_the_weakest_proof_decides(
    judged: Judged, observed: tuple[Target, ...], behaviour: tuple[Target, ...], wanted: str
) -> None:
    item = judged("template", "observed", "behaviour", observed=observed, behaviour=behaviour)
    assert (item.verdict, item.proved_on) == ("proved", wanted)
    assert item.kinds[0].proved_on == "template"


def test_a_template_alone_rests_on_no_stage(judged: Judged) -> None:
    assert judged("template").standing == "proved-by-template"
    assert judged("template", rests_on=(DONE,)).limits == ()


def test_a_proof_that_nobody_asked_for_does_not_weaken(judged: Judged) -> None:
    item = judged("template", "observed", observed=("aws",), behaviour=("embedded",))
    assert item.standing == "proved-on-aws"


def test_what_is_not_proved_has_no_ground(judged: Judged, everything: Report) -> None:
    assert judged("behaviour").proved_on is None
    grounds = {item.verdict: item.proved_on for item in everything.controls}
    assert [grounds[verdict] for verdict in ("failed", "unproven", "needs-aws", "waived")] == [None] * 4
    assert everything.proved_on == {"emulator": 1, "aws": 0, "template": 0}
    assert sum(everything.standings.values()) == sum(everything.counts.values()) == 5


def test_every_ground_is_a_standing() -> None:
    assert {of("proved", ground) for ground in GROUNDS} < set(STANDINGS)


def test_limits_are_of_what_the_emulator_proved(judged: Judged) -> None:
    rests = (DONE, KEPT, SAME, DONE)
    both = judged("observed", "behaviour", rests_on=rests[:3], observed=("embedded",), behaviour=("embedded",))
    assert both.limits == (DONE, KEPT)
    mixed = judged("observed", "behaviour", rests_on=rests[:3], observed=("aws",), behaviour=("embedded",))
    assert mixed.limits == (DONE,)
    assert judged("observed", "behaviour", rests_on=rests, observed=("aws",), behaviour=("aws",)).limits == ()
    assert judged("load", rests_on=(DONE,), load=("embedded",)).limits == (DONE,)


def test_a_setting_is_proved_beside_what_the_emulator_does_not_do(judged: Judged) -> None:
    kept = judged("observed", rests_on=(KEPT, ABSENT), observed=("embedded",))
    assert (kept.standing, kept.limits) == ("proved-on-emulator", (KEPT, ABSENT))
    assert judged("observed", rests_on=(KEPT, ABSENT), observed=("aws",)).limits == ()


def test_what_the_emulator_does_not_do_is_unproven_whatever_the_evidence_says(judged: Judged) -> None:
    item = judged("behaviour", rests_on=(DONE, ABSENT), behaviour=("embedded",))
    assert (item.verdict, item.reason) == ("unproven", "behaviour: the embedded stage does not do this")
    assert judged("behaviour", rests_on=(ABSENT,), behaviour=("embedded", "aws")).standing == "proved-on-aws"


def test_each_limit_stands_once_with_its_controls(everything: Report) -> None:
    first, *rest = everything.controls
    rows = [replace(item, control=replace(item.control, rests_on=(KEPT, ABSENT, DONE))) for item in rest]
    report = replace(everything, controls=(first, *rows))
    assert [limit.id for limit in report.limits] == ["absent", "done", "kept"]
    assert all(len(set(names)) == len(names) for names in report.limits.values())
