"""Replays that report their progress, and that can be cancelled.

`EventLastReplayedTime` is the time of the last event that was replayed; a cancelled replay delivers nothing more.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeReplay.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CancelReplay.html
"""

from typing import Any

from ministack.services import eventbridge

Json = dict[str, Any]


def install() -> None:
    """Record each replayed event, and drop a cancelled replay's events."""
    dispatch, cancel = eventbridge._dispatch_event, eventbridge._cancel_replay

    def dispatch_event(event: Json, view: Any = None) -> None:
        replay = eventbridge._replays.get(event.get("ReplayName") or "")
        # An event that a rule forwards to another bus also has the replay's name, but is delivered already.
        if replay is None or not replay["Destination"]["Arn"].endswith(f"/{event['EventBusName']}"):
            dispatch(event, view)
        elif replay["State"] != "CANCELLED":
            dispatch(event, view)
            replay["EventLastReplayedTime"] = event["Time"]

    def cancel_replay(data: Json) -> Any:
        replay = eventbridge._replays.get(data.get("ReplayName") or "")
        answer = cancel(data)
        if answer[0] < 400:
            # The emulator's thread still writes COMPLETED into its own record.
            eventbridge._replays[replay["ReplayName"]] = dict(replay)
        return answer

    eventbridge._dispatch_event = dispatch_event
    eventbridge._cancel_replay = cancel_replay
