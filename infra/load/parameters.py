"""The parameter of the load generators."""

from dataclasses import dataclass

from infra.parameters import number

# A worker sends hundreds of requests a second: more of them would ask for more than an account may answer.
MOST_WORKERS = 50


@dataclass(frozen=True)
class Parameters:
    """How many tasks put a stage under load; none unless somebody asks for them."""

    workers: int = number("loadWorkers", at_least=0, at_most=MOST_WORKERS)
