"""An assertion that fails in a helper shows its values, as one in a test does."""

import pytest

pytest.register_assert_rewrite("tests.support", "tests.integration", "tests.unit")
