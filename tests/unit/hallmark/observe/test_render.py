"""What is printed of differences: what differs, the controls concerned, how to mend it, and what is not read."""

from hallmark.observe.comparison import Concern, Explained
from hallmark.observe.drift import Difference
from hallmark.observe.render import AS_DECLARED, as_data, text, unread_text
from hallmark.unread import Unread

MEMORY = Difference("Judge", "AWS::Lambda::Function", "changed", "MemorySize", "512", "128")
TIMEOUT = Difference("Judge", "AWS::Lambda::Function", "changed", "Timeout", "10", None)
FOUND = [
    Explained(MEMORY, (Concern("XX_MEMORY", "Leave it."),), "set it back"),
    Explained(TIMEOUT, (), "set it back"),
    Explained(Difference("Hand", "AWS::Events::Rule", "added"), (), "delete it"),
]


def test_differences_by_resource() -> None:
    assert list(text(FOUND)) == [
        "Judge  AWS::Lambda::Function",
        "  MemorySize",
        "    declared  512",
        "    observed  128",
        "    XX_MEMORY: Leave it.",
        "  Timeout",
        "    declared  10",
        "    observed  nothing",
        "  mend: set it back",
        "Hand  AWS::Events::Rule  present, but not declared",
        "  mend: delete it",
        "3 differences in 2 resources",
    ]


def test_no_difference() -> None:
    assert list(text([])) == [AS_DECLARED]


def test_a_difference_as_data() -> None:
    assert as_data(FOUND[0]) == {
        **{"resource": "Judge", "type": "AWS::Lambda::Function", "change": "changed", "path": "MemorySize"},
        **{"declared": "512", "observed": "128", "mend": "set it back"},
        "controls": [{"control": "XX_MEMORY", "fix": "Leave it."}],
    }


def test_what_is_not_read() -> None:
    rows = [Unread("mute rules of alarms", "the emulator has none", "embedded")]
    assert list(unread_text(rows)) == [
        "not read: 1 kind of settings, which could differ unseen",
        "  mute rules of alarms: the emulator has none",
    ]
    assert list(unread_text([])) == []
