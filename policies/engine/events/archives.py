"""The archives of a bus."""

from collections.abc import Iterator

from policies.engine.events.wiring import BUS
from policies.engine.finding import Finding
from policies.engine.template.template import Resource, Template

ARCHIVE = "AWS::Events::Archive"


def archives_of(template: Template, bus: Resource) -> list[Resource]:
    """The archives whose source is surely this bus."""
    archives = template.of_type(ARCHIVE)
    return [archive for archive in archives if template.by_arn(archive.properties.get("SourceArn"), BUS) is bus]


def archive_problems(template: Template, bus: Resource, days: int) -> Iterator[Finding]:
    """A finding unless the bus has an archive, and for each that does not keep events for exactly these days.

    AWS keeps them for ever without a number.
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html
    """
    archives = archives_of(template, bus)
    if not archives:
        wanted = "an AWS::Events::Archive whose SourceArn is this bus"
        yield Finding(bus.logical_id, "", "no archive of this bus", wanted)
    for archive in archives:
        found = template.value(archive, "RetentionDays")
        if template.number(found) != days:
            told = "no number of days, so for ever" if found is None else f"{found} days"
            yield Finding(archive.logical_id, "RetentionDays", told, f"{days} days")
