"""A stack whose creation or deletion failed takes no change set of updates.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from typing import Any

from ministack.services.cloudformation import handlers

_UPDATED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
_UPDATED += ("IMPORT_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE")


def install() -> None:
    """Refuse it, as AWS does, where the emulator would find nothing to change."""
    create = handlers._ACTION_HANDLERS["CreateChangeSet"]

    def created(parameters: dict[str, Any]) -> Any:
        stack = handlers._resolve_stack(handlers._p(parameters, "StackName"))
        state = (stack or {}).get("StackStatus", "DELETE_COMPLETE")
        if handlers._p(parameters, "ChangeSetType", "UPDATE") == "UPDATE" and state not in _UPDATED:
            text = f"Stack:{stack['StackId']} is in {state} state and can not be updated."
            return handlers._error("ValidationError", text)
        return create(parameters)

    handlers._ACTION_HANDLERS["CreateChangeSet"] = created
