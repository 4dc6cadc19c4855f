"""When nothing more follows of a file."""

import pytest

from hallmark.systems.merchant_upload.following import is_finished


@pytest.mark.parametrize(
    ("upload", "finished"),
    [
        (None, False),
        *(({"status": status}, False) for status in ("waiting", "processing")),
        *(({"status": status}, True) for status in ("done", "refused")),
        ({"status": "refused", "holdsCardNumber": True}, False),
        ({"status": "refused", "holdsCardNumber": True, "removedAt": "2026-11-20T10:00:09.000Z"}, True),
        ({"status": "processing", "holdsCardNumber": True, "removedAt": "2026-11-20T10:00:09.000Z"}, False),
    ],
)
def test_a_file_is_finished_once_it_has_ended_and_its_card_numbers_are_removed(upload, finished):
    assert is_finished(upload) is finished
