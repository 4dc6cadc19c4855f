"""The queues of what failed, and the topics."""

from constructs import Construct

from infra.bank_upload.parameters import Parameters
from infra.constructs.alarms import let_alarms_publish
from infra.constructs.secure_queue import SecureQueue
from infra.constructs.secure_topic import AWS_MANAGED_KEY, SecureTopic
from infra.stage import Stage


class Queues(Construct):
    """Events that did not start the workflow, and uploads that failed in it."""

    def __init__(self, scope: Construct, construct_id: str, stage: Stage[Parameters]) -> None:
        super().__init__(scope, construct_id)
        self.event_failure = self._queue(stage, "event-failure")
        self.upload_failure = self._queue(stage, "upload-failure")

    def _queue(self, stage: Stage[Parameters], role: str) -> SecureQueue:
        return SecureQueue(self, role, names=stage.names, role=role)


class Topics(Construct):
    """One of results for downstream systems, one of alarms for the operators."""

    def __init__(self, scope: Construct, construct_id: str, stage: Stage[Parameters]) -> None:
        super().__init__(scope, construct_id)
        names = stage.names
        # A result holds totals, hence the key; with it, CloudWatch could not publish to the operators.
        self.results = SecureTopic(self, "Results", names=names, role="results", key=AWS_MANAGED_KEY)
        publish = let_alarms_publish(names, stage.system.region)
        self.alarms = SecureTopic(self, "Operators", names=names, role="alarms", statements=[publish])
