"""How long the largest CSV file takes to validate, beside the csv module's own plain reading of it: clean and hostile.

usage: python -m benchmarks.csv_judged SYSTEM [interpreter], in the project's folder, for a system whose files have the
columns of HEADER and a module `file` with `judge_file`. Processor milliseconds, the least of three, of a process of its
own, and its peak memory in MiB; the ratio is to the csv module's. The first line is what Python and the modules need.
"""

import csv
import importlib
import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
ROWS, MOST_BYTES = 40_000, 4_500_000
BANK, DAY = "first-bank", "2026-11-20"
HEADER = "transaction_id,timestamp,account_token,amount,currency,type,bank_id,description"


def _row(drawn: Random, number: int, description: str) -> str:
    """Return a valid row; an id has no long number in it, which could be a card's."""
    cells = (
        f"{str(UUID(int=drawn.getrandbits(128)))[:8]}x{number:08d}x",
        f"{DAY}T{drawn.randrange(24):02d}:{drawn.randrange(60):02d}:{drawn.randrange(60):02d}Z",
        f"acct_{drawn.getrandbits(32):08x}",
        f"{drawn.randrange(1, 5_000_000) / 100:.2f}",
        drawn.choice(("USD", "EUR", "GBP")),
        drawn.choice(("debit", "credit")),
        BANK,
        description,
    )
    return ",".join(cells)


def _of(rows: Iterator[str], most: int = ROWS) -> bytes:
    """Return a file of as many rows as it may have."""
    text, size = [HEADER], len(HEADER)
    for row in rows:
        size += len(row.encode()) + 2
        if len(text) > most or size > MOST_BYTES:
            break
        text.append(row)
    return "\r\n".join(text).encode()


def _rows(drawn: Random, description: str) -> Iterator[str]:
    return (_row(drawn, number, description.format(number=number)) for number in range(ROWS))


def clean(drawn: Random) -> bytes:
    """Rows of the usual kind, as many as there may be."""
    return _of(_rows(drawn, "salary of november {number}"))


def two_hundred(drawn: Random) -> bytes:
    """A file of the usual size."""
    return _of(_rows(drawn, "rent {number}"), most=200)


def quoted(drawn: Random) -> bytes:
    """Descriptions with commas, quotes and line breaks."""
    return _of(_rows(drawn, '"a, ""b""\n{number}"'))


def accents(drawn: Random) -> bytes:
    """Descriptions beyond ASCII."""
    return _of(_rows(drawn, "Miete für März {number}"))


def broken(drawn: Random) -> bytes:
    """Every cell breaks a rule, each in its own way."""
    return _of(",".join(f"!{number}{place}é" for place in range(8)) for number in range(ROWS))


def cards(drawn: Random) -> bytes:
    """Numbers as long as a card's in nearly every cell."""
    return _of(",".join(_long(drawn) for _ in range(6)) + ",=," for _ in range(ROWS))


def _long(drawn: Random) -> str:
    return f"4{drawn.randrange(10**15):015d}"


def digits(drawn: Random) -> bytes:
    """Long numbers in which a card number is looked for everywhere, and never is."""
    return _of(_rows(drawn, "5 " * 69 + "5"))


def one_cell(drawn: Random) -> bytes:
    """A header of digits alone."""
    return b"5" * (MOST_BYTES - 1)


def empty_lines(drawn: Random) -> bytes:
    """Nothing but line breaks below a header with quotes."""
    return f'"{HEADER}"'.replace(",", '","').encode().ljust(MOST_BYTES, b"\n")


def columns(drawn: Random) -> bytes:
    """One record of cells of one character, which takes two bytes."""
    return f"{HEADER}\n".encode() + "\u0142,".encode() * (MOST_BYTES // 3 - 100)


def quotes(drawn: Random) -> bytes:
    """Records that are a line break in quotes."""
    return f"{HEADER}\n".encode() + b'"\n"\n' * (MOST_BYTES // 4 - 100)


def nothing(drawn: Random) -> bytes:
    """An empty file."""
    return b""


_ALL = (nothing, two_hundred, clean, quoted, accents, broken, cards, digits, one_cell, empty_lines, columns, quotes)
FILES = {made.__name__: made for made in _ALL}


def measure(system: str, name: str) -> None:
    """Print one line of the table: of this process."""
    sys.path.insert(0, str(ROOT / "lambda"))
    from datetime import date, datetime

    judge_file = importlib.import_module(f"{system}.file").judge_file
    content = sys.stdin.buffer.read()
    received = datetime.fromisoformat(f"{DAY}T23:59:59+00:00")
    spent, found = _least(lambda: judge_file(content, BANK, date.fromisoformat(DAY), received))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    csv.field_size_limit(MOST_BYTES)
    plain, _ = _least(lambda: sum(1 for _ in csv.reader(io.StringIO(content.decode(), newline=""))))
    counts = f"{len(content) / 2**20:>5.1f} {found.rows or 0:>6} {found.problem_count:>8}"
    print(f"{counts} {spent:>8.1f} {plain:>8.1f} {spent / plain:>6.1f} {peak:>5.0f}  {name}")


def _least(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least processor time of three, in ms, and what the work returns."""
    times = []
    for _ in range(3):
        begin = time.process_time()
        result = work()
        times.append(1000 * (time.process_time() - begin))
    return min(times), result


def main() -> None:
    """Print the table, each file judged by a process of its own."""
    system, *others = [argument for argument in sys.argv[1:] if argument != "--measure"] or sys.exit(__doc__)
    if "--measure" in sys.argv:
        measure(system, others[0])
        return
    interpreter = others[0] if others else sys.executable
    print(f"{'MiB':>5} {'rows':>6} {'problems':>8} {'ms':>8} {'csv ms':>8} {'ratio':>6} {'peak':>5}", flush=True)
    for name, made in FILES.items():
        command = [interpreter, str(Path(__file__).resolve()), system, name, "--measure"]
        subprocess.run(command, input=made(Random(1)), check=True)


if __name__ == "__main__":
    main()
