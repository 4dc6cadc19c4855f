"""The parameters of a stage of `bank_upload`, each with its rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infra.limits import (
    ACCOUNT_BURST,
    ACCOUNT_RATE_PER_SECOND,
    LEAST_MEMORY_MB,
    MOST_MEMORY_MB,
    RESERVABLE_CONCURRENCY,
)
from infra.parameters import items, number, short_name, text

# 10,000 uploads a day are 1,000 for each of ten keys. All banks are in a variable of `validation`, whose variables are
# limited to 4 KB together. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LEAST_BANKS, MOST_BANKS = 10, 50
# What Lambda takes in one event as base64, with room for headers and the other parts of the body.
MOST_FILE_BYTES = 4_500_000
# Ten ranges of 4,000 rows: more would not be through within the five minutes of an Express execution.
MOST_ROWS = 40_000
# The plan's, which the customer asks for.
QUOTA_PER_DAY = 1_000


class Function(StrEnum):
    """The functions, in the order in which a file passes them."""

    VALIDATION = "validation"
    TRANSFORMATION = "transformation"
    NOTIFICATION = "notification"


@dataclass(frozen=True)
class Parameters:
    """The configurable values: defaults in cdk.json, `-c bank_upload.<key>=<value>` for a single synth."""

    memory_mb: int = number("memoryMb", at_least=LEAST_MEMORY_MB, at_most=MOST_MEMORY_MB)
    reserved_each: int = number("reservedConcurrency", at_most=RESERVABLE_CONCURRENCY)
    # What a file's column `bank_id` says, and a part of object keys and of the tables' keys.
    banks: tuple[str, ...] = items(
        "banks", r"[a-z][a-z0-9-]{2,31}", "banks such as alpine-savings", at_least=LEAST_BANKS, at_most=MOST_BANKS
    )
    max_file_bytes: int = number("maxFileBytes", at_most=MOST_FILE_BYTES)
    max_rows: int = number("maxRows", at_most=MOST_ROWS)
    # The value of a tag. https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    cost_center: str = text(
        "costCenter", r"[A-Za-z0-9][A-Za-z0-9 ._:/=+@-]{0,63}", "a cost center such as payments-operations"
    )
    usage_plan_name: str = short_name("usagePlanName")
    throttle_rate_per_second: int = number("throttleRatePerSecond", at_most=ACCOUNT_RATE_PER_SECOND)
    throttle_burst: int = number("throttleBurst", at_most=ACCOUNT_BURST)
    quota_per_day: int = number("quotaPerDay", at_most=QUOTA_PER_DAY)

    @property
    def reserved_concurrency(self) -> Mapping[str, int]:
        """Return the concurrent executions that each function reserves."""
        return dict.fromkeys(Function, self.reserved_each)
