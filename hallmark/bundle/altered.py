"""The first thing in a bundle that is not as it was made."""


class AlteredError(Exception):
    """A bundle is altered: `name` is the member, or the part of the zip; `how` a clause about it."""

    def __init__(self, name: str, how: str) -> None:
        super().__init__(f"{name}: {how}")
        self.name, self.how = name, how
