"""The gate mutants: `python -m hallmark.gates.mutants` shows that every system's policies detect violations."""

import sys

from hallmark.evidence import Mutants
from hallmark.evidence.recorder import Recorder
from hallmark.gates.running.systems import each_system, system_argument
from hallmark.mutants import judgement
from hallmark.mutants.processes import MOST
from infra.systems import System

GATE = "mutants"


def judge(system: System, record: Recorder) -> None:
    """Record how many mutants of a system's templates were killed."""
    result = judgement.run(system.name, processes=MOST)
    survivors = tuple(str(survivor) for survivor in result.survivors)
    record.mutants = Mutants(result.total, result.killed, survivors)
    if survivors or not result.total:
        record.fail()
    print(f"{GATE}: {system.name}")
    judgement.show([result])


def main() -> int:
    """Run the gate; 1 for a survivor, 2 for a control without mutants or an invalid policy."""
    return each_system(GATE, judge, system_argument(GATE, __doc__, sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
