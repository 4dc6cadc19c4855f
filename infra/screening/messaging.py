"""The queue of what failed, and the topics."""

from constructs import Construct

from infra.constructs.alarms import let_alarms_publish
from infra.constructs.secure_queue import SecureQueue
from infra.constructs.secure_topic import AWS_MANAGED_KEY, SecureTopic
from infra.screening.parameters import Parameters
from infra.stage import Stage


class Queues(Construct):
    """The dead-letter queue of the workflow."""

    def __init__(self, scope: Construct, construct_id: str, stage: Stage[Parameters]) -> None:
        super().__init__(scope, construct_id)
        self.failures = SecureQueue(self, "failures", names=stage.names, role="failures")


class Topics(Construct):
    """One of alerts for the analysts, one of alarms for the operators."""

    def __init__(self, scope: Construct, construct_id: str, stage: Stage[Parameters]) -> None:
        super().__init__(scope, construct_id)
        names = stage.names
        # The customer asks for the key; with it, CloudWatch could not publish to the operators.
        self.alerts = SecureTopic(
            self, "Alerts", names=names, role="alerts", key=AWS_MANAGED_KEY, email=stage.parameters.alert_email
        )
        publish = let_alarms_publish(names, stage.system.region)
        self.alarms = SecureTopic(self, "Operators", names=names, role="alarms", statements=[publish])
