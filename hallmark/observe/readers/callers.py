"""What calls or reads something of the stage from outside: schedules and pipes, whoever made them.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html
https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_DescribePipe.html
"""

from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Thing, picked, tags

SCHEDULE, PIPE = "AWS::Scheduler::Schedule", "AWS::Pipes::Pipe"
_SCHEDULED = ("Name", "GroupName", "State", "ScheduleExpression", "KmsKeyArn", "Target")
_PIPED = (
    *("Name", "Description", "DesiredState", "Source", "SourceParameters", "Enrichment", "EnrichmentParameters"),
    *("Target", "TargetParameters", "RoleArn", "LogConfiguration", "KmsKeyIdentifier"),
)


def schedules(deployment: Deployment) -> Iterator[Thing]:
    """Yield the stage's schedules, and those whose target, or its input, names something of the stage."""
    for listed in deployment.pages("scheduler", "list_schedules", "Schedules"):
        which = {"Name": listed["Name"], "GroupName": listed.get("GroupName", "default")}
        one = deployment.asked("scheduler", "get_schedule", **which)
        if deployment.is_ours(SCHEDULE, one["Name"]) or deployment.concerns(one.get("Target") or {}):
            yield Thing(SCHEDULE, f"{which['GroupName']}/{one['Name']}", picked(one, *_SCHEDULED))


def pipes(deployment: Deployment) -> Iterator[Thing]:
    """Yield the stage's pipes, and those that read, ask or fill something of the stage."""
    for listed in deployment.pages("pipes", "list_pipes", "Pipes"):
        one = deployment.asked("pipes", "describe_pipe", Name=listed["Name"])
        properties = picked(one, *_PIPED)
        if deployment.is_ours(PIPE, one["Name"]) or deployment.concerns(properties):
            yield Thing(PIPE, one["Name"], properties | tags(one.get("Tags")))


READERS = {SCHEDULE: schedules, PIPE: pipes}
