"""Time zones by the package's data, whatever the machine has."""

import zoneinfo
from datetime import UTC, datetime

import pytest
from shared_python import time_zones


@pytest.mark.parametrize(
    "name", ["Factory", "../../etc/passwd", "Europe/../UTC", "/UTC", "utc", "Europe", "", "zone.tab"]
)
def test_no_name_is_a_path(name):
    with pytest.raises(KeyError):
        time_zones.zone(name)


def test_every_zone_can_be_read_without_the_machine_s_data():
    path = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([])
    try:
        moment = datetime(2026, 7, 1, 12, tzinfo=UTC)
        hours = {name: moment.astimezone(time_zones.zone.__wrapped__(name)).hour for name in time_zones.NAMES}
    finally:
        zoneinfo.reset_tzpath(path)
    assert len(hours) > 590
    assert [hours[name] for name in ("UTC", "Europe/Amsterdam", "Asia/Kolkata", "US/Eastern")] == [12, 14, 17, 8]
