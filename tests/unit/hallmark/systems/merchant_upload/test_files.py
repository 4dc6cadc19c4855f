"""Files of merchants are read as they are."""

import pytest

from hallmark.systems.merchant_upload import files
from infra.errors import UserError

MERCHANTS = ("one", "two")


def test_a_file_is_read_byte_for_byte_and_two_of_a_name_are_two(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\r\n\x00")
    one, two = files.read([path, path], MERCHANTS)
    assert (one.content, one.name, one.merchant, two.merchant) == (b"\xff\r\n\x00", "a.csv", "one", "two")
    assert one.id != two.id


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"none\.csv cannot be read: No such file or directory$"):
        list(files.read([tmp_path / "none.csv"], MERCHANTS))
