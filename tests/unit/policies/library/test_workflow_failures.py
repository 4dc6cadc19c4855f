"""Retries, times and failures of workflows: each kind of fault is found where it is, and other ways are fine."""

import json

import pytest

from tests.unit.policies.flow import (
    ERRORS,
    RETRY,
    Change,
    Document,
    call,
    catch,
    edited,
    flow,
    found,
    gone,
    of_states,
    put,
)

RETRIES, BUDGET, CAUGHT = "workflows/retries", "workflows/time_budget", "workflows/caught"
TRANSFORM = "Process.ItemProcessor.States.Transform"
AGAIN = "Validate.Retry.0"
FIRST = "Validate.Retry[0]"
ALL_AGAIN = {"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}
LATER = {"Type": "Wait", "Seconds": 200, "Next": "Process"}
BY_DATA = {"Type": "Wait", "TimestampPath": "$.t", "Next": "Process"}
SOME = {**catch("Done")[0], "ErrorEquals": ["Lambda.Unknown"]}
FRONT = {**RETRY, "ErrorEquals": ERRORS[1:], "MaxAttempts": 6}
NEVER = {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 0}
OVERWRITING = [{"ErrorEquals": ["States.ALL"], "Next": "ValidateFailed"}]
OTHER_QUEUE = "https://sqs.us-east-1.amazonaws.com/1/q"
UNKNOWN_ITEMS = [put("Each", edited()["States"]["Process"]), put("Outcome.Choices.0.Next", "Each")]

# Policy, edits, and where the finding is, below the states.
FAULTS: dict[str, tuple[str, list[Change], str]] = {
    "no retry": (RETRIES, [gone("Validate.Retry")], "Validate.Retry"),
    "no throttles": (RETRIES, [put(f"{AGAIN}.ErrorEquals", ERRORS[1:])], "Validate.Retry"),
    "no end of a task": (RETRIES, [gone("Validate.TimeoutSeconds")], "Validate.TimeoutSeconds"),
    "inside of a Map": (RETRIES, [gone(f"{TRANSFORM}.Retry")], f"{TRANSFORM}.Retry"),
    "an interval": (RETRIES, [gone(f"{AGAIN}.IntervalSeconds")], f"{FIRST}.IntervalSeconds"),
    "a rate": (RETRIES, [put(f"{AGAIN}.BackoffRate", 1)], f"{FIRST}.BackoffRate"),
    "attempts": (RETRIES, [put(f"{AGAIN}.MaxAttempts", 2)], f"{FIRST}.MaxAttempts"),
    "a text": (RETRIES, [put(f"{AGAIN}.IntervalSeconds", "2")], f"{FIRST}.IntervalSeconds"),
    "jitter": (RETRIES, [put(f"{AGAIN}.JitterStrategy", "NONE")], f"{FIRST}.JitterStrategy"),
    "no cap": (RETRIES, [gone(f"{AGAIN}.MaxDelaySeconds")], f"{FIRST}.MaxDelaySeconds"),
    "another in front": (RETRIES, [put("Validate.Retry", [FRONT, RETRY])], f"{FIRST}.MaxAttempts"),
    "all in front": (RETRIES, [put("Validate.Retry", [NEVER, RETRY])], f"{FIRST}.MaxAttempts"),
    "a time of the data": (
        BUDGET,
        [gone("Validate.TimeoutSeconds"), put("Validate.TimeoutSecondsPath", "$.t")],
        "Validate.TimeoutSecondsPath",
    ),
    "too long": (BUDGET, [put(f"{TRANSFORM}.TimeoutSeconds", 60)], ""),
    "several rounds": (BUDGET, [put("Process.MaxConcurrency", 3)], ""),
    "rounds of the data": (BUDGET, [put("Process.MaxConcurrencyPath", "$.n")], ""),
    "the whole Map again": (BUDGET, [put("Process.Retry", [ALL_AGAIN])], ""),
    "a retrier more": (BUDGET, [put("Validate.Retry", [RETRY, {**ALL_AGAIN, "IntervalSeconds": 60}])], ""),
    "a wait": (BUDGET, [put("Outcome.Default", "Later"), put("Later", LATER)], ""),
    "a wait of the data": (BUDGET, [put("Outcome.Default", "Later"), put("Later", BY_DATA)], "Later.TimestampPath"),
    "a circle": (BUDGET, [put("Outcome.Default", "Validate")], ""),
    "a step without an end": (BUDGET, [gone("Keep.TimeoutSeconds")], "Keep.TimeoutSeconds"),
    "items nobody knows": (BUDGET, UNKNOWN_ITEMS, "Each.ItemsPath"),
    "no catch": (CAUGHT, [gone("Validate.Catch")], "Validate.Catch"),
    "no catch around a Map": (CAUGHT, [gone("Process.Catch")], f"{TRANSFORM}.Catch"),
    "some errors only": (CAUGHT, [put("Notify.Catch.0.ErrorEquals", ["States.TaskFailed"])], "Notify.Catch"),
    "the input is gone": (CAUGHT, [put("Validate.Catch", OVERWRITING)], "Validate.Catch[0].ResultPath"),
    "the error is gone": (CAUGHT, [put("Validate.Catch.0.ResultPath", None)], "Validate.Catch[0].ResultPath"),
    "it succeeds": (CAUGHT, [put("Failed", {"Type": "Succeed"})], "Failed"),
    "it ends": (CAUGHT, [put("Tell.End", True), gone("Tell.Next")], "Tell"),
    "some errors end well": (CAUGHT, [put("Validate.Catch", [SOME, *catch("ValidateFailed")])], "Done"),
    "a step's error ends well": (CAUGHT, [put("Keep.Catch.0.Next", "Done")], "Done"),
    "past the queue": (CAUGHT, [put("NotifyFailed.Next", "Mark")], "Failed"),
    "past the topic": (CAUGHT, [put("Mark.Next", "Failed")], "Failed"),
    "another queue": (CAUGHT, [put("Keep.Parameters.QueueUrl", OTHER_QUEUE)], "Failed"),
    "another status": (CAUGHT, [put("Mark.Parameters.ExpressionAttributeValues", {":f": {"S": "done"}})], "Failed"),
    "a status that is set nowhere": (CAUGHT, [put("Mark.Parameters.UpdateExpression", "SET #s = :other")], "Failed"),
    "a status that is removed": (CAUGHT, [put("Mark.Parameters.UpdateExpression", "SET #a = :b REMOVE #s")], "Failed"),
    "a status of a condition": (
        CAUGHT,
        [
            put("Mark.Parameters.UpdateExpression", "SET #a = :b"),
            put("Mark.Parameters.ConditionExpression", "#s = :failed"),
        ],
        "Failed",
    ),
    "no error": (CAUGHT, [put("NotifyFailed.Parameters", {"state": "Notify"})], "Keep.Parameters.MessageBody"),
    "another state": (CAUGHT, [put("NotifyFailed.Parameters.state", "Validate")], "Keep.Parameters.MessageBody"),
    "a Fail without a letter": (CAUGHT, [put("Outcome.Default", "Failed")], "Failed"),
    "a refusal that fails": (
        "workflows/functions",
        [put("Outcome.Choices.1.Next", "Failed"), put("Outcome.Default", "Failed")],
        "",
    ),
    "a circle after an error": (CAUGHT, [put("Tell.Next", "Keep")], "Keep"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_where_it_is(fault: str) -> None:
    policy, changes, path = FAULTS[fault]
    assert f"DefinitionString.States.{path}".removesuffix(".") in of_states(edited(*changes)).get(policy, [])


@pytest.mark.parametrize(
    "update", ["set #s=:failed", "ADD #n :one SET #s = :failed, #e = :e REMOVE #open", "SET #set = :e, #s = :failed"]
)
def test_a_status_may_be_set_so(update: str) -> None:
    assert of_states(edited(put("Mark.Parameters.UpdateExpression", update))) == {}


def test_a_part_of_the_input_is_not_the_input() -> None:
    def change(states: Document) -> None:
        states["NotifyFailed"]["Parameters"]["input.$"] = "$.key"

    assert of_states(edited(change)) == {CAUGHT: ["DefinitionString.States.Keep.Parameters.MessageBody"]}


def _parallel(states: Document) -> None:
    names = ("Keep", "Mark", "Tell")
    steps = {name: {**states.pop(name), "End": True} for name in names}
    for one in steps.values():
        del one["Next"], one["Catch"]
    branches = [{"StartAt": name, "States": {name: one}} for name, one in steps.items()]
    states["Keep all"] = {"Type": "Parallel", "Branches": branches, "Next": "Failed"}
    for state in ("Validate", "Process", "Notify"):
        states[f"{state}Failed"]["Next"] = "Keep all"


def _fields(states: Document) -> None:
    own = states["NotifyFailed"]["Parameters"]
    del own["input.$"]
    own["input"] = {"b.$": "$.bucket", "k.$": "$.key", "v.$": "$.versionId"}


def _as_text(states: Document) -> None:
    states["Keep"]["Parameters"]["MessageBody.$"] = "States.JsonToString($.failure)"


def _whole_error(states: Document) -> None:
    states["NotifyFailed"]["Parameters"]["error.$"] = "$.error"


def _by_arn(states: Document) -> None:
    states["Notify"]["Resource"] = "${Notification}"
    del states["Notify"]["Parameters"]


def _older(states: Document) -> None:
    states["Process"]["Iterator"] = states["Process"].pop("ItemProcessor")


QUEUE_LAST = [
    put("Keep.Next", "Failed"),
    put("Keep.Catch", catch("Failed")),
    put("Tell.Next", "Keep"),
    put("Tell.Catch", catch("Keep")),
    *(put(f"{state}Failed.Next", "Mark") for state in ("Validate", "Process", "Notify")),
]
LAST = {"Type": "Pass", "Next": "Failed"}
TIME_OUT = {**catch("NotifyFailed")[0], "ErrorEquals": ["States.Timeout"]}
HARMLESS: dict[str, list[Change]] = {
    "errors in another order": [put(f"{AGAIN}.ErrorEquals", ["States.Timeout", *reversed(ERRORS)])],
    "all errors are tried again": [put(f"{AGAIN}.ErrorEquals", ["States.ALL"])],
    "an error of its own in front": [put("Validate.Retry", [{"ErrorEquals": ["Refused"], "MaxAttempts": 0}, RETRY])],
    "a decimal": [put(f"{AGAIN}.BackoffRate", 2.0)],
    "a Pass between": [put("Tell.Next", "Last"), put("Last", LAST)],
    "steps at once": [_parallel],
    "the queue last": QUEUE_LAST,
    "the input's own fields": [_fields],
    "a message in a text": [_as_text],
    "the whole error": [_whole_error],
    "a catch more": [put("Notify.Catch", [TIME_OUT, *catch("NotifyFailed")])],
    "the function by its ARN": [_by_arn],
    "the older word": [_older],
    "as many as AWS runs at once": [gone("Process.MaxConcurrency")],
    "a step's error ends at once": [gone("Keep.Catch")],
}


@pytest.mark.parametrize("way", HARMLESS)
def test_other_ways_to_say_it_are_fine(way: str) -> None:
    assert of_states(edited(*HARMLESS[way])) == {}


def test_retriers_count_their_attempts_by_themselves() -> None:
    apart = [{**RETRY, "ErrorEquals": [error]} for error in ERRORS]
    assert of_states(edited(put("Validate.Retry", apart))) == {BUDGET: ["DefinitionString.States"]}
    assert of_states(edited(put("Validate.Retry", apart), put("Validate.TimeoutSeconds", 1))) == {}


def _spoken(states: Document) -> None:
    """One state's failure in JSONata."""
    failed = {
        "ErrorEquals": ["States.ALL"],
        "Assign": {"failed": "{% $states.context.State.Name %}", "why": "{% $states.errorOutput.Error %}"},
        "Output": "{% $states.input %}",
        "Next": "KeepIt",
    }
    arguments = {"FunctionName": "${Notification}", "Payload": "{% $states.input %}"}
    states["Notify"] = {**call("Notification", 8), "QueryLanguage": "JSONata", "Arguments": arguments, "Next": "Done"}
    states["Notify"]["Catch"] = [failed]
    del states["Notify"]["Parameters"], states["NotifyFailed"]
    body = "{'state': $failed, 'error': $why, 'execution': $states.context.Execution.Id, 'input': $states.input}"
    states["KeepIt"] = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": "${Failures}", "MessageBody": f"{{% $string({body}) %}}"},
        "TimeoutSeconds": 5,
        "Output": "{% $states.input %}",
        "Next": "Mark",
    }


def test_jsonata_is_read() -> None:
    assert of_states(edited(_spoken)) == {}
    silent = edited(_spoken, put("Notify.Catch.0.Assign.why", "{% 'unknown' %}"))
    assert of_states(silent) == {CAUGHT: ["DefinitionString.States.KeepIt.Arguments.MessageBody"]}
    late = edited(_spoken, put("KeepIt.TimeoutSeconds", "{% $states.input.t %}"))
    assert of_states(late) == {BUDGET: ["DefinitionString.States.KeepIt.TimeoutSeconds"]}


def test_a_status_may_be_written_in_jsonata() -> None:
    def spoken(states: Document) -> None:
        mark = states["Mark"]
        mark.update(QueryLanguage="JSONata", Output="{% $states.input %}", Arguments=mark.pop("Parameters"))
        mark["Arguments"].update(
            UpdateExpression="{% 'SET #s = :f' %}", ExpressionAttributeValues={":f": {"S": "{% 'failed' %}"}}
        )
        mark["Catch"][0].pop("ResultPath")
        mark["Catch"][0]["Output"] = "{% $states.input %}"
        del mark["ResultPath"]

    assert of_states(edited(spoken)) == {}
    other = put("Mark.Arguments.UpdateExpression", "{% 'SET #s = :g' %}")
    assert set(of_states(edited(spoken, other))[CAUGHT]) == {"DefinitionString.States.Failed"}


def test_a_finding_says_what_takes_the_time_and_whose_failure_is_lost() -> None:
    document = flow(edited(put("Notify.TimeoutSeconds", 30), put("NotifyFailed.Next", "Mark")))
    (late,) = found(BUDGET, document)
    assert late.found == "312 seconds: Validate 54, Process 114, Notify 134, Mark 5, Tell 5"
    (lost,) = found(CAUGHT, document)
    assert lost.found == "an end without a message to the queue upload-failure, after an error of Notify"


def test_the_machines_own_time_counts() -> None:
    whole = json.loads(json.dumps(edited()))
    assert of_states({**whole, "TimeoutSeconds": 250}) == {}
    assert of_states({**whole, "TimeoutSeconds": 200}) == {BUDGET: ["DefinitionString.TimeoutSeconds"]}


@pytest.mark.parametrize("number", [-1, 10**400, True, "3", None, [3]])
@pytest.mark.parametrize("field", ["MaxAttempts", "IntervalSeconds", "BackoffRate", "MaxDelaySeconds"])
def test_numbers_that_are_none_make_a_time_endless(field: str, number: object) -> None:
    assert "DefinitionString.States.Validate.Retry[0]" in of_states(edited(put(f"{AGAIN}.{field}", number)))[BUDGET]
