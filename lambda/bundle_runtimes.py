"""Lay out what Lambda's Python runtimes have beside the standard library: `python lambda/bundle_runtimes.py`.

build/runtime/<runtime> is for the embedded stage alone: on AWS the runtime has it.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
"""

import shutil
import sys

from bundle_wheels import ROOT, BundleError, locks, unpack, wheels_of

TARGET = ROOT / "build" / "runtime"


def main() -> None:
    """Fill the folder of each runtime that has a lock."""
    shutil.rmtree(TARGET, ignore_errors=True)
    for runtime, lock in locks("runtime_").items():
        unpack(wheels_of(lock), TARGET / runtime)


if __name__ == "__main__":
    try:
        main()
    except BundleError as error:
        print(f"bundle_runtimes: {error}", file=sys.stderr)
        sys.exit(2)
