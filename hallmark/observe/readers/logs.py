"""Log groups with what is hung on them, and the policies, of one group or of all, that let others read or write them.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
"""

import json
from collections.abc import Iterator
from typing import Any

from hallmark.observe.deployment import Deployment, Json, Thing, capitalized, tags
from hallmark.observe.names import may_mean_ours

GROUP, POLICY = "AWS::Logs::LogGroup", "AWS::Logs::ResourcePolicy"
_GROUP = ("LogGroupName", "RetentionInDays", "KmsKeyId", "LogGroupClass", "DeletionProtectionEnabled")
_NONE = ("ResourceNotFoundException",)
# Kinds of policies that hold for all groups of an account.
_FOR_ALL = (
    *("DATA_PROTECTION_POLICY", "SUBSCRIPTION_FILTER_POLICY", "FIELD_INDEX_POLICY", "TRANSFORMER_POLICY"),
    "METRIC_EXTRACTION_POLICY",
)
_FILTER = ("FilterName", "FilterPattern", "DestinationArn", "RoleArn", "Distribution", "ApplyOnTransformedLogs")
_METRIC = ("FilterName", "FilterPattern", "ApplyOnTransformedLogs")
_TRANSFORMED = ("MetricName", "MetricNamespace", "MetricValue", "DefaultValue", "Unit")


def _groups(deployment: Deployment) -> list[Json]:
    listed = deployment.pages("logs", "describe_log_groups", "logGroups")
    return [one for one in listed if deployment.is_ours(GROUP, one["logGroupName"])]


def groups(deployment: Deployment) -> Iterator[Thing]:
    """Yield the log groups with their retention in days, and what is done with their lines."""
    for one in _groups(deployment):
        name = one["logGroupName"]
        properties = capitalized(one, *_GROUP)
        protection = deployment.asked("logs", "get_data_protection_policy", *_NONE, logGroupIdentifier=name)
        if document := protection.get("policyDocument"):
            properties["DataProtectionPolicy"] = json.loads(document)
        indexes = deployment.pages("logs", "describe_index_policies", "indexPolicies", logGroupIdentifiers=[name])
        if own := [json.loads(index["policyDocument"]) for index in indexes if index.get("source") != "ACCOUNT"]:
            properties["FieldIndexPolicies"] = own
        if arn := one.get("arn", "").removesuffix(":*"):
            found = deployment.asked("logs", "list_tags_for_resource", *_NONE, resourceArn=arn).get("tags")
            properties |= tags(found)
        yield Thing(GROUP, name, properties)


def subscriptions(deployment: Deployment) -> Iterator[Thing]:
    """Yield who gets the lines of a group."""
    for one in _of_each(deployment, "describe_subscription_filters", "subscriptionFilters"):
        name = one["logGroupName"]
        # Without a choice, lines are distributed by stream.
        chosen = {**one, "distribution": one.get("distribution") if one.get("distribution") != "ByLogStream" else None}
        properties = {"LogGroupName": name, **capitalized(chosen, *_FILTER)}
        yield Thing("AWS::Logs::SubscriptionFilter", f"{name}|{one['filterName']}", properties)


def metrics(deployment: Deployment) -> Iterator[Thing]:
    """Yield the metrics that are made of a group's lines."""
    for one in _of_each(deployment, "describe_metric_filters", "metricFilters"):
        made = [capitalized(metric, *_TRANSFORMED) for metric in one.get("metricTransformations", [])]
        properties = {"LogGroupName": one["logGroupName"], **capitalized(one, *_METRIC), "MetricTransformations": made}
        yield Thing("AWS::Logs::MetricFilter", f"{one['logGroupName']}|{one['filterName']}", properties)


def _of_each(deployment: Deployment, operation: str, key: str) -> Iterator[Json]:
    for group in _groups(deployment):
        name = group["logGroupName"]
        for one in deployment.pages("logs", operation, key, logGroupName=name):
            yield {**one, "logGroupName": name}


def transformers(deployment: Deployment) -> Iterator[Thing]:
    """Yield what rewrites the lines of a group."""
    for group in _groups(deployment):
        name = group["logGroupName"]
        found = deployment.asked("logs", "get_transformer", *_NONE, logGroupIdentifier=name).get("transformerConfig")
        if found:
            properties = {"LogGroupIdentifier": name, "TransformerConfig": found}
            yield Thing("AWS::Logs::Transformer", name, properties)


def resource_policies(deployment: Deployment) -> Iterator[Thing]:
    """Yield the stage's policies, others that name or may mean one of its groups, and those of single groups."""
    for one in deployment.pages("logs", "describe_resource_policies", "resourcePolicies"):
        if deployment.is_ours(POLICY, one["policyName"]) or _is_about_ours(deployment, one.get("policyDocument")):
            yield Thing(POLICY, one["policyName"], capitalized(one, "PolicyName", "PolicyDocument"))
    for arn in [one["arn"].removesuffix(":*") for one in _groups(deployment) if one.get("arn")]:
        asked = {"resourceArn": arn, "policyScope": "RESOURCE"}
        for one in deployment.pages("logs", "describe_resource_policies", "resourcePolicies", **asked):
            if one.get("resourceArn") == arn:
                properties = {"ResourceArn": arn, **capitalized(one, "PolicyName", "PolicyDocument")}
                yield Thing(POLICY, f"{arn}{one.get('policyName', '')}", properties)


def _is_about_ours(deployment: Deployment, document: Any) -> bool:
    groups = [one["arn"].removesuffix(":*") for one in _groups(deployment) if one.get("arn")]
    return may_mean_ours(json.loads(document) if document else {}, groups)


def account_policies(deployment: Deployment) -> Iterator[Thing]:
    """Yield the policies that hold for all groups of the account, so for the stage's, too."""
    for kind in _FOR_ALL:
        for one in deployment.pages("logs", "describe_account_policies", "accountPolicies", policyType=kind):
            own = ("PolicyName", "PolicyType", "PolicyDocument", "Scope", "SelectionCriteria")
            yield Thing("AWS::Logs::AccountPolicy", f"{kind}{one['policyName']}", capitalized(one, *own))


def detectors(deployment: Deployment) -> Iterator[Thing]:
    """Yield the anomaly detectors that read a group of the stage."""
    for one in deployment.pages("logs", "list_log_anomaly_detectors", "anomalyDetectors"):
        if deployment.concerns(one.get("logGroupArnList", [])):
            properties = capitalized(one, "DetectorName", "LogGroupArnList", "EvaluationFrequency", "FilterPattern")
            yield Thing("AWS::Logs::LogAnomalyDetector", one["anomalyDetectorArn"], properties)


def deliveries(deployment: Deployment) -> Iterator[Thing]:
    """Yield where a resource of the stage sends logs of its own."""
    for one in deployment.pages("logs", "describe_delivery_sources", "deliverySources"):
        if deployment.is_ours("AWS::Logs::DeliverySource", one["name"]) or deployment.concerns(one["resourceArns"]):
            properties = {"Name": one["name"], "ResourceArn": one["resourceArns"][0], "LogType": one.get("logType")}
            targets = [
                delivery["deliveryDestinationArn"]
                for delivery in deployment.pages("logs", "describe_deliveries", "deliveries")
                if delivery["deliverySourceName"] == one["name"]
            ]
            yield Thing("AWS::Logs::DeliverySource", one["name"], {**properties, "DeliveryDestinationArns": targets})


def queries(deployment: Deployment) -> Iterator[Thing]:
    """Yield scheduled queries that carry results out of a group of the stage, by their own name only."""
    for one in deployment.pages("logs", "list_scheduled_queries", "scheduledQueries"):
        if deployment.is_ours("AWS::Logs::ScheduledQuery", one["name"]) or deployment.concerns(
            json.dumps(one, default=str)
        ):
            yield Thing(
                "AWS::Logs::ScheduledQuery", one["name"], capitalized(one, "Name", "State", "ScheduleExpression")
            )


READERS = {
    GROUP: groups,
    POLICY: resource_policies,
    "AWS::Logs::SubscriptionFilter": subscriptions,
    "AWS::Logs::MetricFilter": metrics,
    "AWS::Logs::Transformer": transformers,
    "AWS::Logs::AccountPolicy": account_policies,
    "AWS::Logs::LogAnomalyDetector": detectors,
    "AWS::Logs::DeliverySource": deliveries,
    "AWS::Logs::ScheduledQuery": queries,
}
