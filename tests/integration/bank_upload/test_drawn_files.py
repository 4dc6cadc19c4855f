"""Files that Hypothesis draws, posted: each is answered and ends as a plain reading says, and no card number stays.

40 files, or a fifth of `--files`, drawn again by `--seed`, beside a good one and one with a card number. They share
ids, so they race for them.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hallmark import clock
from hallmark.csv_files.card_numbers import holds_card_number
from hallmark.stage import Stage
from tests.integration.bank_upload.contract import days_ago, file, new_id, row
from tests.integration.bank_upload.drawn_files import BANK, DAY, mostly_valid_files
from tests.support.command import Command
from tests.support.drawn_csv import CARDS
from tests.support.fuzzing import check_drawn
from tests.support.stage_contents import crashes, everything

# Those that are one in an identifier, too, where the rule is narrower.
NUMBERS = [card for card in CARDS if holds_card_number(card, is_identifier=True)]
YESTERDAY = days_ago(1)


def _moved(content: bytes) -> bytes:
    """Return a drawn file with its days in the place of yesterday and those around it: reports become too old."""
    for days in (-1, 0, 1):
        there = clock.now() + timedelta(days=days - 1)
        content = content.replace(f"{DAY + timedelta(days=days)}".encode(), f"<{there:%Y-%m-%d}>".encode())
    return re.sub(rb"<([0-9]{4}-[0-9]{2}-[0-9]{2})>", rb"\1", content)


@pytest.mark.usefixtures("quick")
@pytest.mark.control("BU_BAD_INPUT", "BU_VALIDATE", "BU_NO_PAN", "BU_IDEMPOTENT", "BU_NO_LOSS")
def test_each_file_is_answered_and_ends_as_it_is_read_plainly_and_no_card_number_stays(
    stage: Stage, hallmark: Command, topic: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    time = f"{YESTERDAY}T00:00:01Z"
    good = file([row(new_id(), BANK, timestamp=time)])
    contents = [good, file([row(new_id(), BANK, timestamp=time, account_token=NUMBERS[0])]), b""]
    check_drawn(request, "files", mostly_valid_files(), lambda one: contents.append(_moved(one)), share=5)
    paths = [tmp_path / f"drawn-{number}.csv" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    crashed = crashes(stage)
    options = ("--system", "bank_upload", "--target", "aws", "--bank", BANK, "--report-date", YESTERDAY)
    done = hallmark("send", *options, *map(str, paths))
    assert done.returncode == 0, done.stdout + done.stderr
    counted = dict(re.findall(r"^([a-z ]+?) +([0-9]+)(?: .*)?$", done.stdout, re.MULTILINE))
    for what in ("accepted", "refused", "rows expected", "rows observed"):
        assert int(counted.get(what, "0")) > 0, (what, done.stdout)
    told = f"{topic.hear()}"
    traces = "\n".join(everything(stage)) + told + done.stdout + done.stderr
    assert [number for number in NUMBERS if number in traces] == []
    assert crashes(stage) == crashed
