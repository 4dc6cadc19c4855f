"""Each stream is read by its function alone, from its beginning, and a record that fails blocks or loses nothing.

`readers` says for each function `{reads: <table>, takes: <the one filter's pattern>}`.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.wiring import LATEST, invocation, role_of, source_of, stands_still
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.iam.permissions import lacking
from policies.engine.kinds import FUNCTION, MAPPING, QUEUE, TABLES
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.services.queues import TAKES_ALL, refusal
from policies.engine.services.storage import stream_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, listed, shown

_PIPE = "AWS::Pipes::Pipe"
_FAILURE = "DestinationConfig.OnFailure.Destination"
_RESERVED = "ReservedConcurrentExecutions"
# Of a record that always fails: AWS's default is to try until the record leaves the stream, after a day.
_BOUNDS = {"retries": "MaximumRetryAttempts", "age_seconds": "MaximumRecordAgeInSeconds"}
_PARTIAL = ["ReportBatchItemFailures"]


class StreamReaders(Policy):
    scope = (MAPPING,)
    relies_on = (FUNCTION, QUEUE, *TABLES, _PIPE)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        left = template.of_type(MAPPING, _PIPE)
        streams: dict[str, str] = {}
        lonely: list[tuple[Resource, str]] = []
        for part, reader in parameters["readers"].items():
            table, function = parts.player("table", reader["reads"]), parts.function(part)
            stream = stream_of(template, table) if table else None
            if stream is not None:
                streams[stream] = reader["reads"]
            if function is None or table is None:
                # Their absence is reported by what asks for them.
                continue
            own = [one for one in left if one.type == MAPPING and _function(template, one) is function]
            left = [one for one in left if one not in own]
            for index, mapping in enumerate(own):
                yield from _reading(template, mapping, parameters, reader, stream, first=not index)
            if not own:
                lonely.append((function, reader["reads"]))
        strangers = list(_strangers(template, left, streams))
        yield from strangers
        for function, name in () if strangers else lonely:
            wanted = f"an {MAPPING} from the stream of {name}"
            yield Finding(function.logical_id, "FunctionName", "no mapping from a stream", wanted)


def _function(template: Template, mapping: Resource) -> Resource | None:
    call = invocation(template, mapping.properties.get("FunctionName"))
    return call.function if call else None


def _strangers(template: Template, others: list[Resource], streams: Mapping[str, str]) -> Iterator[Finding]:
    """Yield who else reads a stream, or may: it slows the readers down, and gets every record.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html#Streams.Processing
    """
    for one in others:
        path, source = ("EventSourceArn" if one.type == MAPPING else "Source"), source_of(template, one)
        if source is None:
            yield Finding(one.logical_id, path, UNRESOLVED, "a source of this template")
        elif source in streams:
            yield Finding(one.logical_id, path, f"the stream of {streams[source]}", "no other reader of this stream")


def _reading(
    template: Template,
    mapping: Resource,
    parameters: Mapping[str, Any],
    reader: Mapping[str, Any],
    stream: str | None,
    *,
    first: bool,
) -> Iterator[Finding]:
    """Yield what is wrong with a mapping of a reader's function."""
    name, source = mapping.logical_id, source_of(template, mapping)
    if source is None or source != stream:
        yield Finding(name, "EventSourceArn", source or UNRESOLVED, f"the stream of {reader['reads']}, and no other")
        return
    if not first:
        yield Finding(name, "EventSourceArn", f"the stream of {reader['reads']}, a second time", "one mapping")
        return
    call, alias = invocation(template, mapping.properties.get("FunctionName")), parameters.get("alias", LATEST)
    if call and call.qualifier != alias:
        yield Finding(name, "FunctionName", f"the qualifier {call.qualifier}", alias)
    if stands_still(template, mapping):
        yield Finding(name, "Enabled", shown(template, mapping.properties.get("Enabled")), "true")
    yield from _what(template, mapping, reader["takes"])
    yield from _pace(template, mapping, parameters)
    yield from _failing(template, mapping, parameters)


def _what(template: Template, mapping: Resource, takes: Any) -> Iterator[Finding]:
    """Yield what keeps wanted records out, or lets others in."""
    name = mapping.logical_id
    position = template.value(mapping, "StartingPosition")
    if position != "TRIM_HORIZON":
        wanted = "TRIM_HORIZON: LATEST loses what is written before the mapping works"
        yield Finding(name, "StartingPosition", str(position or "missing"), wanted)
    found = template.value(mapping, "FilterCriteria.Filters")
    filters = found if isinstance(found, list) else [found]
    patterns = [template.structure(one.get("Pattern")) if isinstance(one, Mapping) else one for one in filters]
    if not patterns or any(_plain(pattern) != _plain(takes) for pattern in patterns):
        yield Finding(name, "FilterCriteria.Filters", shown(template, found), f"exactly {takes}")
    key = template.value(mapping, "KmsKeyArn")
    if key is not None:
        yield Finding(name, "KmsKeyArn", str(key), "none: without its key the filter cannot be read")


def _plain(pattern: Any) -> Any:
    """Return a pattern in which the order of alternatives says nothing."""
    if isinstance(pattern, Mapping):
        return {key: _plain(value) for key, value in pattern.items()}
    return sorted(map(str, pattern)) if isinstance(pattern, list) else pattern


def _pace(template: Template, mapping: Resource, parameters: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield batches that are too big or wait too long, and more of them at once than the function may run."""
    name, function = mapping.logical_id, _function(template, mapping)
    for path, default, least, most in (
        ("BatchSize", 100, *parameters["batch_size"]),
        ("MaximumBatchingWindowInSeconds", 0, 0, parameters["window_seconds"]),
    ):
        own = mapping.properties.get(path)
        number = default if template.value(mapping, path) is None else template.number(own)
        if number is None or not least <= number <= most:
            yield Finding(name, path, shown(template, own), f"{least} to {most}")
    tumbling = template.value(mapping, "TumblingWindowInSeconds")
    if tumbling is not None and template.number(tumbling) != 0:
        yield Finding(name, "TumblingWindowInSeconds", str(tumbling), "none: each record is handled by itself")
    own = template.value(mapping, "ParallelizationFactor")
    factor = 1.0 if own is None else template.number(own)
    reserved = template.number(function.properties.get(_RESERVED)) if function else None
    if factor is None or reserved is None or factor * parameters["shards"] > reserved:
        room = "unknown" if reserved is None else f"{reserved:g}"
        found = f"{1 if own is None else own} x {parameters['shards']} shards, {_RESERVED} {room}"
        yield Finding(name, "ParallelizationFactor", found, "no more than the executions that the function reserves")


def _failing(template: Template, mapping: Resource, parameters: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield with what a failing record blocks those behind it, or is lost."""
    name, function = mapping.logical_id, _function(template, mapping)
    types = template.value(mapping, "FunctionResponseTypes")
    if list(listed(types)) != _PARTIAL:
        yield Finding(name, "FunctionResponseTypes", str(types or "none"), ", ".join(_PARTIAL))
    bisect = mapping.properties.get("BisectBatchOnFunctionError")
    if not is_true(template, bisect):
        yield Finding(name, "BisectBatchOnFunctionError", shown(template, bisect), "true")
    for parameter, path in _BOUNDS.items():
        least, most = parameters[parameter]
        own = template.value(mapping, path)
        number = template.number(own)
        if number is None or not least <= number <= most:
            found = "-1, AWS's default: for a day" if own is None else str(own)
            yield Finding(name, path, found, f"{least} to {most}")
    failure = template.value(mapping, _FAILURE)
    queue = template.by_arn(failure, QUEUE)
    if queue is None:
        yield Finding(name, _FAILURE, str(failure or "none"), "the ARN of a queue of this stack")
    if refused := refusal(template, queue):
        yield Finding(name, _FAILURE, refused, TAKES_ALL)
    role, arn = (role_of(template, function) if function else None), (template.arn(queue) if queue else None)
    if role and arn:
        # Lambda sends to the queue with the function's role.
        yield from lacking(template, role, "sqs:SendMessage", arn)


policy = StreamReaders()
