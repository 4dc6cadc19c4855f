"""Topics take messages over TLS only; those for people are encrypted, those of alarms so that CloudWatch can publish.

`encrypted` are the topics under AWS's key for SNS; every other topic is without a key.

https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html
https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import TEMPLATE, Finding
from policies.engine.iam.resource_policies import resource_statements, several_policies
from policies.engine.iam.statements import Statement, denied_under
from policies.engine.kinds import ALARM, RULE, TOPIC
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.relations.publishers import PUBLISHERS
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_aws_key, listed, shown

_POLICY = "AWS::SNS::TopicPolicy"
_NO_SERVICE = "a topic without a key: what a service publishes under aws/sns is lost without a trace"
_TLS = {("bool", "aws:securetransport"): ("false",)}


class SecureTopics(Policy):
    scope = (TOPIC,)
    relies_on = (_POLICY,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        encrypted = {part: parts.player("topic", part) for part in parameters["encrypted"]}
        for part in (part for part, topic in encrypted.items() if topic is None):
            yield Finding(TEMPLATE, "Resources", f"no topic {part}", f"a topic {part}, encrypted")
        rung = _rung(template)
        for topic in template.of_type(TOPIC):
            yield from _key(template, topic, topic in encrypted.values(), topic in rung)
            yield from _policy(template, topic)
            if is_aws_key(template, template.value(topic, "KmsMasterKeyId"), "sns"):
                yield from _services(template, topic)


def _services(template: Template, topic: Resource) -> Iterator[Finding]:
    """Yield the services that publish to a topic under AWS's key, which they cannot use; alarms have their own."""
    for one in resource_statements(template, topic):
        named = [str(value) for kind, value in one.principals if kind == "Service"]
        if one.allows and named:
            found = f"{', '.join(named)} may publish to a topic under alias/aws/sns"
            yield Finding(one.owner.logical_id, f"{one.path}.Principal", found, _NO_SERVICE)
    for publisher in template.of_type(*(kind for kind in PUBLISHERS if kind != ALARM)):
        for path, value in template.leaves(publisher):
            if template.target_of(value, TOPIC) is topic and not _by_role(template, publisher, path):
                found = f"{topic.logical_id}, which is under alias/aws/sns"
                yield Finding(publisher.logical_id, path, found, _NO_SERVICE)


def _by_role(template: Template, publisher: Resource, path: str) -> bool:
    """Return whether a rule's target is reached by a role of ours."""
    target = path.rpartition(".")[0]
    return publisher.type == RULE and f"{target}.RoleArn" in dict(template.leaves(publisher))


def _rung(template: Template) -> list[Resource | None]:
    """Return the topics of alarms, whatever the state that they tell of."""
    actions = ("AlarmActions", "OKActions", "InsufficientDataActions")
    arns = [template.value(alarm, action) for alarm in template.of_type(ALARM) for action in actions]
    return [template.by_arn(arn, TOPIC) for found in arns for arn in listed(found)]


def _key(template: Template, topic: Resource, encrypted: bool, rung: bool) -> Iterator[Finding]:
    raw = topic.properties.get("KmsMasterKeyId")
    key = template.value(topic, "KmsMasterKeyId")
    if encrypted and rung:
        wanted = "a topic of its own: under aws/sns CloudWatch cannot publish"
        yield Finding(topic.logical_id, "KmsMasterKeyId", "an encrypted topic of alarms", wanted)
    if encrypted and not is_aws_key(template, key, "sns"):
        yield Finding(topic.logical_id, "KmsMasterKeyId", shown(template, raw), "alias/aws/sns")
    if not encrypted and key is not None:
        wanted = "none: CloudWatch cannot publish under aws/sns, and no role may use another key"
        yield Finding(topic.logical_id, "KmsMasterKeyId", shown(template, raw), wanted)


def _policy(template: Template, topic: Resource) -> Iterator[Finding]:
    yield from several_policies(template, topic, "TopicPolicy")
    statements = resource_statements(template, topic)
    if not any(_denies_plain_transport(one, template.arn(topic) or "") for one in statements):
        found = "no statement that denies everybody to publish without TLS"
        wanted = "Deny sns:Publish to * on the topic with Bool aws:SecureTransport false, and no other condition"
        yield Finding(topic.logical_id, "TopicPolicy", found, wanted)
    for one in statements:
        if one.allows and one.may_be_everybody():
            yield Finding(one.owner.logical_id, f"{one.path}.Principal", "everybody, or unknown", "one service or role")


def _denies_plain_transport(one: Statement, arn: str) -> bool:
    return (
        one.effect == "Deny"
        and one.everybody()
        and one.covers("sns:Publish")
        and any(resource in (arn, "*") for resource in one.resources)
        and denied_under(one) == _TLS
    )


policy = SecureTopics()
