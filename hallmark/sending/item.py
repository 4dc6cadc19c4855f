"""What is sent: all that the shared tools know of a card transaction, a file, or a statement."""

from typing import Protocol


class Item(Protocol):
    """One thing that a system accepts: the ledger counts `id`, items of one `lane` are sent strictly in order."""

    @property
    def id(self) -> str: ...

    @property
    def lane(self) -> str: ...
