"""What AWS's pages on integrations, Map, Choice and errors show, and how an Express workflow ends with it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.machines import HANDLER, Machines, one, task
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

Json = dict[str, Any]
Client = Callable[[str], Any]
EVERYTHING = allow("*", "*")
PASS = {"Type": "Pass", "End": True}
CAUGHT = {"Caught": PASS}
CATCH = {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]}


@pytest.fixture
def function(machines: Machines) -> str:
    return machines.function(machines.role(service="lambda.amazonaws.com", suffix="-function"), HANDLER)


def _made(machines: Machines, definition: Json) -> str:
    return machines.make(machines.role(EVERYTHING), definition)


def _output(found: Json) -> Any:
    assert found["status"] == "SUCCEEDED", found
    return json.loads(found["output"])


def test_a_call_that_nobody_waits_for(machines: Machines, function: str) -> None:
    asked = {"FunctionName": function, "InvocationType": "Event", "Payload": {"fail": "later"}}
    found = _output(machines.run(_made(machines, one(task("lambda:invoke", Parameters=asked))), {}))
    assert (found["StatusCode"], found["Payload"]) == (202, "")


def test_a_version_is_called(machines: Machines, client: Client, function: str) -> None:
    version = client("lambda").publish_version(FunctionName=machines.name)["Version"]
    asked = {"FunctionName": machines.name, "Qualifier": version, "Payload": {"a": 1}}
    found = _output(machines.run(_made(machines, one(task("lambda:invoke", Parameters=asked))), {}))
    assert (found["ExecutedVersion"], found["Payload"]["seen"]) == (version, {"a": 1})


@pytest.mark.parametrize("resource", ["states:startExecution", "aws-sdk:sfn:startExecution"])
def test_another_machine_is_started(machines: Machines, client: Client, resource: str) -> None:
    arn = _made(machines, one({"Type": "Pass"}))
    given = {"by": "another"} if resource.startswith("states") else json.dumps({"by": "another"})
    start = task(resource, Parameters={"StateMachineArn": arn, "Input": given})
    role = client("stepfunctions").describe_state_machine(stateMachineArn=arn)["roleArn"]
    other = Machines(client, machines.emulator, f"{machines.name}-2").make(role, one(start))
    found = _output(machines.run(other, {}))
    assert found["StartDate"].endswith("Z")
    assert _output(machines.ended(found["ExecutionArn"])) == {"by": "another"}


def test_an_object_is_read_and_its_times_are_texts(machines: Machines, client: Client) -> None:
    s3, name = client("s3"), machines.name
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    s3.put_object(Bucket=name, Key="one", Body=b"content")
    get = task("aws-sdk:s3:getObject", Parameters={"Bucket": name, "Key": "one"})
    found = _output(machines.run(_made(machines, one(get)), {}))
    assert found["Body"] == "content" and "T" in found["LastModified"]


def test_a_detail_is_an_object_and_an_entry_that_fails_is_an_error(machines: Machines, client: Client) -> None:
    events, sqs = client("events"), client("sqs")
    url = sqs.create_queue(QueueName=machines.name)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {"Statement": [{**allow("sqs:SendMessage", "*"), "Principal": {"Service": "events.amazonaws.com"}}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    events.put_rule(Name=machines.name, EventPattern=json.dumps({"source": [machines.name]}))
    events.put_targets(Rule=machines.name, Targets=[{"Id": "queue", "Arn": queue, "InputPath": "$.detail"}])
    entry = {"Source": machines.name, "DetailType": "told", "Detail": {"key.$": "$.key"}}
    put = task("events:putEvents", Parameters={"Entries": [entry, {**entry, "Source.$": "$.source"}]}, **CATCH)
    put["Parameters"]["Entries"][1].pop("Source")
    arn = _made(machines, one(put, **CAUGHT))
    assert _output(machines.run(arn, {"key": "k", "source": "other"}))["FailedEntryCount"] == 0
    (message,) = wait_for(lambda: sqs.receive_message(QueueUrl=url).get("Messages"), "the event")
    assert json.loads(message["Body"]) == {"key": "k"}
    assert _output(machines.run(arn, {"key": "k", "source": "aws.s3"}))["Error"] == "EventBridge.FailedEntry"


@pytest.mark.parametrize("resource", ["aws-sdk:unheard:of", "aws-sdk:s3:unheardOf", "unheard:of"])
def test_an_integration_that_is_missing_fails_past_every_catch(machines: Machines, resource: str) -> None:
    found = machines.run(_made(machines, one(task(resource, Parameters={}, **CATCH), **CAUGHT)), {})
    assert (found["status"], found["error"]) == ("FAILED", "States.Runtime")


def _mapped(**fields: Any) -> Json:
    inner = {"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "Parameters": {"n.$": "$.n"}, "End": True}}}
    return one({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inner, **fields}, **CAUGHT)


def test_a_map_takes_its_concurrency_from_the_data(machines: Machines) -> None:
    arn = _made(machines, _mapped(MaxConcurrencyPath="$.most"))
    assert _output(machines.run(arn, {"most": 1, "items": [{"n": 1}, {"n": 2}]})) == [{"n": 1}, {"n": 2}]
    assert _output(machines.run(arn, {"most": 0, "items": []})) == []
    for data in ({"items": []}, {"most": "2", "items": []}, {"most": -1, "items": []}, {"most": 1, "items": {}}):
        assert machines.run(arn, data)["error"] == "States.Runtime"


def test_an_intrinsic_function_that_fails_is_caught(machines: Machines, function: str) -> None:
    asked = {"FunctionName": function, "Payload": {"part.$": "States.ArrayGetItem($.items, 2)"}}
    arn = _made(machines, one(task("lambda:invoke", Parameters=asked, **CATCH), **CAUGHT))
    assert _output(machines.run(arn, {"items": [1]}))["Error"] == "States.IntrinsicFailure"


def test_a_choice_without_a_way_out(machines: Machines) -> None:
    rule = {"Variable": "$.type", "StringEquals": "Private", "Next": "Caught"}
    arn = _made(machines, one({"Type": "Choice", "Choices": [rule]}, **CAUGHT))
    assert machines.run(arn, {"type": "Private"})["status"] == "SUCCEEDED"
    found = machines.run(arn, {"type": "Public"})
    assert (found["error"], "does not point to a next state" in found["cause"]) == ("States.Runtime", True)


@pytest.mark.parametrize(
    "state", [{"Type": "Pass", "Assign": {"a.$": "$.b"}}, task("sqs:sendMessage", QueryLanguage="JSONata")]
)
def test_what_the_walk_lacks_fails_at_any_depth(machines: Machines, state: Json) -> None:
    inner = {"StartAt": "Inner", "States": {"Inner": {**state, "End": True}}}
    found = machines.run(_made(machines, one({"Type": "Parallel", "Branches": [inner], **CATCH}, **CAUGHT)), {"b": 1})
    assert (found["status"], found["error"]) == ("FAILED", "States.Runtime")
    assert "The embedded stage runs Express workflows without" in found["cause"]


QUERIED = {"Type": "Pass", "QueryLanguage": "JSONata"}


def test_states_in_jsonata_between_others(machines: Machines) -> None:
    about = {"of": "{% $states.context.Execution.Name %}", "sum": "{% $sum($states.input.items.n) %}", "plain": "$.a"}
    rule = {"Condition": "{% $states.input.sum > 2 %}", "Output": {"large": True}, "Next": "Caught"}
    choice = {"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [rule], "Default": "Failed"}
    failed = {"Type": "Fail", "QueryLanguage": "JSONata", "Error": "{% 'Sum' & $states.input.sum %}"}
    states = {"Second": choice, "Failed": failed, **CAUGHT}
    arn = _made(machines, one({**QUERIED, "Output": about, "Next": "Second"}, **states))
    assert _output(machines.run(arn, {"items": [{"n": 1}, {"n": 2}]})) == {"large": True}
    assert machines.run(arn, {"items": [{"n": 1}, {"n": 1}]})["error"] == "Sum2"


@pytest.mark.parametrize("expression", ["$states.input.nothing", "1 + 'a'", "$uuid", "$parse('{')"])
def test_an_expression_that_gives_nothing_is_an_error(machines: Machines, expression: str) -> None:
    arn = _made(machines, one({**QUERIED, "Output": f"{{% {expression} %}}"}))
    found = machines.run(arn, {})
    assert (found["status"], found["error"]) == ("FAILED", "States.QueryEvaluationError")
