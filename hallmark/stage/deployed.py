"""A deployed stage as everything above sees it: clients, outputs, address and key."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlsplit

import boto3
import urllib3
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.errors import UserError

CONFIG = Config(max_pool_connections=32, retries={"mode": "standard", "max_attempts": 5})
EMULATOR_QUIET_SECONDS, AWS_QUIET_SECONDS = 1.0, 30.0


def _sent_in_clear(request: AWSRequest, **_: Any) -> None:
    """An emulator's port speaks HTTP to everybody; this header says that it was so from the start."""
    request.headers["X-Forwarded-Proto"] = "http"


def _usage(emulator: str) -> dict[str, float]:
    answer = urllib3.request("GET", f"{emulator}/_hallmark/usage", retries=False)
    return {str(name): float(number) for name, number in answer.json().items()}


def stack_name(system: str, stage: str) -> str:
    """Name of a stage's stack."""
    return f"hallmark-{system}-{stage}"


@dataclass(frozen=True)
class DeployedStage:
    """A stage reached through boto3; `endpoint` is None where boto3 finds it by itself."""

    system: str
    name: str
    target: Literal["embedded", "aws"]
    session: boto3.Session
    endpoint: str | None = None
    tls: bool = True
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service; one for all threads."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._new_client(service)
            return self._clients[service]

    def _new_client(self, service: str) -> Any:
        client = self.session.client(service, endpoint_url=self.endpoint, use_ssl=self.tls, config=CONFIG)
        if not self.tls:
            client.meta.events.register("before-sign", _sent_in_clear)
        return client

    def acting_as(self, session: boto3.Session) -> "DeployedStage":
        """Return the same stage as somebody else sees it, whose credentials a session holds."""
        return replace(self, session=session, _clients={})

    def in_clear(self) -> "DeployedStage":
        """Return the same stage reached over plain HTTP."""
        return replace(self, tls=False, _clients={})

    @cached_property
    def _stack(self) -> dict[str, Any]:
        name = stack_name(self.system, self.name)
        try:
            described: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            raise UserError(
                f"stage {self.name} is not deployed ({name} does not exist): run `{self._up_command}`"
            ) from None
        return described

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs; raise UserError when the stage is not deployed."""
        return {output["OutputKey"]: output["OutputValue"] for output in self._stack.get("Outputs", [])}

    @property
    def protected(self) -> bool:
        """Whether the stack is protected against deletion."""
        return bool(self._stack.get("EnableTerminationProtection"))

    @property
    def _up_command(self) -> str:
        target = "" if self.target == "embedded" else f" --target {self.target}"
        return f"hallmark up{target} --stage {self.name}"

    @cached_property
    def _emulator(self) -> str | None:
        """The address of the emulator behind this stage, or None on AWS."""
        address: str = self.client("apigateway").meta.endpoint_url
        host = urlsplit(address).hostname or ""
        return None if host.endswith((".amazonaws.com", ".amazonaws.com.cn")) else address

    @cached_property
    def api_url(self) -> str:
        """The address that takes `POST` of a transaction."""
        if self._emulator is None:
            return f"{self.outputs['ApiUrl']}transactions"
        return f"{self._emulator}/_aws/execute-api/{self.outputs['ApiId']}/{self.name}/transactions"

    @cached_property
    def api_key(self) -> str:
        """The value of the stage's API key; never print it."""
        key = self.client("apigateway").get_api_key(apiKey=self.outputs["ApiKeyId"], includeValue=True)
        return str(key["value"])

    def usage(self) -> Mapping[str, float] | None:
        """What the stage has done since it started, as numbers by name; None on AWS, where metrics tell it."""
        return None if self._emulator is None else _usage(self._emulator)

    @property
    def quiet_seconds(self) -> float:
        """How long silence must last before the pipeline counts as quiet."""
        return AWS_QUIET_SECONDS if self._emulator is None else EMULATOR_QUIET_SECONDS
