"""Topics, their policies, and the functions that they call.

https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
"""

import json
from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, picked

TOPIC, POLICY, SUBSCRIPTION = "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription"


def _attributes(deployment: Deployment) -> Iterator[tuple[str, Json]]:
    for topic in deployment.pages("sns", "list_topics", "Topics"):
        arn = topic["TopicArn"]
        if deployment.is_ours(TOPIC, arn, arn.rsplit(":", 1)[1]):
            yield arn, deployment.asked("sns", "get_topic_attributes", TopicArn=arn)["Attributes"]


def topics(deployment: Deployment) -> Iterator[Thing]:
    """Yield the topics."""
    for arn, attributes in _attributes(deployment):
        properties = {"TopicName": arn.rsplit(":", 1)[1], **picked(attributes, "DisplayName", "KmsMasterKeyId")}
        yield Thing(TOPIC, arn, properties)


def policies(deployment: Deployment) -> Iterator[Thing]:
    """Yield each topic's policy."""
    for arn, attributes in _attributes(deployment):
        if attributes.get("Policy"):
            properties = {"Topics": [arn], "PolicyDocument": json.loads(attributes["Policy"])}
            yield Thing(POLICY, arn, properties, ("Topics",))


def subscriptions(deployment: Deployment) -> Iterator[Thing]:
    """Yield the functions that a topic calls; other subscriptions are the operators' choice."""
    for arn, _ in _attributes(deployment):
        for one in deployment.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn):
            if one["Protocol"] == "lambda":
                properties = picked(one, "TopicArn", "Protocol", "Endpoint")
                yield Thing(SUBSCRIPTION, one["SubscriptionArn"], properties)


READERS = {TOPIC: topics, POLICY: policies, SUBSCRIPTION: subscriptions}
