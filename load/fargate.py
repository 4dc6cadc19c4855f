"""The entry point of the image: `fargate.py master|worker [options of Locust]`.

The master waits for its workers, runs headless, and stores its run in a bucket for `hallmark load judge`. STAGE names
the stage under load; WORKERS and RUNS_BUCKET are the master's.
"""

import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path

import boto3

FOLDER, PREFIX = Path("/runs"), "runs"
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
WAIT_SECONDS = 600


def command(role: str, options: Sequence[str], environment: Mapping[str, str], folder: Path = FOLDER) -> list[str]:
    """Return Locust's command line; KeyError for a missing variable."""
    words = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--target", "aws", "--stage", environment["STAGE"]]
    if role == "worker":
        return [*words, "--worker", *options]
    run = folder / scenario(options)
    return [
        *words,
        *("--master", "--headless", "--only-summary"),
        *("--expect-workers", environment["WORKERS"], "--expect-workers-max-wait", str(WAIT_SECONDS)),
        *("--run-file", f"{run}.json", "--html", f"{run}.html"),
        *options,
    ]


def scenario(options: Sequence[str]) -> str:
    """Return the scenario in the options, or the default."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--scenario", default="steady")
    return str(parser.parse_known_args(list(options))[0].scenario)


def main(words: Sequence[str]) -> int:
    """Run Locust to its end and return its exit code; 2 for an unknown first argument."""
    if not words or words[0] not in ("master", "worker"):
        print("usage: fargate.py master|worker [options of Locust]", file=sys.stderr)
        return 2
    role, *options = words
    code = subprocess.call(command(role, options, os.environ))
    if role == "master":
        s3 = boto3.client("s3")
        for file in sorted(FOLDER.iterdir()):
            s3.upload_file(str(file), os.environ["RUNS_BUCKET"], f"{PREFIX}/{file.name}")
            print(f"s3://{os.environ['RUNS_BUCKET']}/{PREFIX}/{file.name}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
