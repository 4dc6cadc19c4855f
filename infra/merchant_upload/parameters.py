"""The parameters of a stage of `merchant_upload`, each with its rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from infra.limits import (
    ACCOUNT_BURST,
    ACCOUNT_RATE_PER_SECOND,
    LARGEST_QUOTA_PER_DAY,
    LEAST_MEMORY_MB,
    MOST_MEMORY_MB,
    RESERVABLE_CONCURRENCY,
)
from infra.parameters import email, items, number, schema_file, short_name

# All of them are in the function's environment, which is limited to 4 KB.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_MERCHANTS = 50
# What one invocation of `validation` is proved to read and store within its time and memory.
MOST_ROWS = 50_000


class Function(StrEnum):
    """The functions, in the order in which a file passes them."""

    API_HANDLER = "api_handler"
    VALIDATION = "validation"
    ANOMALY_DETECTION = "anomaly_detection"


@dataclass(frozen=True)
class Parameters:
    """The configurable values: defaults in cdk.json, `-c merchant_upload.<key>=<value>` for a single synth."""

    memory_mb: int = number("memoryMb", at_least=LEAST_MEMORY_MB, at_most=MOST_MEMORY_MB)
    reserved_each: int = number("reservedConcurrency", at_most=RESERVABLE_CONCURRENCY)
    # The name is part of object keys and of the table's key, before a `#`.
    merchants: tuple[str, ...] = items(
        "merchants", r"[a-z0-9](-?[a-z0-9]){1,31}", "merchants such as corner-shop", at_least=2, at_most=MOST_MERCHANTS
    )
    max_rows: int = number("maxRows", at_most=MOST_ROWS)
    alert_email: str = email("alertEmail")
    usage_plan_name: str = short_name("usagePlanName")
    throttle_rate_per_second: int = number("throttleRatePerSecond", at_most=ACCOUNT_RATE_PER_SECOND)
    throttle_burst: int = number("throttleBurst", at_most=ACCOUNT_BURST)
    quota_per_day: int = number("quotaPerDay", at_most=LARGEST_QUOTA_PER_DAY)
    request_schema: Mapping[str, Any] = schema_file("requestSchemaFile")

    @property
    def reserved_concurrency(self) -> Mapping[str, int]:
        """Return the concurrent executions that each function reserves."""
        return dict.fromkeys(Function, self.reserved_each)
