"""What is left of a stage in the account, by kind."""

from typing import Any

from hallmark.naming import is_of
from hallmark.stage import Stage

# What stages without a network of their own have nothing of.
NETWORK = {"networks", "subnets", "groups", "endpoints", "flow logs", "interfaces"}
# Service, operation, where it lists, and the field that names.
_CALLS: dict[str, tuple[str, str, str, str]] = {
    "buckets": ("s3", "list_buckets", "Buckets", "Name"),
    "tables": ("dynamodb", "list_tables", "TableNames", ""),
    "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
    "roles": ("iam", "list_roles", "Roles", "RoleName"),
    "log groups": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "APIs": ("apigateway", "get_rest_apis", "items", "name"),
    "keys": ("apigateway", "get_api_keys", "items", "name"),
    "plans": ("apigateway", "get_usage_plans", "items", "name"),
    "queues": ("sqs", "list_queues", "QueueUrls", ""),
    "topics": ("sns", "list_topics", "Topics", "TopicArn"),
    "subscriptions": ("sns", "list_subscriptions", "Subscriptions", "TopicArn"),
    "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "mappings": ("lambda", "list_event_source_mappings", "EventSourceMappings", "FunctionArn"),
    "rules": ("events", "list_rules", "Rules", "Name"),
    "machines": ("stepfunctions", "list_state_machines", "stateMachines", "name"),
    "repositories": ("ecr", "describe_repositories", "repositories", "repositoryName"),
    "networks": ("ec2", "describe_vpcs", "Vpcs", "Tags"),
    "subnets": ("ec2", "describe_subnets", "Subnets", "Tags"),
    "groups": ("ec2", "describe_security_groups", "SecurityGroups", "GroupName"),
    "endpoints": ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "Tags"),
    "flow logs": ("ec2", "describe_flow_logs", "FlowLogs", "Tags"),
    "interfaces": ("ec2", "describe_network_interfaces", "NetworkInterfaces", "Description"),
    "stacks": ("cloudformation", "list_stacks", "StackSummaries", "StackName"),
}


def _name(value: Any) -> str:
    """The name that a field gives: a text, or the tag Name."""
    if isinstance(value, list):
        return next((str(tag["Value"]) for tag in value if tag["Key"] == "Name"), "")
    return str(value).removeprefix("AWS Lambda VPC ENI-")


def left(stage: Stage) -> dict[str, list[str]]:
    """Return everything in the account whose name is that of a resource of the stage, by kind."""
    found: dict[str, list[str]] = {}
    for kind, (service, operation, listed, field) in _CALLS.items():
        items = getattr(stage.client(service), operation)().get(listed, [])
        there = [item for item in items if not field or item.get("StackStatus") != "DELETE_COMPLETE"]
        names = [_name(item[field]) if field else item for item in there if not field or field in item]
        own = [name for name in names if is_of(stage, name.rpartition(":" if name.startswith("arn:") else "/")[2])]
        found[kind] = own if kind != "stacks" else [name for name in names if name in stage.stacks]
    return found
