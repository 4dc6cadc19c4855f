"""How long judging takes as a template grows, per resource, beside the template as it is.

usage: python -m benchmarks.judging [rounds] [--profile], in the project's folder, after `python -m hallmark.build`
Prints the best of the rounds, in processor time. `--profile` prints where the calls go instead.
"""

import cProfile
import pstats
import sys
import time
from typing import Any

from benchmarks.grown import SHAPES, Document, grown
from hallmark import policies
from hallmark.mutants.judgement import document_of
from infra.systems import NAMES

# Its template is what the shapes grow from.
SYSTEM, STAGE = NAMES[0], "dev"
# Some 500 resources; the shape, how many of it, and what that means.
GROWN = {
    "400 rules with three targets each": ("rules", 394),
    "200 queues with policies and alarms": ("queues", 190),
    "190 routes with permissions": ("routes", 190),
    "80 rules with all that is theirs": ("fan-outs", 75),
}
# A field's condition that must cost what its digits cost.
NUMBERS = {
    "a numeric range up to ten million": [{"numeric": [">=", 0, "<=", 10**7]}],
    "the two ends of ten million numbers": [0, 10**7],
    "a number of 300 digits": [{"numeric": [">=", 0, "<=", 10**300]}],
}


def spent(document: Document) -> float:
    """Processor milliseconds to judge a template by all policies of the system."""
    begin = time.process_time()
    policies.judge(document, SYSTEM)
    return 1000 * (time.process_time() - begin)


def templates() -> dict[str, Document]:
    """What is judged, the template as it is first."""
    plain = document_of(SYSTEM, STAGE)
    return {
        "the template as it is": plain,
        **{name: grown(plain, SHAPES[shape], count) for name, (shape, count) in GROWN.items()},
        **{name: _asking(plain, matchers) for name, matchers in NUMBERS.items()},
    }


def _asking(document: Document, matchers: list[Any]) -> Document:
    """The template with a rule that asks this of a whole number."""
    resources = dict(document["Resources"])
    name = next(name for name, raw in resources.items() if "localHour" in str(raw.get("Properties")))
    detail = {"localHour": matchers}
    pattern = {**resources[name]["Properties"]["EventPattern"], "detail": detail}
    resources[name] = {**resources[name], "Properties": {**resources[name]["Properties"], "EventPattern": pattern}}
    return {**document, "Resources": resources}


def profile(documents: dict[str, Document]) -> None:
    """Print the functions that each template is in most of the time."""
    for name, document in documents.items():
        profiler = cProfile.Profile()
        profiler.runcall(policies.judge, document, SYSTEM)
        print(name)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(12)


def main() -> None:
    """Print the table, or the profiles."""
    documents = templates()
    policies.load(SYSTEM)
    if "--profile" in sys.argv:
        profile(documents)
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(f"{'resources':>9} {'ms':>9} {'ms/resource':>12} {'ratio':>7}  best of {rounds}")
    plain = 0.0
    for name, document in documents.items():
        best, count = min(spent(document) for _ in range(rounds)), len(document["Resources"])
        plain = plain or best / count
        print(f"{count:>9} {best:>9.1f} {best / count:>12.3f} {best / count / plain:>7.2f}  {name}")


if __name__ == "__main__":
    main()
