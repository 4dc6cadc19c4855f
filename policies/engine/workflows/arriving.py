"""What arrives at the states of a level, from the execution's input on, as long as nothing fails."""

from collections.abc import Hashable

from policies.engine.workflows.data import WHOLE_INPUT, Scope, after
from policies.engine.workflows.states import Level

# Arrivals beyond these are not followed.
_MOST = 2000


def arriving(level: Level) -> dict[str, list[Scope]]:
    """Return the different data that may arrive at each state; a state that is not followed has none."""
    found: dict[str, dict[Hashable, Scope]] = {}
    waiting = [(level.start, Scope(WHOLE_INPUT, level.start))]
    for _ in range(_MOST):
        if not waiting:
            break
        name, scope = waiting.pop(0)
        state = level.states.get(name)
        known = found.setdefault(name, {})
        if state is None or scope.key() in known:
            continue
        known[scope.key()] = scope
        beyond = after(scope, state)
        waiting.extend((way.to, beyond) for way in state.ways() if way.catcher is None)
    return {name: list(scopes.values()) for name, scopes in found.items()}
