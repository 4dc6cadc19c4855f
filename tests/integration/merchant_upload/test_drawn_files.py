"""Files that Hypothesis draws, through forms: each ends as a plain reading of it says, and no card number stays.

40 files, or a fifth of `--files`, drawn again by `--seed`, beside a good one and one with a card number. They share ids
and cards, so they race for them.
"""

import json
import re
from pathlib import Path

import pytest

from hallmark.csv_files.card_numbers import holds_card_number
from hallmark.stage import Stage
from tests.integration.merchant_upload.anomalies import alerts
from tests.integration.merchant_upload.contract import file, new_id, row
from tests.integration.merchant_upload.drawn_files import files
from tests.support.command import Command
from tests.support.drawn_csv import CARDS
from tests.support.fuzzing import check_drawn
from tests.support.stage_contents import crashes, everything
from tests.support.waiting import wait_for

# Those that are one in an identifier, too, where the rule is narrower.
NUMBERS = [card for card in CARDS if holds_card_number(card, is_identifier=True)]


@pytest.mark.control("MU_BAD_INPUT", "MU_ROWS", "MU_NO_PAN", "MU_IDEMPOTENT", "MU_STATUS")
def test_each_file_ends_as_it_is_read_plainly_and_no_card_number_stays(
    stage: Stage, hallmark: Command, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    contents = [file([row(new_id()), row(new_id(), amount="x")]), file([row(new_id(), card_token=NUMBERS[0])]), b""]
    check_drawn(request, "files", files(), contents.append, share=5)
    paths = [tmp_path / f"drawn-{number}.csv" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    crashed = crashes(stage)
    with alerts(stage) as heard:
        done = hallmark("send", "--system", "merchant_upload", "--target", "aws", *map(str, paths))
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.dumps(heard(), ensure_ascii=False)
    counted = dict(re.findall(r"^([a-z ]+?) +([0-9]+)$", done.stdout, re.MULTILINE))
    for what in ("files refused", "stored", "rejected"):
        assert int(counted[what]) > 0, what
    wait_for(lambda: not _shown(_traces(stage)), "the removal of what holds a card number")
    assert not _shown(told + done.stdout + done.stderr)
    assert crashes(stage) == crashed


def _traces(stage: Stage) -> str:
    return "\n".join(everything(stage))


def _shown(text: str) -> set[str]:
    return {number for number in NUMBERS if number in text}
