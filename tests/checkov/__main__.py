"""Run the tests side by side: each waits for checkov processes. `python -m tests.checkov`."""

import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

from tests.checkov import test_plain_checkov

AT_ONCE = 2


def _run(test: unittest.TestCase) -> unittest.TestResult:
    found = unittest.TestResult()
    test.run(found)
    return found


def main() -> int:
    """Return 0 when all tests pass, 1 when one fails, or when there is none."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(test_plain_checkov)
    tests = [test for group in suite for test in group]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(_run, tests))
    problems = [problem for found in results for problem in (*found.failures, *found.errors)]
    for test, text in problems:
        print(f"{test}\n{text}", file=sys.stderr)
    print(f"{len(tests) - len(problems)} passed, {len(problems)} failed")
    return int(bool(problems) or not tests)


if __name__ == "__main__":
    sys.exit(main())
