"""The table of what became of each transaction; deleted with the stack on every stage."""

from constructs import Construct

from infra.constructs.table import Index, Keys, Table, number_key, text_key
from infra.names import Names
from infra.stage import Removal

TABLE = "transaction-state"
# A customer's transactions by their own times, and those that are not finished.
CUSTOMER_INDEX, OPEN_INDEX = "customer-time", "open-time"


class Storage(Construct):
    """A table whose first index is what looks back needs, and whose second one is sparse."""

    def __init__(self, scope: Construct, construct_id: str, names: Names) -> None:
        super().__init__(scope, construct_id)
        self.state = Table(
            self,
            TABLE,
            names=names,
            role=TABLE,
            keys=Keys(text_key("transaction_id"), number_key("timestamp")),
            indexes=(
                Index(CUSTOMER_INDEX, Keys(text_key("customer_id"), number_key("timestamp")), ("usd", "channel")),
                Index(OPEN_INDEX, Keys(text_key("open"), text_key("opened_at")), ()),
            ),
            removal=Removal.DESTROY,
        )
