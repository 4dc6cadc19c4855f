"""A topic that accepts messages over TLS only."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs import principals
from infra.constructs.metadata import mark
from infra.names import Names

AWS_MANAGED_KEY = "alias/aws/sns"


class SecureTopic(Construct):
    """A topic, its policy, optionally a subscriber by email; encrypted if a key is given.

    With the key `alias/aws/sns` publishers of the account need no KMS permission, but CloudWatch alarms
    cannot publish under it. https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        role: str,
        key: str | None = None,
        statements: Sequence[iam.PolicyStatement] = (),
        email: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        topic = sns.CfnTopic(self, "Resource", topic_name=names.of(role, "sns"), kms_master_key_id=key)
        mark(topic, names, role)
        self.arn = topic.ref
        document = iam.PolicyDocument(statements=[self._tls_only(), *statements])
        for statement in statements:
            statement.add_resources(self.arn)
        sns.CfnTopicPolicy(self, "Policy", topics=[self.arn], policy_document=document)
        if email is not None:
            sns.CfnSubscription(self, "Email", topic_arn=self.arn, protocol="email", endpoint=email)

    def _tls_only(self) -> iam.PolicyStatement:
        # TLS only. https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html
        return iam.PolicyStatement(
            sid="TlsOnly",
            effect=iam.Effect.DENY,
            principals=[principals.anyone()],
            actions=["sns:Publish"],
            resources=[self.arn],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        )
