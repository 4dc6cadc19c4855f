"""CSV files that Hypothesis draws: good ones, and everything that a sender, or an attacker, makes of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

Cells = Mapping[str, Sequence[str]]
CARDS = (
    *("4111111111111111", "4111-1111_1111-1111", "3782 822463 10005", "5555\t5555\t5555\t4444", "a4222222222222"),
    *("\uff14\uff11\uff11\uff11" * 4, "٤١١١" * 4, "\u32b6" + "\u246a" * 7, "2026-4111111111111111", "41" * 8 + "0000"),
    *("9" * 8 + "4222222222222", "20261120-154004", "41111111-1111-1111-1111-111111111111", "4111x1111x1111x1111"),
    *("DE89370400440532013000", "DE00 4111 1111 1111 1111", "txn_41111111-1111-1111-a111-111111111111"),
)
_ODD = (
    *("", " ", "=1+1", "+1", "-1", "@x", "\tx", "\r\nx", " x", "x ", "x\u00a0", "\u00a0x", "x\x07", "\x85", "x\u2028y"),
    *(
        "a\nb",
        "a\r\nb",
        'say "no"',
        "a,b",
        '"',
        ",",
        "x" * 1_000,
        "x" * 1_001,
        "é" * 65,
        "\U0001f4b3",
        "\ufeff",
        "\u200b",
    ),
)
_HEADERS = (
    *("cvv", "CVC", "Pan", "card number", "card_cvv2", "track", "Track 1", "\uff43\uff56\uff56", "4111111111111111"),
    *("", "memo", "Amount", "amount", "\tamount", "amount ", "span", "a\nb", "x" * 1_001),
)
_CHUNKS = (
    *(b'"', b"\0", b"\r", b"\n", b"\r\n", b",", b",,", b'""', b'"x"', b'",', b"\xff", b"\xc0\x80", b"\xed\xa0\x80"),
    *(b"\xef\xbb\xbf", b"\xc3", b"\x1a", b"\t", b"\x0b", b"\x0c", b"\xe2\x80\xa8", b"\xf4\x90\x80\x80", b" "),
)


@st.composite
def _cell(draw: Any, good: Sequence[str], wrong: Sequence[str], share: int) -> str:
    kind = draw(st.sampled_from(["good"] * share + ["wrong"] * 4 + ["odd", "card", "text"]))
    if kind == "text":
        return str(draw(st.text(max_size=24)))
    return str(draw(st.sampled_from({"good": good, "wrong": wrong, "odd": _ODD, "card": CARDS}[kind])))


@st.composite
def _written(draw: Any, cell: str) -> str:
    """A cell in quotes where it needs them, now and then where it does not, and rarely without."""
    needed = any(character in cell for character in '",\r\n')
    if draw(st.integers(0, 9)) == 0:
        needed = not needed
    return '"' + cell.replace('"', '""') + '"' if needed else cell


@st.composite
def _names(draw: Any, columns: Sequence[str], optional: str) -> list[str]:
    names = draw(st.permutations(list(columns)))
    if draw(st.booleans()):
        names.remove(optional)
    if draw(st.integers(0, 7)) == 0:
        at = draw(st.integers(0, len(names) - 1))
        names[at : at + draw(st.integers(0, 1))] = [draw(st.sampled_from(_HEADERS))]
    return names


@st.composite
def files(draw: Any, good: Cells, wrong: Cells, optional: str, share: int = 24) -> bytes:
    """Bytes of a file of up to six rows, with good and wrong cells by column, one of which may be left out.

    `share` is how many cells are good where four are wrong.
    """
    names = draw(_names(list(good), optional))
    lines = [",".join(draw(_written(draw(st.sampled_from(["", " ", "  "])) + name)) for name in names)]
    for _ in range(draw(st.integers(0, 6))):
        cells = [draw(_written(draw(_cell(good[name], wrong[name], share)))) for name in names if name in good]
        if draw(st.integers(0, 15)) == 0:
            cells = draw(st.sampled_from([cells[1:], [*cells, ""], cells[:1], [""], [" "], ['""']]))
        lines.append(",".join(cells))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    ends = [draw(st.sampled_from([end] * 9 + ["\n", end * 2, end * 3])) for _ in lines]
    ends[-1] = draw(st.sampled_from(["", end, end * 2]))
    text = draw(st.sampled_from(["", "", end])) + "".join(map("".join, zip(lines, ends, strict=True)))
    content = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])) + text.encode("utf-8", "replace")
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(content)))
        removed = draw(st.sampled_from([0, 0, 1, 3]))
        content = content[:at] + draw(st.sampled_from(_CHUNKS)) + content[at + removed :]
    return (
        content
        if draw(st.integers(0, 40))
        else draw(st.sampled_from([b"", b"\n\r\n", b"\xef\xbb\xbf", lines[0].encode()]))
    )
