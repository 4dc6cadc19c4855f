"""The function's process ends between the write and the publish: the client's repeat brings the event out."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import urllib3
from waiting import wait_for

from hallmark.node18 import node18
from hallmark.project import BUILD
from hallmark.stage import Stage, embedded
from hallmark.stage.embedded.emulator import Emulator

BUNDLE = BUILD / "lambda" / "realtime" / "ingest_processor" / "index.js"
RUN = "require(process.argv[1]).handler(JSON.parse(process.argv[2]), {}).then((a) => console.log(JSON.stringify(a)))"


class Wire:
    """A wire to the emulator that ends the process on it as soon as that says PutEvents."""

    def __init__(self, endpoint: str) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.calls: list[str] = []
        self.pool = urllib3.PoolManager()
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                action = self.headers["x-amz-target"].rsplit(".", 1)[1]
                wire.calls.append(action)
                if action == "PutEvents" and wire.process:
                    wire.process.kill()
                    self.close_connection = True
                    return
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                answer = wire.pool.request("POST", endpoint + self.path, body=body, headers=headers)
                self.send_response(answer.status)
                self.send_header("content-type", answer.headers["content-type"])
                self.send_header("content-length", str(len(answer.data)))
                self.end_headers()
                self.wfile.write(answer.data)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def wire(running_emulator: Emulator) -> Iterator[Wire]:
    wire = Wire(running_emulator.endpoint)
    yield wire
    wire.server.shutdown()
    wire.server.server_close()


def _environment(stage: Stage, address: str) -> dict[str, str]:
    """What the deployed function runs with, but for the address of AWS."""
    arn = stage.outputs["IngestProcessorArn"]
    configuration = stage.client("lambda").get_function_configuration(FunctionName=arn)
    variables: dict[str, str] = configuration["Environment"]["Variables"]
    return {
        **variables,
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": address,
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": embedded.ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": embedded.SECRET,
        "AWS_LAMBDA_FUNCTION_NAME": arn.split(":")[6],
    }


@pytest.mark.control("RT_NO_LOSS", "RT_IDEMPOTENT")
def test_what_was_written_but_not_published_comes_out_with_the_repeat(
    api: Any, stage: Stage, targets: Any, transaction: Callable[..., dict[str, Any]], wire: Wire
) -> None:
    body = transaction(merchantCategory="crypto")
    request = json.dumps({"body": json.dumps(body), "headers": {}, "isBase64Encoded": False})
    wire.process = subprocess.Popen(
        [str(node18()), "-e", RUN, str(BUNDLE), request],
        env=_environment(stage, wire.address),
        stdout=subprocess.PIPE,
        text=True,
    )
    output, _ = wire.process.communicate(timeout=30)
    assert wire.process.returncode < 0, "the process was to be killed"
    assert (output, wire.calls) == ("", ["Query", "TransactWriteItems", "PutEvents"])
    (accepted,) = targets.audit_records(body["transactionId"])
    assert targets.buffer(body["transactionId"]) == []

    answer = api.accept(body)
    assert answer["receivedAt"] == accepted["receivedAt"]
    wait_for(lambda: targets.audit_records(body["transactionId"], "alert"), "the alert")
    (message,) = wait_for(lambda: targets.buffer(body["transactionId"]), "the message")
    assert message["event"]["detail"] == json.loads(accepted["detail"])
    assert wait_for(lambda: targets.audit_bus(body["transactionId"]), "the audit bus")
