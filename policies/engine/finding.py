"""What a policy reports when a resource breaks its control."""

from dataclasses import dataclass

TEMPLATE = "(template)"
# How a finding shows what the template does not say.
UNRESOLVED = "cannot be resolved (counted as failed)"


@dataclass(frozen=True)
class Finding:
    """One violation.

    `resource` is a logical id, or TEMPLATE when something is missing altogether; `path` is relative to the resource's
    Properties unless it starts with another attribute of the resource, like `Targets[2].RetryPolicy`. `policy` is who
    reports it, as the library names it.
    """

    resource: str
    path: str
    found: str
    wanted: str
    fix: str = ""
    policy: str = ""
