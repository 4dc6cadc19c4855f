"""The API of DynamoDB streams over the shards that mappings read, so that a batch can be found again by its numbers.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
"""

import bisect
import json
import time
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import dynamodb_streams

from hallmark.stage.embedded.extensions.stream_records import Shard, Stream, stream_of

Json = dict[str, Any]
MOST_SHARDS, MOST_RECORDS = 100, 1000
KINDS = ("TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")


def _invalid(message: str) -> Any:
    return error_response_json("ValidationException", message, 400)


def _described(shard: Shard) -> Json:
    numbers = {"StartingSequenceNumber": str(shard.first)}
    if shard.last is not None:
        numbers["EndingSequenceNumber"] = str(shard.last)
    return {"ShardId": shard.id, "SequenceNumberRange": numbers}


def _page(stream: Stream, data: Json) -> Json:
    """Return the shards after the named one, up to the limit; no shard has children."""
    children = (data.get("ShardFilter") or {}).get("Type") == "CHILD_SHARDS"
    ids = [shard.id for shard in stream.shards]
    after = data.get("ExclusiveStartShardId")
    begin = ids.index(after) + 1 if after in ids else 0
    most = min(int(data.get("Limit") or MOST_SHARDS), MOST_SHARDS)
    shards = () if children else stream.shards[begin : begin + most]
    more = {"LastEvaluatedShardId": shards[-1].id} if shards and begin + most < len(ids) else {}
    return {"Shards": [_described(shard) for shard in shards], **more}


def _position(shard: Shard, kind: str, number: str | None) -> int | Any:
    """Return where an iterator begins, or the API's refusal."""
    if kind == "TRIM_HORIZON":
        shard.read(0, 0)  # so that expired records are gone
        return shard.trimmed
    if kind == "LATEST":
        return shard.end
    if not number or not number.isdigit():
        return _invalid(f"SequenceNumber is required for {kind}, and consists of digits")
    wanted = int(number)
    entries = shard.read(0, shard.end)
    if wanted <= shard.trimmed_to:
        message = "The operation attempted to read past the oldest stream record in a shard."
        return error_response_json("TrimmedDataAccessException", message, 400)
    if wanted == shard.first:
        return shard.trimmed
    index = bisect.bisect_left(entries, wanted, key=lambda entry: int(entry.number))
    if index == len(entries) or int(entries[index].number) != wanted:
        return _invalid(f"Invalid SequenceNumber: the shard {shard.id} has no record {number}")
    return entries[index].position + (kind == "AFTER_SEQUENCE_NUMBER")


def _iterator(arn: str, shard: Shard, position: int) -> str:
    token: str = dynamodb_streams._encode_iterator(arn.split("/")[1], shard.id, position, stream_arn=arn)
    return token


def _get_shard_iterator(data: Json) -> Any:
    arn, kind = data.get("StreamArn") or "", data.get("ShardIteratorType") or ""
    if kind not in KINDS:
        return _invalid(f"ShardIteratorType must be one of {list(KINDS)}")
    stream = stream_of(arn)
    if stream is None:
        return error_response_json(
            "ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found", 400
        )
    shard = stream.shard(data.get("ShardId") or "")
    if shard is None:
        return dynamodb_streams._shard_not_found()
    position = _position(shard, kind, data.get("SequenceNumber"))
    if not isinstance(position, int):
        return position
    return json_response({"ShardIterator": _iterator(arn, shard, position)})


def _get_records(data: Json) -> Any:
    token = dynamodb_streams._decode_iterator(data.get("ShardIterator") or "")
    if token is None or "arn" not in token:
        return _invalid("Invalid ShardIterator")
    most = int(data.get("Limit") or MOST_RECORDS)
    if not 1 <= most <= MOST_RECORDS:
        return _invalid(f"Limit must be 1 to {MOST_RECORDS}")
    stream = stream_of(token["arn"])
    shard = stream and stream.shard(token["s"])
    if time.time() - float(token["i"]) >= dynamodb_streams._ITERATOR_TTL_SECONDS or not stream or not shard:
        return error_response_json("ExpiredIteratorException", "The shard iterator has expired.", 400)
    entries, begin = shard.read(token["p"], most), int(token["p"])
    if begin < shard.trimmed:
        message = "The operation attempted to read past the oldest stream record in a shard."
        return error_response_json("TrimmedDataAccessException", message, 400)
    page = dynamodb_streams._cap_page_bytes([entry.record for entry in entries])
    # Only an event for a function names its stream.
    answer: Json = {"Records": [{name: record[name] for name in record if name != "eventSourceARN"} for record in page]}
    end = begin + len(page)
    if not (stream.closed and end >= shard.end):
        answer["NextShardIterator"] = _iterator(token["arn"], shard, end)
    return json_response(answer)


def install() -> None:
    """Replace the emulator's calls, which know one shard."""
    describe = dynamodb_streams._describe_stream

    def describe_stream(data: Json) -> Any:
        stream = stream_of(data.get("StreamArn") or "")
        status, headers, body = describe({"StreamArn": data.get("StreamArn")})
        if status != 200 or stream is None:
            return status, headers, body
        description = json.loads(body)["StreamDescription"]
        del description["Shards"]
        return json_response({"StreamDescription": description | _page(stream, data)})

    dynamodb_streams._describe_stream = describe_stream
    dynamodb_streams._get_shard_iterator = _get_shard_iterator
    dynamodb_streams._get_records = _get_records
