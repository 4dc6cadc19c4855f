"""How long the largest CSV file takes to read, per row, and how much memory: plain, quoted, broken, hostile.

usage: python -m benchmarks.csv_rows SYSTEM [interpreter] [--profile], in the project's folder, for a system whose files
have the columns of HEADER. Processor milliseconds a row and the peak memory of a process of its own, in MiB; the first
line is what Python and the modules need by themselves. The interpreter is this one, or another one with the packages
of requirements/lambda_SYSTEM.txt.
"""

import cProfile
import importlib
import pstats
import resource
import subprocess
import sys
import time
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
ROWS, MOST_BYTES = 50_000, 10 * 1024 * 1024
HEADER = "transaction_id,timestamp,card_token,amount,currency,country,merchant_category,card_present,time_zone"


def _cells(drawn: Random, row: int) -> list[str]:
    return [
        f"txn-{row:06d}-x{drawn.getrandbits(192):048x}",
        f"2026-{drawn.randrange(1, 12):02d}-{drawn.randrange(1, 29):02d}T{drawn.randrange(24):02d}:30:07.123+01:00",
        f"tok_{drawn.getrandbits(160):040x}a",
        f"{drawn.randrange(1, 5_000_000) / 100:.2f}",
        drawn.choice(("USD", "EUR", "GBP")),
        drawn.choice(("US", "DE", "FR")),
        drawn.choice(("grocery", "books", "gift-cards")),
        drawn.choice(("true", "false")),
        drawn.choice(("Europe/Amsterdam", "America/Argentina/Buenos_Aires", "")),
    ]


def plain(drawn: Random) -> bytes:
    """Rows without quotes."""
    return "\r\n".join([HEADER, *(",".join(_cells(drawn, row)) for row in range(ROWS))]).encode()


def quoted(drawn: Random) -> bytes:
    """Every cell in quotes."""
    return plain(drawn).replace(b",", b'","').replace(b"\r\n", b'"\r\n"').join([b'"', b'"'])


def broken(drawn: Random) -> bytes:
    """Every cell of every row breaks a rule."""
    row = ",".join(["4111-1111-1111-1111"] * 9)
    return "\n".join([HEADER, *[row] * ROWS]).encode()


def digits(drawn: Random) -> bytes:
    """One cell of digits that are searched from each of them, and never hold a card number."""
    return f"{HEADER}\n".encode() + b"5" * (MOST_BYTES - 200)


def cells(drawn: Random) -> bytes:
    """One record of cells of one character, which takes two bytes."""
    return f"{HEADER}\n".encode() + "\u0142,".encode() * (MOST_BYTES // 3 - 100)


def nothing(drawn: Random) -> bytes:
    """An empty file."""
    return b""


FILES = {made.__name__: made for made in (nothing, plain, quoted, broken, digits, cells)}


def measure(system: str, name: str, profiled: bool) -> None:
    """Print one line of the table, or a profile: of this process."""
    sys.path.insert(0, str(ROOT / "lambda"))
    from datetime import datetime

    from shared_python.csv_file import parse

    columns = importlib.import_module(f"{system}.validation.columns")

    content = sys.stdin.buffer.read()
    limits = columns.schema(datetime.fromisoformat("2026-12-01T00:00:00+00:00"))

    def read() -> "tuple[int, int]":
        parsed = parse(content, limits, ROWS)
        good = [not row.problems for row in getattr(parsed, "rows", ())]
        return len(good), sum(good)

    if profiled:
        profiler = cProfile.Profile()
        profiler.runcall(read)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(15)
        return
    begin = time.process_time()
    rows, good = read()
    spent = 1000 * (time.process_time() - begin)
    size, peak = len(content) / 2**20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{size:>6.1f} {rows:>7} {good:>7} {spent:>9.1f} {spent / max(rows, 1):>9.4f} {peak:>6.0f}  {name}")


def main() -> None:
    """Print the table, each file read by a process of its own."""
    flags = [argument for argument in sys.argv[1:] if argument.startswith("--")]
    system, *others = [argument for argument in sys.argv[1:] if not argument.startswith("--")] or sys.exit(__doc__)
    if "--measure" in flags:
        measure(system, others[0], "--profile" in flags)
        return
    interpreter = others[0] if others else sys.executable
    print(f"{'MiB':>6} {'rows':>7} {'valid':>7} {'ms':>9} {'ms/row':>9} {'peak':>6}", flush=True)
    for name, made in FILES.items():
        command = [interpreter, str(Path(__file__).resolve()), system, name, "--measure", *flags]
        subprocess.run(command, input=made(Random(1)), check=True)


if __name__ == "__main__":
    main()
