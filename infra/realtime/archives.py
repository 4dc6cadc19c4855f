"""Event archives: one to replay from, and the audit bus's archive and searchable copy."""

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs import principals
from infra.constructs.event_fanout import EventFanout, Target
from infra.constructs.metadata import mark
from infra.names import Names
from infra.realtime.events import DELIVERY, SOURCE
from infra.realtime.messaging import AUDIT_BUS, Buses
from infra.realtime.parameters import Parameters
from infra.stage import Stage

# PCI DSS 10.5.1 requires twelve months; this is the next retention that CloudWatch Logs offers.
AUDIT_DAYS = 400
AUDIT_RETENTION = logs.RetentionDays.THIRTEEN_MONTHS


class Archives(Construct):
    """Two archives and the audit log group.

    EventBridge's managed rules keep replayed events out of the archives.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
    """

    def __init__(self, scope: Construct, construct_id: str, stage: Stage[Parameters], buses: Buses) -> None:
        super().__init__(scope, construct_id)
        names = stage.names
        self.transaction_archive = events.CfnArchive(
            self,
            "TransactionArchive",
            archive_name=names.of("transaction", "archive"),
            description="accepted transactions, to be replayed",
            source_arn=buses.transaction.event_bus_arn,
            event_pattern={"source": [SOURCE]},
            retention_days=stage.parameters.archive_retention_days,
        )
        self.audit_archive = events.CfnArchive(
            self,
            "AuditArchive",
            archive_name=names.of("audit", "archive"),
            description="everything that reached the audit bus",
            source_arn=buses.audit.event_bus_arn,
            retention_days=AUDIT_DAYS,
        )
        self.log_group = self._log_group(names, RemovalPolicy[stage.removal])
        self.fanout = self._record_rule(names, buses.audit)
        logs.CfnResourcePolicy(
            self,
            "LogPolicy",
            policy_name=names.of("audit-log", "policy"),
            policy_document=Stack.of(self).to_json_string(self._log_policy().to_json()),
        )

    def _log_group(self, names: Names, removal_policy: RemovalPolicy) -> logs.LogGroup:
        # EventBridge writes only to log groups below /aws/events.
        log_group = logs.LogGroup(
            self,
            "AuditLog",
            log_group_name=f"/aws/events/{names.of('audit', 'bus')}",
            retention=AUDIT_RETENTION,
            removal_policy=removal_policy,
        )
        mark(log_group, names, "audit-log")
        return log_group

    def _record_rule(self, names: Names, audit_bus: events.IEventBus) -> EventFanout:
        # A log group as a target is named without the `:*` that its Arn attribute ends with.
        group = Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=self.log_group.log_group_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return EventFanout(
            self,
            "record",
            names=names,
            bus=audit_bus,
            bus_role=AUDIT_BUS,
            rule="record",
            description="everything that reaches the audit bus, to its log group",
            pattern={"source": [{"prefix": ""}]},
            delivery=DELIVERY,
            targets=[Target("audit-log", group)],
        )

    def _log_policy(self) -> iam.PolicyDocument:
        writers = [principals.service(f"{service}.amazonaws.com") for service in ("events", "delivery.logs")]
        # EventBridge creates a stream and writes. Only the write has the rule's ARN as source.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions
        make_stream = iam.PolicyStatement(
            sid="MakeStream",
            principals=writers,
            actions=["logs:CreateLogStream"],
            resources=[self.log_group.log_group_arn],
        )
        write = iam.PolicyStatement(
            sid="Write",
            principals=writers,
            actions=["logs:PutLogEvents"],
            resources=[self.log_group.log_group_arn],
            conditions={"ArnEquals": {"aws:SourceArn": self.fanout.arn}},
        )
        return iam.PolicyDocument(statements=[make_stream, write])
