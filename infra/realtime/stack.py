"""One stage of the system `realtime`, as a table of contents."""

from aws_cdk import CfnOutput, Environment, Stack
from constructs import Construct

from infra.constructs.alarms import Alarms, let_alarms_publish
from infra.constructs.metadata import mark_stack
from infra.constructs.secure_topic import AWS_MANAGED_KEY, SecureTopic
from infra.realtime.alarms import RUNBOOKS, alarm_specs
from infra.realtime.api import transactions_api
from infra.realtime.archives import Archives
from infra.realtime.functions import Functions
from infra.realtime.messaging import Buses, Queues
from infra.realtime.outputs import outputs
from infra.realtime.parameters import Parameters
from infra.realtime.routing import Routing
from infra.realtime.storage import Storage
from infra.stage import Removal, Stage
from infra.synthesis import synthesizer


class RealtimeStack(Stack):
    """`hallmark-realtime-<stage>`, in its region, in any account."""

    def __init__(self, scope: Construct, stage: Stage[Parameters]) -> None:
        system, names, parameters = stage.system, stage.names, stage.parameters
        super().__init__(
            scope,
            stage.stack_name(),
            synthesizer=synthesizer(),
            env=Environment(region=system.region),
            description=f"Hallmark {system.name}, {stage.name}: {system.about}",
            termination_protection=stage.removal is Removal.RETAIN,
        )
        mark_stack(self, system, stage.name)

        storage = Storage(self, "Storage", stage)
        buses = Buses(self, "Buses", names)
        queues = Queues(self, "Queues", names)
        # An alert holds tokens and amounts, hence the key; with it, CloudWatch could not publish to the operators.
        alerts = SecureTopic(self, "Alerts", names=names, role="alert", key=AWS_MANAGED_KEY)
        publish = let_alarms_publish(names, system.region)
        operators = SecureTopic(self, "Operators", names=names, role="alarms", statements=[publish])
        functions = Functions(self, "Functions", stage, storage, buses, queues, alerts.arn)
        routing = Routing(self, "Routing", stage, buses, queues, functions)
        archives = Archives(self, "Record", stage, buses)
        api = transactions_api(self, "Api", stage, functions.ingest_processor)
        specs = alarm_specs(names, queues, routing, archives, functions.all, api)
        Alarms(self, "Alarms", names=names, specs=specs, topic_arn=operators.arn, runbooks=RUNBOOKS)
        for name, value in outputs(parameters, storage, buses, queues, functions, archives, api, alerts).items():
            CfnOutput(self, name, value=value)


def stacks(scope: Construct, stage: Stage[Parameters]) -> list[Stack]:
    """Create the stacks of one stage, the main one last."""
    return [RealtimeStack(scope, stage)]
