"""The wing offers what the shared commands ask for, and costs nothing until it is asked."""

import subprocess
import sys

from hallmark.load import scenario
from hallmark.systems.realtime import WING
from hallmark.systems.realtime.load.mix import DEFAULT, MIXES


def test_every_capability_is_there() -> None:
    shared = ("send", "digest", "redrive", "load", "cost", "openapi")
    assert WING.supported == (*shared, "rules", "audit", "replay")
    assert WING.access
    assert WING.sending and WING.sending().nouns == "transactions"
    assert WING.digest and [part.name for part in WING.digest()] == [
        "transactions",
        "audit records",
        "processed objects",
    ]
    assert WING.failures and len(WING.failures().functions) == 3
    assert WING.load and WING.load().kinds.accepted == 202
    assert [step.about for step in WING.after_deploy] == ["publish the rules"]


def test_every_scenario_names_a_mix_that_there_is() -> None:
    mixes = [scenario.load("realtime", name).mix for name in scenario.names("realtime")]
    assert set(mixes) == {None, *MIXES} - {DEFAULT}


def test_the_wing_alone_loads_nothing_that_its_capabilities_need() -> None:
    program = "import sys, hallmark.systems.realtime; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert not {"boto3", "pydantic", "pycountry", "urllib3", "hdrh"} & set(done.stdout.split())
