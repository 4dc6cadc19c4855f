"""Where transactions, rules, audit records and processed objects are kept."""

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.constructs.secure_bucket import SecureBucket
from infra.constructs.table import Table
from infra.realtime.parameters import Parameters
from infra.stage import Stage

PROCESSED_PREFIX = "processed/"


class Storage(Construct):
    """Three tables and a bucket."""

    def __init__(self, scope: Construct, construct_id: str, stage: Stage[Parameters]) -> None:
        super().__init__(scope, construct_id)
        self._names, self._removal = stage.names, stage.removal
        self.transactions = self._table("transactions", _text("accountId"), _text("ts"))
        self.rules = self._table("rules", _text("ruleId"), _number("version"))
        self.audit_logs = self._table("audit-logs", _text("transactionId"), _text("ts"))
        self.processed = SecureBucket(self, "processed", names=stage.names, role="processed", removal=stage.removal)

    def _table(self, role: str, partition_key: dynamodb.Attribute, sort_key: dynamodb.Attribute) -> Table:
        return Table(
            self,
            role,
            names=self._names,
            role=role,
            partition_key=partition_key,
            sort_key=sort_key,
            removal=self._removal,
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def _number(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.NUMBER)
