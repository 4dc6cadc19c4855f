"""Log groups and the policies that let services write to them.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
"""

from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Thing, capitalized

GROUP, POLICY = "AWS::Logs::LogGroup", "AWS::Logs::ResourcePolicy"


def groups(deployment: Deployment) -> Iterator[Thing]:
    """Yield the log groups with their retention in days."""
    for one in deployment.pages("logs", "describe_log_groups", "logGroups"):
        if deployment.is_ours(GROUP, one["logGroupName"]):
            properties = capitalized(one, "LogGroupName", "RetentionInDays", "KmsKeyId", "LogGroupClass")
            yield Thing(GROUP, one["logGroupName"], properties)


def resource_policies(deployment: Deployment) -> Iterator[Thing]:
    """Yield the policies of the account's log groups, as JSON texts."""
    for one in deployment.pages("logs", "describe_resource_policies", "resourcePolicies"):
        if deployment.is_ours(POLICY, one["policyName"]):
            yield Thing(POLICY, one["policyName"], capitalized(one, "PolicyName", "PolicyDocument"))


READERS = {GROUP: groups, POLICY: resource_policies}
