"""The parameters of a stage of `screening`, each with its rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infra.limits import LEAST_MEMORY_MB, MOST_MEMORY_MB, RESERVABLE_CONCURRENCY
from infra.parameters import address_range, email, items, number, text

ZONES = 3
# A subnet has a quarter of the VPC's range; AWS allows /16 to /28 for both.
# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
LEAST_PREFIX, MOST_PREFIX = 16, 24


class Function(StrEnum):
    """The functions, in the order in which a transaction passes them."""

    VALIDATION = "validation"
    FRAUD_DETECTION = "fraud_detection"
    COMPLIANCE_CHECKING = "compliance_checking"


@dataclass(frozen=True)
class Parameters:
    """The configurable values: defaults in cdk.json, `-c screening.<key>=<value>` for a single synth."""

    memory_mb: int = number("memoryMb", at_least=LEAST_MEMORY_MB, at_most=MOST_MEMORY_MB)
    reserved_each: int = number("reservedConcurrency", at_most=RESERVABLE_CONCURRENCY)
    # Some zones of us-east-1 lack services, and their letters differ from account to account.
    availability_zones: tuple[str, ...] = items(
        "availabilityZones",
        r"us-east-1[a-z]",
        "zones such as us-east-1a",
        at_least=ZONES,
        at_most=ZONES,
        or_none=True,
    )
    vpc_cidr: str = address_range("vpcCidr", LEAST_PREFIX, MOST_PREFIX)
    # The value of a tag. https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    cost_center: str = text(
        "costCenter", r"[A-Za-z0-9][A-Za-z0-9 ._:/=+@-]{0,63}", "a cost center such as payments-risk"
    )
    alert_email: str = email("alertEmail")

    @property
    def reserved_concurrency(self) -> Mapping[str, int]:
        """Return the concurrent executions that each function reserves."""
        return dict.fromkeys(Function, self.reserved_each)
