"""From bytes to records: encoding, quotes, line breaks and the lines' numbers."""

import pytest
from shared_python.csv_file.records import Refusal, Refused, records, text_of

READ = {
    "cells": (b"a,b\nc,d\n", [(1, ["a", "b"]), (2, ["c", "d"])]),
    "the last line without an end": (b"a\nb", [(1, ["a"]), (2, ["b"])]),
    "CRLF": (b"a,b\r\nc,d\r\n", [(1, ["a", "b"]), (2, ["c", "d"])]),
    "LF and CRLF": (b"a\r\nb\nc\r\n", [(1, ["a"]), (2, ["b"]), (3, ["c"])]),
    "a byte order mark": (b"\xef\xbb\xbfa\n", [(1, ["a"])]),
    "a second mark, which is a character": (b"\xef\xbb\xbf\xef\xbb\xbfa", [(1, ["\ufeffa"])]),
    "a mark before a quote": (b'\xef\xbb\xbf"a"\n', [(1, ["a"])]),
    "empty lines anywhere": (b"\n\r\na\n\n\r\nb\n\n", [(3, ["a"]), (6, ["b"])]),
    "a line of spaces is not empty": (b" \na\n", [(1, [" "]), (2, ["a"])]),
    "an empty cell in quotes is a cell": (b'""\n', [(1, [""])]),
    "empty cells": (b",\n,a,\n", [(1, ["", ""]), (2, ["", "a", ""])]),
    "quotes": (b'"a","b"\n"c",d\n', [(1, ["a", "b"]), (2, ["c", "d"])]),
    "doubled quotes": (b'"say ""no""",""""\n', [(1, ['say "no"', '"'])]),
    "a comma in quotes": (b'"a,b",c\n', [(1, ["a,b", "c"])]),
    "line breaks in quotes count": (
        b'"a\nb",c\n"d\r\n\r\ne"\r\nf\n',
        [(1, ["a\nb", "c"]), (3, ["d\r\n\r\ne"]), (6, ["f"])],
    ),
    "an empty line in quotes is not skipped": (b'"\n\n"\na\n', [(1, ["\n\n"]), (4, ["a"])]),
    "other separators of lines are none": (
        "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\nh".encode(),
        [(1, ["a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g"]), (2, ["h"])],
    ),
    "other quotes and separators are none": ("'a','b'\n“c”;d\te\n".encode(), [(1, ["'a'", "'b'"]), (2, ["“c”;d\te"])]),
    "spaces stay": (b" a , b\n", [(1, [" a ", " b"])]),
    "beyond the Basic Multilingual Plane": ("\U0001f4b3,é\n".encode(), [(1, ["\U0001f4b3", "é"])]),
    "nothing": (b"", []),
    "a mark alone": (b"\xef\xbb\xbf", []),
}
REFUSED = {
    "another encoding": ("a\nbé".encode("latin-1"), 2, "encoding"),
    "UTF-16": ("a,b\n".encode("utf-16"), 1, "encoding"),
    "UTF-16 without a mark": ("a,b\n".encode("utf-16-le"), 1, "encoding"),
    "an overlong form": (b"a\n\xc0\x80", 2, "encoding"),
    "half of a surrogate pair": (b"a\n\n\xed\xa0\x80", 3, "encoding"),
    "beyond Unicode": (b"\xf4\x90\x80\x80", 1, "encoding"),
    "the end in a character": (b"a\nb\xc3", 2, "encoding"),
    "NUL": (b"a\nb\0\n", 2, "encoding"),
    "NUL in quotes": (b'a\n"b\n\0"\n', 3, "encoding"),
    "a lone CR": (b"a\rb\n", 1, "encoding"),
    "a lone CR in quotes": (b'"a\rb"\n', 1, "encoding"),
    "a lone CR at the end": (b"a\nb\r", 2, "encoding"),
    "two CRs before LF": (b"a\nb\r\r\nc", 2, "encoding"),
    "the first of several": (b"a\r\0\n\xff", 1, "encoding"),
    "encoding before quotes": (b'"a"b\n\xff', 2, "encoding"),
    "an unclosed quote": (b'a\n"b\n\nc\n', 2, "quotes"),
    "an unclosed quote in a later line of a record": (b'a\n"b\nc","d\n', 3, "quotes"),
    "a doubled quote that closes nothing": (b'"a""\n', 1, "quotes"),
    "a quote at the end": (b'a,"', 1, "quotes"),
    "text after a closing quote": (b'a\n"b"c\n', 2, "quotes"),
    "a space after a closing quote": (b'"b" ,c\n', 1, "quotes"),
    "text after a quote that closes in a later line": (b'"b\n\n"c\n', 3, "quotes"),
    "a quote inside a cell": (b'a\nb"c\n', 2, "quotes"),
    "a quote after a space": (b'a, "b"\n', 1, "quotes"),
    "a quote at the end of a cell": (b'12"\n', 1, "quotes"),
}


def read(content: bytes, most_cells: int = 99) -> list[tuple[int, list[str]]]:
    return list(records(text_of(content), most_cells))


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read(name):
    content, expected = READ[name]
    assert read(content) == expected


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_where_it_shows(name):
    content, line, rule = REFUSED[name]
    with pytest.raises(Refused) as refused:
        read(content)
    assert refused.value.args == (Refusal(line, rule),)


@pytest.mark.parametrize("content", [b"," * 100_000, b'"",' * 100_000 + b'""'])
def test_cells_beyond_the_limit_are_not_kept(content):
    ((line, cells),) = read(content, most_cells=9)
    assert (line, len(cells)) == (1, 10)


def test_a_cell_of_doubled_quotes_is_read_in_one_go():
    pairs = 1_000_000
    assert read(b'"' + b'""' * pairs + b'",a\n') == [(1, ['"' * pairs, "a"])]
