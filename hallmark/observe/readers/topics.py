"""Topics, their policies, and all their subscriptions; and those of others' topics to what is the stage's.

https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
"""

import json
from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, documents, picked, tags

TOPIC, POLICY, SUBSCRIPTION = "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription"
_TEXTS = ("DisplayName", "KmsMasterKeyId", "TracingConfig", "SignatureVersion", "FifoThroughputScope")
_FLAGS = ("FifoTopic", "ContentBasedDeduplication")
_DOCUMENTS = ("ArchivePolicy", "DeliveryPolicy")
# Attributes that report; what is not among them and not known above is a setting under its own name.
_REPORTS = ("TopicArn", "Owner", "Policy", "EffectiveDeliveryPolicy", "BeginningArchiveTime")
_SUBSCRIBED = ("DeliveryPolicy", "FilterPolicy", "RedrivePolicy", "ReplayPolicy")
_SUBSCRIBED_TEXTS = ("FilterPolicyScope", "RawMessageDelivery", "SubscriptionRoleArn")


def _attributes(deployment: Deployment) -> Iterator[tuple[str, Json]]:
    for topic in deployment.pages("sns", "list_topics", "Topics"):
        arn = topic["TopicArn"]
        if deployment.is_ours(TOPIC, arn, arn.rsplit(":", 1)[1]):
            yield arn, deployment.asked("sns", "get_topic_attributes", TopicArn=arn)["Attributes"]


def topics(deployment: Deployment) -> Iterator[Thing]:
    """Yield the topics."""
    for arn, everything in _attributes(deployment):
        # An attribute that was taken back may stay as an empty text.
        attributes = picked(everything, *everything)
        properties = {"TopicName": arn.rsplit(":", 1)[1], **picked(attributes, *_TEXTS)}
        properties |= {name: value == "true" for name, value in picked(attributes, *_FLAGS).items()}
        properties |= documents(attributes, *_DOCUMENTS)
        others = set(attributes) - {*_TEXTS, *_FLAGS, *_DOCUMENTS, *_REPORTS}
        properties |= {name: attributes[name] for name in sorted(others) if not name.startswith("Subscriptions")}
        protection = deployment.asked("sns", "get_data_protection_policy", ResourceArn=arn).get("DataProtectionPolicy")
        if protection:
            properties["DataProtectionPolicy"] = json.loads(protection)
        found = deployment.asked("sns", "list_tags_for_resource", ResourceArn=arn).get("Tags")
        yield Thing(TOPIC, arn, properties | tags(found))


def policies(deployment: Deployment) -> Iterator[Thing]:
    """Yield each topic's policy."""
    for arn, attributes in _attributes(deployment):
        if attributes.get("Policy"):
            properties = {"Topics": [arn], "PolicyDocument": json.loads(attributes["Policy"])}
            yield Thing(POLICY, arn, properties, ("Topics",))


def subscriptions(deployment: Deployment) -> Iterator[Thing]:
    """Yield who is told by a topic of the stage, and which topics of others tell what is the stage's."""
    for one in deployment.pages("sns", "list_subscriptions", "Subscriptions"):
        if deployment.is_ours_arn(one["TopicArn"]) or deployment.concerns(one["Endpoint"]):
            properties = picked(one, "TopicArn", "Protocol", "Endpoint")
            arn = one["SubscriptionArn"]
            # One that waits for its confirmation is listed without its ARN, which only a stack's template knows.
            if not arn.startswith("arn:"):
                arn = _waiting(deployment).get((one["TopicArn"], one["Protocol"], one["Endpoint"]), "")
            if arn:
                attributes = deployment.asked("sns", "get_subscription_attributes", "NotFound", SubscriptionArn=arn)
                properties |= _subscribed(attributes.get("Attributes") or {})
                yield Thing(SUBSCRIPTION, arn, properties)
            else:
                yield Thing(SUBSCRIPTION, f"{one['TopicArn']}{one['Protocol']}{one['Endpoint']}", properties)


def _waiting(deployment: Deployment) -> dict[tuple[str, str, str], str]:
    """Return the ARNs of the stacks' subscriptions by what is subscribed to what."""
    found: dict[tuple[str, str, str], str] = {}
    for arn in deployment.all_made(SUBSCRIPTION):
        asked = deployment.asked("sns", "get_subscription_attributes", "NotFound", SubscriptionArn=arn)
        if of := asked.get("Attributes"):
            found[of.get("TopicArn", ""), of.get("Protocol", ""), of.get("Endpoint", "")] = arn
    return found


def _subscribed(attributes: Json) -> Json:
    texts = {name: text for name, text in picked(attributes, *_SUBSCRIBED_TEXTS).items() if text != "false"}
    return texts | documents(attributes, *_SUBSCRIBED)


READERS = {TOPIC: topics, POLICY: policies, SUBSCRIPTION: subscriptions}
