"""The queues of what failed, and the topics."""

from constructs import Construct

from infra.constructs.alarms import let_alarms_publish
from infra.constructs.secure_queue import SecureQueue
from infra.constructs.secure_topic import AWS_MANAGED_KEY, SecureTopic
from infra.merchant_upload.parameters import Parameters
from infra.stage import Stage


class Queues(Construct):
    """Uploads that could not be read, and records of the stream that could not be judged."""

    def __init__(self, scope: Construct, construct_id: str, stage: Stage[Parameters]) -> None:
        super().__init__(scope, construct_id)
        self.validation_failure = self._queue(stage, "validation-failure")
        self.anomaly_failure = self._queue(stage, "anomaly-failure")

    def _queue(self, stage: Stage[Parameters], role: str) -> SecureQueue:
        return SecureQueue(self, role, names=stage.names, role=role)


class Topics(Construct):
    """One of alerts for the compliance team, one of alarms for the operators."""

    def __init__(self, scope: Construct, construct_id: str, stage: Stage[Parameters]) -> None:
        super().__init__(scope, construct_id)
        names = stage.names
        # An alert holds amounts, hence the key; with it, CloudWatch could not publish to the operators.
        self.alerts = SecureTopic(
            self, "Alerts", names=names, role="alerts", key=AWS_MANAGED_KEY, email=stage.parameters.alert_email
        )
        publish = let_alarms_publish(names, stage.system.region)
        self.alarms = SecureTopic(self, "Operators", names=names, role="alarms", statements=[publish])
