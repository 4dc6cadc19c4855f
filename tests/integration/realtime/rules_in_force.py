"""The stage's rules as the tests after this one expect them."""

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.realtime.fraud_rules import publish
from tests.support.waiting import wait_for


def put_back(stage: Stage) -> None:
    """Publish this tree's rules and wait until they decide: a version takes effect later than it is published."""
    latest = max(rule.effective_from for rule in publish(stage))
    wait_for(lambda: clock.to_text(clock.now()) > latest, "the rules to take effect", seconds=180)
