"""State machines keep their logging and tracing; what AWS refuses when a machine is made or changed is refused.

A log destination needs log-delivery permissions of the machine's role, and the role must trust Step Functions.
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
"""

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cloudwatch_logs, stepfunctions

from hallmark.stage.embedded.extensions.iam_judge import role_may, role_trusts
from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties
from hallmark.stage.embedded.workflows.definitions import problem_of
from hallmark.stage.embedded.workflows.journal import group_of
from hallmark.stage.embedded.workflows.lambda_calls import TRUSTED

KIND = "AWS::StepFunctions::StateMachine"
DELIVERING = tuple(
    f"logs:{action}"
    for action in (
        *("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"),
        *("PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
    )
)
LEVELS = ("ALL", "ERROR", "FATAL", "OFF")
UNREACHABLE = "The state machine IAM Role is not authorized to access the Log Destination"
Json = dict[str, Any]
Refusal = tuple[str, str]


def _logging(given: Any) -> Json:
    """Return a logging configuration as the API has it, also from a template's."""
    found = {name[:1].lower() + name[1:]: value for name, value in (given or {}).items()}
    shown: Json = {"level": found.get("level", "OFF")}
    shown["includeExecutionData"] = str(found.get("includeExecutionData", False)).lower() == "true"
    if found.get("destinations"):
        shown["destinations"] = [_destination(one) for one in found["destinations"]]
    return shown


def _destination(given: Json) -> Json:
    (group,) = given.values()
    (arn,) = group.values()
    return {"cloudWatchLogsLogGroup": {"logGroupArn": arn}}


def _tracing(given: Any) -> Json:
    return {"enabled": any(str(value).lower() == "true" for value in (given or {}).values())}


def _refused(name: str, arn: str, role: str, definition: str, kind: str, logging: Json) -> Refusal | None:
    """Return the error and the text with which AWS refuses a machine; None when it does not."""
    if problem := problem_of(definition, kind):
        return "InvalidDefinition", f"Invalid State Machine Definition: '{problem}'"
    if not role_trusts(role, TRUSTED, arn):
        text = "the global service principal states.amazonaws.com, nor the regional one is authorized to assume"
        return "AccessDeniedException", f"Neither {text} the provided role."
    if logging["level"] not in LEVELS:
        return (
            "InvalidLoggingConfiguration",
            "Invalid Logging Configuration: level must be one of ALL, ERROR, FATAL, OFF",
        )
    destinations = logging.get("destinations", [])
    if logging["level"] != "OFF" and len(destinations) != 1:
        return "InvalidLoggingConfiguration", "Invalid Logging Configuration: Must specify exactly one Log Destination."
    for destination in destinations:
        group = destination["cloudWatchLogsLogGroup"]["logGroupArn"]
        if not group.endswith(":*"):
            return "InvalidLoggingConfiguration", f"Invalid Logging Configuration: '{group}' must end with ':*'"
        # All are asked for, so that the record shows each.
        may = [role_may(role, name, action, "*") for action in DELIVERING]
        if not all(may) or group_of(destination) not in cloudwatch_logs._log_groups:
            return "AccessDeniedException", UNREACHABLE
    return None


def _arn(name: str) -> str:
    region, account = stepfunctions.get_region(), stepfunctions.get_account_id()
    return f"arn:aws:states:{region}:{account}:stateMachine:{name}"


def _keep(arn: str, logging: Json | None, tracing: Json | None) -> None:
    machine = stepfunctions._state_machines[arn]
    machine["loggingConfiguration"] = _logging(machine["loggingConfiguration"] if logging is None else logging)
    machine["tracingConfiguration"] = tracing or machine.get("tracingConfiguration") or _tracing(None)


def _api() -> None:
    create, update = stepfunctions._create_state_machine, stepfunctions._update_state_machine

    def create_state_machine(data: Json) -> Any:
        logging, name = _logging(data.get("loggingConfiguration")), data.get("name", "")
        if refused := _refused(
            name, _arn(name), data.get("roleArn", ""), data.get("definition", ""), data.get("type", "STANDARD"), logging
        ):
            return error_response_json(*refused, 400)
        answer = create({**data, "loggingConfiguration": logging})
        if answer[0] < 400:
            _keep(_arn(name), None, _tracing(data.get("tracingConfiguration")))
        return answer

    def update_state_machine(data: Json) -> Any:
        machine = stepfunctions._state_machines.get(data.get("stateMachineArn"))
        if machine is None:
            return update(data)
        logging = _logging(data.get("loggingConfiguration", machine["loggingConfiguration"]))
        role, definition = (data.get(name, machine[name]) for name in ("roleArn", "definition"))
        arn = machine["stateMachineArn"]
        if refused := _refused(machine["name"], arn, role, definition, machine["type"], logging):
            return error_response_json(*refused, 400)
        answer = update({**data, "loggingConfiguration": logging})
        if answer[0] < 400 and "tracingConfiguration" in data:
            _keep(arn, None, _tracing(data["tracingConfiguration"]))
        return answer

    stepfunctions._create_state_machine, stepfunctions._update_state_machine = (
        create_state_machine,
        update_state_machine,
    )


def _template() -> None:
    """Make a stack fail with the same refusals; an update goes through the API's own function."""
    from ministack.services.cloudformation.provisioners import _sfn_definition, _sfn_state_machine_delete

    handlers = HANDLERS[KIND] = dict(HANDLERS[KIND])
    create, update = handlers["create"], handlers["update"]

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        logging, role = _logging(properties.get("LoggingConfiguration")), properties.get("RoleArn", "")
        result = create(logical_id, properties, stack)
        arn = result[0]
        machine = stepfunctions._state_machines[arn]
        if refused := _refused(machine["name"], arn, role, _sfn_definition(properties), machine["type"], logging):
            _sfn_state_machine_delete(arn, properties)
            raise ValueError(f"{refused[1]} (Service: AWSStepFunctions; Status Code: 400; Error Code: {refused[0]})")
        _keep(arn, logging, _tracing(properties.get("TracingConfiguration")))
        return result

    def updated(arn: str, old: Properties, new: Properties, *rest: Any, **options: Any) -> Any:
        result = update(arn, old, new, *rest, **options)
        _keep(result[0], None, _tracing(new.get("TracingConfiguration")))
        return result

    handlers["create"], handlers["update"] = created, updated


def install() -> None:
    """Judge and keep, by the API and in CloudFormation."""
    _api()
    _template()
