"""Two digests are equal when every byte is, and tell what has become of each record."""

from hallmark.digest import Difference, Digest, Part, Record, compare


def _digest(**records: str) -> Digest:
    """A digest of audit records; the key is `<transaction>_<kind>`, the content stands for its SHA-256."""
    return Digest(
        (Part("audit records", {key: Record(key.split("_")[0], content) for key, content in records.items()}),)
    )


def test_the_order_of_reading_does_not_count() -> None:
    assert _digest(a_1="x", b_1="y").sha256 == _digest(b_1="y", a_1="x").sha256


def test_keys_and_contents_count() -> None:
    digests = [_digest(a_1="x"), _digest(a_1="y"), _digest(a_2="x"), _digest(a_1="x", b_1="x"), _digest()]
    assert len({found.sha256 for found in digests}) == len(digests)


def test_parts_are_not_exchangeable() -> None:
    records = {"a_1": Record("a", "x")}
    parts = Part("transactions", records), Part("audit records", {})
    moved = Part("transactions", {}), Part("audit records", records)
    assert Digest(parts).sha256 != Digest(moved).sha256


def test_a_record_of_a_known_transaction_is_restored_and_one_of_a_new_one_has_arrived() -> None:
    found = compare(_digest(a_1="x"), _digest(a_1="x", a_2="y", b_1="z"))
    assert found == Difference(("audit records: a_2",), ("audit records: b_1",), (), ())
    assert found.harmless


def test_what_is_gone_or_changed_is_named_and_does_harm() -> None:
    gone = compare(_digest(a_1="x", a_2="y"), _digest(a_1="x"))
    changed = compare(_digest(a_1="x"), _digest(a_1="y"))
    assert (gone.removed, changed.changed) == (("audit records: a_2",), ("audit records: a_1",))
    assert not gone.harmless
    assert not changed.harmless
