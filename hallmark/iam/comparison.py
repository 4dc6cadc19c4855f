"""The comparison of uses and grants."""

from collections.abc import Iterable
from dataclasses import dataclass

from hallmark.iam.grants import Grant
from hallmark.iam.usage import Usage, Use


@dataclass(frozen=True)
class Comparison:
    """The number of uses of each grant, and the uses without a grant."""

    used: tuple[tuple[Grant, int], ...]
    not_granted: tuple[tuple[Use, int], ...]

    def of_stage(self, stage: str) -> tuple[tuple[Grant, int], ...]:
        """Return how often the grants of one stage, and those that all stages share, were used.

        A run exercises one stage fully; it may only deploy another.
        """
        return tuple((grant, times) for grant, times in self.used if grant.template.stage in (None, stage))


def compare(grants: Iterable[Grant], usage: Usage) -> Comparison:
    """Compare the grants with the uses; a refused use by one of their roles has no grant.

    Other roles are left out: tests have roles of their own.
    """
    known = tuple(grants)
    roles = {grant.role for grant in known}
    used = tuple((grant, _times(grant, usage)) for grant in known)
    not_granted = tuple(
        (use, times)
        for use, times in usage.times.items()
        if use.role in roles and not (use.allowed and any(grant.covers(use) for grant in known))
    )
    return Comparison(used, not_granted)


def _times(grant: Grant, usage: Usage) -> int:
    return sum(times for use, times in usage.times.items() if use.allowed and grant.covers(use))
