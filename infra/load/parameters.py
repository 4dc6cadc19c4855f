"""The parameter of the load generators."""

from dataclasses import dataclass

from infra.parameters import number

# A worker sends hundreds of requests a second: more workers would exceed the account's quota.
MOST_WORKERS = 50


@dataclass(frozen=True)
class Parameters:
    """How many tasks put a stage under load; 0 by default."""

    workers: int = number("loadWorkers", at_least=0, at_most=MOST_WORKERS)
