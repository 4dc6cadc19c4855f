"""An assertion that fails in a helper shows its values, as one in a test does; and how much is drawn."""

import pytest

pytest.register_assert_rewrite("tests.support", "tests.integration", "tests.unit")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many bodies and files are drawn, and which."""
    parser.addoption(
        "--requests", type=int, default=500, help="how many drawn bodies each API gets, and ids (default 500)"
    )
    parser.addoption("--files", type=int, default=200, help="how many drawn files are read twice (default 200)")
    parser.addoption("--seed", default="0", help="a number draws the same input again, `random` other (default 0)")
