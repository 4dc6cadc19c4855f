"""A deployed stage: clients, outputs, address and key."""

import threading
from collections.abc import Mapping, Sequence
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
from infra.systems import SYSTEMS, system_of

CONFIG = Config(max_pool_connections=32, retries={"mode": "standard", "max_attempts": 5})
# Some operations put a prefix before the host, such as StartSyncExecution; no other host has one.
_AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
EMULATOR_QUIET_SECONDS, AWS_QUIET_SECONDS = 1.0, 30.0

# Of stacks that were never made, or are no more: they have no outputs, and not all of their resources.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
UNFINISHED = ("REVIEW_", "CREATE_IN_PROGRESS", "CREATE_FAILED", "ROLLBACK_", "DELETE_", "IMPORT_IN_PROGRESS")


def _sent_in_clear(request: AWSRequest, **_: Any) -> None:
    """Mark a request as sent over plain HTTP: the emulator's port has no TLS, so this header decides."""
    request.headers["X-Forwarded-Proto"] = "http"


def _usage(emulator: str) -> dict[str, float]:
    answer = urllib3.request("GET", f"{emulator}/_hallmark/usage", retries=False)
    return {str(name): float(number) for name, number in answer.json().items()}


def _messages(emulator: str, region: str, queue_url: str) -> Sequence[Mapping[str, Any]]:
    """Return the messages as the emulator shows them, which changes neither visibility nor receive counts."""
    where = {"QueueUrl": queue_url, "region": region}
    answer = urllib3.request("GET", f"{emulator}/_ministack/sqs/messages", fields=where, retries=False)
    queues = (queues for regions in answer.json()["messages"].values() for queues in regions.values())
    return [message for found in queues for messages in found.values() for message in messages]


def _archived(emulator: str, region: str, archive: str) -> Sequence[str]:
    where = {"name": archive, "region": region}
    answer = urllib3.request("GET", f"{emulator}/_hallmark/archive", fields=where, retries=False)
    return [str(detail) for detail in answer.json()]


@dataclass(frozen=True)
class DeployedStage:
    """A stage reached through boto3; `endpoint` is None where boto3 finds it by itself.

    `stacks` are by default those of the registry.
    """

    system: str
    name: str
    target: Literal["embedded", "aws"]
    session: boto3.Session
    endpoint: str | None = None
    tls: bool = True
    stacks: tuple[str, ...] = ()
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        if not self.stacks:
            object.__setattr__(self, "stacks", system_of(self.system).stack_names(self.name))

    @property
    def region(self) -> str:
        """The AWS region, which is the session's."""
        return str(self.session.region_name)

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service; one for all threads."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._new_client(service)
            return self._clients[service]

    def _new_client(self, service: str) -> Any:
        client = self._client(service, CONFIG)
        if not str(urlsplit(client.meta.endpoint_url).hostname).endswith(_AWS_HOSTS):
            client = self._client(service, CONFIG.merge(Config(inject_host_prefix=False)))
        if not self.tls:
            client.meta.events.register("before-sign", _sent_in_clear)
        return client

    def _client(self, service: str, config: Config) -> Any:
        return self.session.client(service, endpoint_url=self.endpoint, use_ssl=self.tls, config=config)

    def acting_as(self, session: boto3.Session) -> "DeployedStage":
        """Return the same stage with the credentials of a session."""
        return replace(self, session=session, _clients={})

    def in_clear(self) -> "DeployedStage":
        """Return the same stage reached over plain HTTP."""
        return replace(self, tls=False, _clients={})

    def of_stacks(self, *names: str) -> "DeployedStage":
        """Return other stacks that were deployed beside the stage, as a stage of the same system."""
        return replace(self, stacks=names, _clients={})

    @cached_property
    def _described(self) -> list[dict[str, Any]]:
        return [self._describe(name) for name in self.stacks]

    def _describe(self, name: str) -> dict[str, Any]:
        found = self._found(name)
        if found is None:
            raise UserError(f"stage {self.name} is not deployed ({name} does not exist): run `{self.up_command}`")
        if (status := str(found.get("StackStatus"))).startswith(UNFINISHED):
            raise UserError(
                f"stage {self.name} is not deployed ({name} is {status}): wait for whoever deploys it, or run "
                f"`{self.up_command}`"
            )
        return found

    def _found(self, name: str) -> dict[str, Any] | None:
        try:
            described: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            return None
        return described

    @property
    def present(self) -> tuple[str, ...]:
        """The stacks that exist: a deployment that failed between them leaves some."""
        return tuple(name for name in self.stacks if self._found(name))

    @property
    def half_deleted(self) -> tuple[str, ...]:
        """The stacks whose deletion failed."""
        found = {name: self._found(name) for name in self.stacks}
        return tuple(name for name, one in found.items() if one and one.get("StackStatus") == "DELETE_FAILED")

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of all stacks; raise UserError when one of them is not deployed."""
        found = (output for stack in self._described for output in stack.get("Outputs", []))
        return {output["OutputKey"]: output["OutputValue"] for output in found}

    @property
    def incarnation(self) -> str:
        """The main stack's id, which CloudFormation gives once; raise UserError when it is not deployed."""
        return str(self._described[0]["StackId"])

    @property
    def is_up(self) -> bool:
        """Whether the main stack is there, whole or not."""
        return self._found(self.stacks[0]) is not None

    @property
    def is_whole(self) -> bool:
        """Whether all stacks are deployed."""
        try:
            return bool([self._describe(name) for name in self.stacks])
        except UserError:
            return False

    @property
    def protected(self) -> tuple[str, ...]:
        """The stacks with termination protection; raise UserError when none is deployed."""
        found = [one for name in self.stacks if (one := self._found(name))] or [self._describe(self.stacks[0])]
        return tuple(stack["StackName"] for stack in found if stack.get("EnableTerminationProtection"))

    @property
    def up_command(self) -> str:
        """The command that deploys the stage."""
        system = f" --system {self.system}" if len(SYSTEMS) > 1 or self.target == "aws" else ""
        target = "" if self.target == "embedded" else f" --target {self.target}"
        return f"hallmark up{system}{target} --stage {self.name}"

    @cached_property
    def _emulator(self) -> str | None:
        """The address of the emulator behind this stage, or None on AWS."""
        address: str = self.client("apigateway").meta.endpoint_url
        host = urlsplit(address).hostname or ""
        return None if host.endswith((".amazonaws.com", ".amazonaws.com.cn")) else address

    @property
    def is_emulated(self) -> bool:
        """Whether an emulator stands behind this stage, whatever its target is called."""
        return self._emulator is not None

    def api_address(self, api_id: str) -> str:
        """Return the address of a REST API's stage, without a slash at its end."""
        if self._emulator is None:
            return f"https://{api_id}.execute-api.{self.region}.amazonaws.com/{self.name}"
        return f"{self._emulator}/_aws/execute-api/{api_id}/{self.name}"

    def api_key(self, key_id: str) -> str:
        """Return the value of an API key; never print it."""
        return str(self.client("apigateway").get_api_key(apiKey=key_id, includeValue=True)["value"])

    def usage(self) -> Mapping[str, float] | None:
        """Return what the stage has done since it started, as numbers by name; None on AWS, which has metrics."""
        return None if self._emulator is None else _usage(self._emulator)

    @property
    def _shown_by(self) -> str | None:
        """The address of the emulator that shows what AWS does not; None for a stage that is reached as on AWS."""
        return self._emulator if self.target == "embedded" else None

    def messages(self, queue_url: str) -> Sequence[Mapping[str, Any]] | None:
        """Return a queue's messages without receiving them; None for a stage that is reached as on AWS."""
        return _messages(self._shown_by, self.region, queue_url) if self._shown_by else None

    def archived(self, archive: str) -> Sequence[str] | None:
        """Return the details of the events in an archive; None for a stage that is reached as on AWS."""
        return _archived(self._shown_by, self.region, archive) if self._shown_by else None

    @property
    def quiet_seconds(self) -> float:
        """How long without any change the system counts as quiet."""
        return AWS_QUIET_SECONDS if self._emulator is None else EMULATOR_QUIET_SECONDS
