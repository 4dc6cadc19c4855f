"""The gate mutants: `python -m hallmark.gates.mutants` shows for every policy of every system that it can fail."""

import sys

from hallmark import catalogue
from hallmark.evidence import Mutants
from hallmark.evidence.recorder import recorded
from hallmark.gates.running.waived import exit_code
from hallmark.mutants import judgement
from infra.errors import UserError

GATE = "mutants"


def main() -> int:
    """Run the gate; 1 for a survivor, 2 for a control without mutants or a policy that cannot be used."""
    try:
        with recorded(GATE) as record:
            results = [judgement.run(system) for system in catalogue.systems()]
            survivors = tuple(str(survivor) for result in results for survivor in result.survivors)
            total, killed = sum(result.total for result in results), sum(result.killed for result in results)
            record.mutants = Mutants(total, killed, survivors)
            if survivors or not total:
                record.fail()
            judgement.show(results)
    except UserError as error:
        return exit_code(error)
    return int(record.outcome == "failed")


if __name__ == "__main__":
    sys.exit(main())
