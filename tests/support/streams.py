"""A table whose stream goes to a function that logs what it gets, fails where a record is bad, and answers as told."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

Client = Callable[[str], Any]
READING = [f"dynamodb:{name}" for name in ("DescribeStream", "GetShardIterator", "GetRecords", "ListStreams")]
HANDLER = """
exports.handler = async ({ Records }) => {
  const { DIE, REPORT, WAIT } = process.env;
  const named = ({ Keys: { k, s }, NewImage }) => `${k.S}/${s.S}` + (NewImage?.value ? `=${NewImage.value.N}` : "");
  console.log(JSON.stringify({ keys: Records.map(({ dynamodb }) => named(dynamodb)) }));
  if (WAIT) await new Promise((done) => setTimeout(done, Number(WAIT)));
  const bad = Records.filter(({ dynamodb }) => dynamodb.NewImage?.bad);
  if (bad.length && DIE) process.kill(process.pid, "SIGKILL");
  if (bad.length && !REPORT) throw new Error("a bad record");
  if (bad.length) {
    return { batchItemFailures: bad.reverse().map((one) => ({ itemIdentifier: one.dynamodb.SequenceNumber })) };
  }
  const answer = Records[0].dynamodb.NewImage?.answer;
  return answer && JSON.parse(answer.S);
};
"""
Json = dict[str, Any]


def make_role(client: Client, name: str, *statements: Json) -> str:
    """Make a role for functions that may write logs, and what the statements say; returns its ARN."""
    iam, trust = client("iam"), allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})
    trusted = json.dumps({"Statement": [trust]})
    made: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    rights = {"Statement": [allow("logs:*", "*"), *statements]}
    iam.put_role_policy(RoleName=name, PolicyName="test", PolicyDocument=json.dumps(rights))
    return made


def make_table(client: Client, name: str, view: str = "NEW_AND_OLD_IMAGES") -> str:
    """Make a table with the keys k and s and a stream; returns the stream's ARN."""
    made: str = client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in "ks"],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
    )["TableDescription"]["LatestStreamArn"]
    return made


def make_function(client: Client, name: str, role: str, **variables: str) -> None:
    """Make the function, with variables that say what it does."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("index.js", HANDLER)
    client("lambda").create_function(
        FunctionName=name,
        Runtime="nodejs18.x",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
        Environment={"Variables": variables},
    )


def item(key: str, bad: bool = False, **more: Json) -> Json:
    """Return an item by the text `k/s`."""
    partition, sort = key.split("/")
    return {"k": {"S": partition}, "s": {"S": sort}, **({"bad": {"BOOL": True}} if bad else {}), **more}


@dataclass(frozen=True)
class Streamed:
    """The table, function and mapping of a name."""

    client: Client
    name: str
    stream: str
    queue: str
    queue_arn: str

    @property
    def on_failure(self) -> Json:
        """The mapping's setting that sends records of given-up batches to the queue."""
        return {"DestinationConfig": {"OnFailure": {"Destination": self.queue_arn}}}

    def map(self, starting: str = "TRIM_HORIZON", **settings: Any) -> str:
        """Make the mapping with settings of Lambda's, and return its id."""
        made: str = self.client("lambda").create_event_source_mapping(
            FunctionName=self.name, EventSourceArn=self.stream, StartingPosition=starting, **settings
        )["UUID"]
        return made

    def put(self, *keys: str, bad: tuple[str, ...] = ()) -> None:
        """Put items one after another, in this order."""
        for key in keys:
            self.client("dynamodb").put_item(TableName=self.name, Item=item(key, key in bad))

    def deliveries(self) -> list[list[str]]:
        """Return the keys of each delivered batch, oldest batch first; `k/s=value` where the item has a value."""
        logs = self.client("logs")
        try:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{self.name}")
            lines = [event["message"] for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [json.loads(line)["keys"] for line in lines if line.startswith("{")]

    def delivered(self, count: int) -> list[list[str]]:
        """Wait until so many batches were delivered, and return all."""
        wait_for(lambda: len(self.deliveries()) >= count, f"{count} batches", 20)
        return self.deliveries()

    def failures(self, count: int = 1) -> list[Json]:
        """Wait for so many records of batches that were given up."""
        found: list[Json] = []

        def receive() -> bool:
            answer = self.client("sqs").receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
            found.extend(json.loads(message["Body"]) for message in answer.get("Messages", []))
            return len(found) >= count

        wait_for(receive, f"{count} records of failures", 20)
        return found

    def read(self, info: Json) -> list[str]:
        """Read a given-up batch again by its shard and numbers, as an operator does; returns its keys."""
        streams = self.client("dynamodbstreams")
        iterator = streams.get_shard_iterator(
            StreamArn=info["streamArn"],
            ShardId=info["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=info["startSequenceNumber"],
        )["ShardIterator"]
        records = [record["dynamodb"] for record in streams.get_records(ShardIterator=iterator)["Records"]]
        wanted = [record for record in records if int(record["SequenceNumber"]) <= int(info["endSequenceNumber"])]
        return [f"{record['Keys']['k']['S']}/{record['Keys']['s']['S']}" for record in wanted]
