"""Reads of the two tables: uploads with their ranges, uploads that are open, rows by their ids."""

from collections.abc import Iterable

from hallmark.stage import Stage
from hallmark.tables import Item, Table
from infra.bank_upload.outputs import Output

UPLOAD, RANGE = "upload", "range#"
OPEN, OPEN_INDEX = "open", "open-time"


class StatusTable:
    """The status of uploads; reads are consistent but for those of the index."""

    def __init__(self, stage: Stage) -> None:
        self._table = Table(stage, stage.outputs[Output.STATUS_TABLE], ("uploadId", "part"))

    def uploads(self, ids: Iterable[str]) -> dict[str, Item]:
        """Return the items of uploads that exist, by upload."""
        found = self._table.items((one, UPLOAD) for one in ids)
        return {one: item for (one, _), item in found.items()}

    def under(self, upload_id: str) -> list[Item]:
        """Return an upload's item and those of its ranges."""
        return list(self._table.query("uploadId = :id", {":id": upload_id}))

    def open(self) -> list[Item]:
        """Return the uploads that are not finished, the oldest first."""
        return list(
            self._table.query("#open = :open", {":open": OPEN}, OPEN_INDEX, ExpressionAttributeNames={"#open": OPEN})
        )


class TransactionsTable:
    """The rows of all banks, by `{bank}#{transaction_id}`."""

    def __init__(self, stage: Stage) -> None:
        self._table = Table(stage, stage.outputs[Output.TRANSACTIONS_TABLE], ("transactionKey",))

    def rows(self, names: Iterable[str]) -> dict[str, Item]:
        """Return the rows that exist, by their keys."""
        return {name: item for (name,), item in self._table.items((name,) for name in names).items()}
