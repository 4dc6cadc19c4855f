"""What is sent: the one thing that the shared tools know of a card transaction, a file, or a statement."""

from typing import Protocol


class Item(Protocol):
    """One thing that a system takes: `id` is what the ledger counts, items of one `lane` go strictly in order."""

    @property
    def id(self) -> str: ...

    @property
    def lane(self) -> str: ...
