"""`AWS::Events::Archive`, and replays that reach only the rules that they name.

`GET /_hallmark/archive?region=...&name=...` returns the details of the archived events, which AWS shows to nobody.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ReplayDestination.html
"""

import json
from typing import Any
from urllib.parse import parse_qs

from ministack import app as emulator
from ministack.services import eventbridge

from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties, accepted

PATH = "/_hallmark/archive"


def around(app: Any) -> Any:
    """Wrap the emulator's ASGI application: it returns what is in an archive."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            asked = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
            body = json.dumps(_details(asked["region"], asked["name"])).encode()
            await emulator._send_response(send, 200, {"Content-Type": "application/json"}, body)
            return
        await app(scope, receive, send)

    return serve


def _details(region: str, name: str) -> list[str]:
    found = (archive for (_, *key), archive in eventbridge._archives.all_items() if key == [region, name])
    return [event["Detail"] for archive in found for event in archive.get("Events", [])]


def _request(name: str, properties: Properties) -> Properties:
    request = {"ArchiveName": name, "EventSourceArn": properties["SourceArn"]}
    for key in ("Description", "RetentionDays"):
        if key in properties:
            request[key] = properties[key]
    if properties.get("EventPattern"):
        request["EventPattern"] = json.dumps(properties["EventPattern"])
    return request


def _described(name: str) -> tuple[str, Properties]:
    return name, {"ArchiveName": name, "Arn": eventbridge._archives[name]["ArchiveArn"]}


def _create(logical_id: str, properties: Properties, stack: str) -> tuple[str, Properties]:
    name = properties.get("ArchiveName") or f"{stack}-{logical_id}"[:48]
    accepted(eventbridge._create_archive(_request(name, properties)))
    return _described(name)


def _update(name: str, old: Properties, new: Properties, stack: str) -> tuple[str, Properties]:
    if new.get("ArchiveName", name) != name or new["SourceArn"] != old["SourceArn"]:
        return _create(name, new, stack)
    accepted(eventbridge._update_archive(_request(name, new)))
    return _described(name)


def _delete(name: str, properties: Properties) -> None:
    accepted(eventbridge._delete_archive({"ArchiveName": name}))


def _left_out(event: Properties, rule: Properties) -> bool:
    """Return whether a replay skips the rule: it names others, and the rule is on the replayed bus."""
    replay = eventbridge._replays.get(event.get("ReplayName") or "")
    destination = (replay or {}).get("Destination") or {}
    wanted = destination.get("FilterArns") or []
    on_bus = destination.get("Arn", "").endswith(f"/{rule.get('EventBusName', 'default')}")
    return bool(wanted) and on_bus and rule.get("Arn") not in wanted


def install() -> None:
    """Add the resource type, and filter what replays deliver."""
    HANDLERS["AWS::Events::Archive"] = {"create": _create, "update": _update, "delete": _delete}
    attempt, archive = eventbridge._invoke_target, eventbridge._archive_event

    def invoke_target(target: Properties, event: Properties, rule: Properties, view: Any = None) -> None:
        if not _left_out(event, rule):
            attempt(target, event, rule, view)

    def archive_event(event: Properties, view: Any = None) -> None:
        # The trace header belongs to the delivery, not to the event: it is not archived, so a replay has none.
        archive({key: value for key, value in event.items() if key != "_TraceHeader"}, view)

    eventbridge._invoke_target = invoke_target
    eventbridge._archive_event = archive_event
