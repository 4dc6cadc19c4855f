"""The first thing in a bundle that is not as it was made."""

from typing import Literal

Verdict = Literal["altered", "not verified"]


class AlteredError(Exception):
    """A bundle is altered: `name` is the member, or the part of the zip; `how` a clause about it.

    `not verified` where nothing shows an alteration, and the named key has not signed it either.
    """

    def __init__(self, name: str, how: str, verdict: Verdict = "altered") -> None:
        super().__init__(f"{name}: {how}")
        self.name, self.how, self.verdict = name, how, verdict
