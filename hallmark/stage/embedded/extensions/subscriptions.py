"""Subscriptions of people wait for their confirmation, and all have the attributes that SNS shows.

https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html
"""

import re
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import sns

from hallmark.stage.embedded.extensions.provisioning import Properties, after

# Who must answer before anything is sent.
CONFIRMING = frozenset({"email", "email-json", "http", "https"})
PENDING = "PendingConfirmation"
Json = dict[str, Any]


def _complete(subscription: Json) -> None:
    """Write the attributes that report; a setting without a value is none."""
    attributes, waits = subscription["attributes"], not subscription["confirmed"]
    for name in [name for name, value in attributes.items() if value == ""]:
        del attributes[name]
    attributes |= {
        "SubscriptionArn": subscription["arn"],
        "TopicArn": subscription["topic_arn"],
        "Protocol": subscription["protocol"],
        "Endpoint": subscription["endpoint"],
        "Owner": get_account_id(),
        "PendingConfirmation": str(waits).lower(),
        "ConfirmationWasAuthenticated": str(not waits).lower(),
    }


def _of_template(arn: str, properties: Properties) -> None:
    topic = sns._topics.get(properties.get("TopicArn", ""))
    subscription = sns._find_subscription(topic["arn"], arn) if topic else None
    if subscription:
        # An update of a setting takes no confirmation back.
        known = "PendingConfirmation" in subscription["attributes"]
        subscription["confirmed"] = (known and subscription["confirmed"]) or subscription["protocol"] not in CONFIRMING
        _complete(subscription)
        sns._refresh_subscription_counts(topic)


def _without_arns(answer: Any) -> Any:
    """Replace the ARNs of those that wait, as lists do."""
    status, headers, body = answer
    text = body.decode() if isinstance(body, bytes) else body
    for arn in set(re.findall(r"<SubscriptionArn>(arn:[^<]+)</SubscriptionArn>", text)):
        found = sns._find_subscription(sns._sub_arn_to_topic.get(arn, ""), arn)
        if found and not found["confirmed"]:
            text = text.replace(f"<SubscriptionArn>{arn}<", f"<SubscriptionArn>{PENDING}<")
    return status, headers, text.encode()


def install() -> None:
    """Hold back e-mail, by template and by the API; lists show no ARN of what waits."""
    after("AWS::SNS::Subscription", _of_template)
    subscribe = sns._subscribe

    def subscribe_pending(params: Json) -> Any:
        protocol, topic = sns._p(params, "Protocol"), sns._topics.get(sns._p(params, "TopicArn"))
        before = {one["arn"] for one in topic["subscriptions"]} if topic else set[str]()
        answer = subscribe(params)
        if protocol not in CONFIRMING or not topic or answer[0] >= 400:
            return answer
        made = next((one for one in topic["subscriptions"] if one["arn"] not in before), None)
        if made and made["confirmed"]:
            made["confirmed"], made["token"] = False, made["arn"].rsplit(":", 1)[-1]
            _complete(made)
        sns._refresh_subscription_counts(topic)
        status, headers, body = answer
        shown = made["arn"] if made and sns._p(params, "ReturnSubscriptionArn") == "true" else "pending confirmation"
        return status, headers, re.sub(rb"(<SubscriptionArn>)[^<]*<", rb"\g<1>" + shown.encode() + b"<", body)

    sns._subscribe = subscribe_pending
    for name in ("_list_subscriptions", "_list_subscriptions_by_topic"):
        setattr(sns, name, _listing(getattr(sns, name)))


def _listing(call: Any) -> Any:
    return lambda params: _without_arns(call(params))
