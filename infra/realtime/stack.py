"""One stage of the system `realtime`, as a table of contents."""

from aws_cdk import CfnOutput, Environment, Stack, Tags
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.rest_api import KeyedRestApi, Plan
from infra.constructs.secure_topic import AWS_MANAGED_KEY, SecureTopic
from infra.names import Names
from infra.realtime.alarms import alarm_specs, let_alarms_publish
from infra.realtime.functions import Functions
from infra.realtime.messaging import Buses, Queues
from infra.realtime.published import outputs
from infra.realtime.record import Record
from infra.realtime.routing import Routing
from infra.realtime.storage import Storage
from infra.stage import REGION, Removal, StageConfig

SYSTEM = "realtime"
PATH = "transactions"


class RealtimeStack(Stack):
    """`hallmark-realtime-<stage>`, in eu-central-1, in whatever account it is deployed to."""

    def __init__(self, scope: Construct, config: StageConfig) -> None:
        super().__init__(
            scope,
            f"hallmark-{SYSTEM}-{config.stage}",
            env=Environment(region=REGION),
            description=f"Hallmark {SYSTEM}, {config.stage}: card transactions watched for fraud",
            termination_protection=config.removal is Removal.RETAIN,
        )
        self.add_metadata("Hallmark", {"System": SYSTEM, "Stage": config.stage})
        Tags.of(self).add("system", SYSTEM)
        Tags.of(self).add("stage", config.stage)
        names = Names(SYSTEM, config.stage)

        storage = Storage(self, "Storage", names, config)
        buses = Buses(self, "Buses", names)
        queues = Queues(self, "Queues", names)
        # An alert holds tokens and amounts, hence the key; CloudWatch could not publish to operators under it.
        alerts = SecureTopic(self, "Alerts", names=names, role="alert", key=AWS_MANAGED_KEY)
        operators = SecureTopic(self, "Operators", names=names, role="alarms", statements=[let_alarms_publish(names)])
        functions = Functions(self, "Functions", names, config, storage, buses, queues, alerts.arn)
        routing = Routing(self, "Routing", names, config, buses, queues, functions)
        record = Record(self, "Record", names, config, buses)
        ingest, schema = functions.ingest_processor.alias, config.request_schema
        api = KeyedRestApi(self, "Api", names=names, path=PATH, handler=ingest, schema=schema, plan=_plan(config))
        specs = alarm_specs(names, queues, routing, record, functions.all, api)
        Alarms(self, "Alarms", names=names, specs=specs, topic_arn=operators.arn)
        for name, value in outputs(config, storage, buses, queues, functions, record, api, alerts).items():
            CfnOutput(self, name, value=value)


def _plan(config: StageConfig) -> Plan:
    return Plan(
        key_name=config.api_key_name,
        name=config.usage_plan_name,
        rate=config.throttle_rate_per_second,
        burst=config.throttle_burst,
        quota_per_day=config.quota_per_day,
    )
