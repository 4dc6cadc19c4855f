"""Puts uses and grants side by side."""

from collections.abc import Iterable
from dataclasses import dataclass

from hallmark.iam.grants import Grant
from hallmark.iam.usage import Usage, Use


@dataclass(frozen=True)
class Comparison:
    """How often each grant was used, and the uses that nothing grants."""

    used: tuple[tuple[Grant, int], ...]
    not_granted: tuple[tuple[Use, int], ...]

    def of_stage(self, stage: str) -> tuple[tuple[Grant, int], ...]:
        """How often the grants of one stage were used, and those that all stages share.

        A run tries everything on one stage; on another it may do no more than deploy it.
        """
        return tuple((grant, times) for grant, times in self.used if grant.template.stage in (None, stage))


def compare(grants: Iterable[Grant], usage: Usage) -> Comparison:
    """Compare the grants with what was allowed; a refused use of one of their roles is one that nothing grants.

    Roles that are not among the grants' are left out: tests have roles of their own.
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
