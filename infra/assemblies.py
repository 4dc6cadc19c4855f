"""Several assemblies from one process, for the CDK takes longer to load than to synthesize another.

usage: python -m infra.assemblies FOLDER [-c key=value ...] [FOLDER [-c key=value ...] ...]
"""

import os
import sys
from collections.abc import Sequence

from infra import app


def main(argv: Sequence[str]) -> int:
    """Synthesizes into each folder what infra.app makes of the arguments after it; returns its first failure."""
    wanted: dict[str, list[str]] = {}
    for place, word in enumerate(argv):
        if word == "-c" or (place and argv[place - 1] == "-c"):
            wanted[next(reversed(wanted))].append(word)
        else:
            wanted[word] = []
    for folder, arguments in wanted.items():
        os.environ["CDK_OUTDIR"] = folder
        if code := app.main(arguments):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
