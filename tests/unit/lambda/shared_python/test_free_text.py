"""Free texts: one problem each, the first that applies."""

import pytest
from shared_python.free_text import problem_of

TEXTS = {
    "November.csv": None,
    "Käse & 東京 🧾.csv": None,
    "a" * 20: None,
    "a" * 21: "too-long",
    "=1+1": "formula",
    "@cmd": "formula",
    "\tx": "formula",
    "-4111111111111111": "formula",
    "4111111111111111": "card-number",
    "bell\x07": "format",
    "line\nbreak": "format",
    "half \ud83d": "format",
    "\u202efdp.csv": "format",
    "zero\u200bwidth": "format",
    "\ufeffNovember.csv": "format",
    "ক\u09cd\u200cষ.csv": None,
    "👩\u200d🌾.csv": None,
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_judged_by_the_first_rule_that_it_breaks(text):
    assert problem_of(text, most_characters=20) == TEXTS[text]
