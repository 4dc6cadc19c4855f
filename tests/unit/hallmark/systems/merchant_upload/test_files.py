"""Files of merchants: generated the same for the same numbers, read as they are."""

import csv
import io

import pytest

from hallmark.systems.merchant_upload import files
from infra.errors import UserError

MERCHANTS = ("one", "two")


def test_the_same_numbers_give_the_same_files_and_another_seed_others():
    first, again, other = (list(files.generate(3, 5, seed, MERCHANTS)) for seed in (7, 7, 8))
    assert first == again
    assert [file.content for file in first] != [file.content for file in other]
    assert [file.merchant for file in first] == ["one", "two", "one"]
    assert len({file.id for file in first}) == 3


def test_a_generated_file_is_csv_of_as_many_rows():
    (file,) = files.generate(1, 20, 0, MERCHANTS)
    rows = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert len(rows) == 20
    assert len({row["transaction_id"] for row in rows}) == 20
    assert set(rows[0]) == {
        *("transaction_id", "timestamp", "card_token", "amount"),
        *("currency", "country", "merchant_category", "card_present"),
    }


def test_a_file_is_read_byte_for_byte_and_two_of_a_name_are_two(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\r\n\x00")
    one, two = files.read([path, path], MERCHANTS)
    assert (one.content, one.name, one.merchant, two.merchant) == (b"\xff\r\n\x00", "a.csv", "one", "two")
    assert one.id != two.id


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"none\.csv cannot be read: No such file or directory$"):
        list(files.read([tmp_path / "none.csv"], MERCHANTS))
