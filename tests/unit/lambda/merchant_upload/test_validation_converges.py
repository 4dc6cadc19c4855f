"""The function `validation` disturbed: killed, doubled, raced, throttled, out of time; it ends in the same state."""

import importlib
from types import SimpleNamespace
from urllib.parse import quote_plus

import pytest

from tests.support.local_dynamodb import refusal

there = importlib.import_module("tests.unit.lambda.merchant_upload.validating")
UPLOAD, KEY, HEADER, PLENTY = there.UPLOAD, there.KEY, there.HEADER, there.PLENTY
LITTLE, Killed, World, build, row = there.LITTLE, there.Killed, there.World, there.build, there.row
CARD, OTHER = there.CARD, there.OTHER


@pytest.fixture
def world(monkeypatch):
    return build(monkeypatch)


MIXED = [
    *(row(f"order-{number:03}") for number in (1, 2, 3, 4, 5)),
    *(row("order-002", amount="12.5"), row("order-003", amount="99"), row("order-006", amount="x")),
    *(row("order-007", card=CARD), row("order-900"), row("order-901"), row("order-901", amount="3")),
]


def mixed(world, monkeypatch):
    """Return a world with an earlier file, and one that has rows of every kind in several transactions."""
    monkeypatch.setattr("merchant_upload.validation.logic.ROWS_AT_ONCE", 3)
    monkeypatch.setattr("merchant_upload.validation.files.PROBLEMS_IN_ITEM", 2)
    world = World(world.module, world.table)
    key = KEY.replace(UPLOAD, OTHER)
    world.upload(row("order-900"), row("order-901", amount="1"), key=key)
    world.deliver(key=key)
    world.upload(*MIXED)
    world.calls.clear()
    return world


def undisturbed(world, monkeypatch):
    """Return what is kept of it when nothing disturbs, and how many calls that takes."""
    world = mixed(world, monkeypatch)
    world.deliver()
    return world.kept(), len(world.calls)


def at_call(number, act):
    """Return what does something to the call of that number, counted from 1, and leaves the others alone."""
    seen = []

    def around(operation, call):
        seen.append(operation)
        return act(call) if len(seen) == number else call()

    return around


def killed_after(call):
    call()
    raise Killed


def test_the_mixed_file_has_the_counts_that_a_reader_expects(world, monkeypatch):
    done = mixed(world, monkeypatch)
    done.deliver()
    assert done.counts() == (12, 5, 2, 2, 3)
    assert done.errors() == [
        (8, "transaction_id", "conflict"),
        (9, "amount", "format"),
        (10, "card_token", "card-number"),
        (12, "transaction_id", "conflict"),
        (13, "transaction_id", "conflict"),
    ]
    assert (KEY, "v1") not in done.objects


def test_killed_after_any_call_a_second_delivery_ends_in_the_same_state(world, monkeypatch):
    wanted, calls = undisturbed(world, monkeypatch)
    assert calls >= 12
    for number in range(1, calls + 1):
        tried = mixed(world, monkeypatch)
        tried.around = at_call(number, killed_after)
        with pytest.raises(Killed):
            tried.deliver()
        started = tried.item().get("startedAt")
        tried.around = lambda operation, call: call()
        tried.deliver()
        assert tried.kept() == wanted, number
        assert tried.item()["startedAt"] == (started or tried.item()["startedAt"])


def test_a_second_delivery_during_any_call_ends_in_the_same_state(world, monkeypatch):
    wanted, calls = undisturbed(world, monkeypatch)
    for number in range(1, calls + 1):
        for first in (True, False):
            tried = mixed(world, monkeypatch)

            def doubled(call, tried=tried, first=first):
                done = None if first else call()
                tried.deliver()
                return call() if first else done

            tried.around = at_call(number, doubled)
            try:
                tried.deliver()
            except world.module.FileNotTaken:
                # The other delivery has removed the version before this one read it: S3 delivers again.
                tried.deliver()
            assert tried.kept() == wanted, number


ENDING = {
    "refused": ["a,b", "1,2"],
    "done": [HEADER, row("order-001", amount="x"), row("order-900")],
    "processing": [HEADER, row("order-700")],
}


@pytest.mark.parametrize("status", ENDING)
def test_of_two_deliveries_at_once_one_counts_and_one_ends_the_file(world, monkeypatch, capsys, status):
    header, *lines = ENDING[status]
    calls = 20
    for number in range(1, calls):
        tried = mixed(world, monkeypatch)
        key = KEY.replace(UPLOAD, UPLOAD[:-1] + "X")
        tried.upload(*lines, header=header, key=key)
        capsys.readouterr()

        def doubled(call, tried=tried, key=key):
            tried.deliver(key=key)
            return call()

        tried.around = at_call(number, doubled)
        tried.deliver(key=key)
        said = capsys.readouterr().out
        assert said.count('"_aws"') == (status != "processing"), number
        assert said.count("rows stored") == (status != "refused"), number
        assert tried.item(UPLOAD[:-1] + "X")["status"] == {"S": status}


def test_two_files_that_race_for_ids_have_one_row_of_each(world, monkeypatch):
    tried = mixed(world, monkeypatch)
    key = KEY.replace(UPLOAD, UPLOAD[:-1] + "X")
    tried.upload(row("order-900"), row("order-800"), row("order-801", amount="1"), key=key)
    tried.upload(row("order-800"), row("order-801", amount="2"), key=KEY.replace(UPLOAD, UPLOAD[:-1] + "Y"))
    at_transaction = []

    def around(operation, call):
        done = call()
        if operation == "TransactWriteItems" and not at_transaction:
            at_transaction.append(operation)
            tried.deliver(key=KEY.replace(UPLOAD, UPLOAD[:-1] + "Y"))
        return done

    tried.around = around
    tried.deliver(key=key)
    assert tried.counts(UPLOAD[:-1] + "Y") == (2, 2, 0, 0, 0)
    assert tried.counts(UPLOAD[:-1] + "X") == (3, 0, 2, 0, 1)


def test_verdicts_that_come_meanwhile_are_kept_and_the_file_is_done_when_all_are_in(world, monkeypatch):
    world.upload(row("order-001"), row("order-002"))
    world.deliver()
    world.table.put({**world.item(), "judged": {"N": "2"}})
    world.deliver()
    assert (world.item()["status"], world.item()["judged"]) == ({"S": "done"}, {"N": "2"})
    before = world.table.items()
    world.deliver()
    assert world.table.items() == before


def reasons(*codes):
    return refusal("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


PASSING = {
    "conflict": lambda call: reasons("TransactionConflict", *["None"] * 5),
    "throttled": lambda call: reasons("None", "ThrottlingError", *["None"] * 4),
    "in progress": lambda call: refusal("TransactionInProgressException"),
    "throughput": lambda call: refusal("ProvisionedThroughputExceededException"),
}


@pytest.mark.parametrize("kind", PASSING)
def test_what_passes_is_waited_for(world, monkeypatch, kind):
    wanted, _ = undisturbed(world, monkeypatch)
    tried = mixed(world, monkeypatch)
    left = [None] * 6

    def around(operation, call):
        return PASSING[kind](call) if operation == "TransactWriteItems" and left and not left.pop() else call()

    tried.around = around
    tried.deliver()
    assert tried.kept() == wanted


@pytest.mark.parametrize("kind", PASSING)
def test_what_does_not_pass_is_raised_after_a_limited_number_of_tries_and_the_rest_is_kept(world, monkeypatch, kind):
    wanted, _ = undisturbed(world, monkeypatch)
    tried = mixed(world, monkeypatch)
    tried.around = lambda operation, call: PASSING[kind](call) if operation == "TransactWriteItems" else call()
    with pytest.raises(world.module.FileNotTaken):
        tried.deliver()
    assert tried.calls.count("TransactWriteItems") < 60
    assert tried.item()["status"] == {"S": "processing"}
    tried.around = lambda operation, call: call()
    tried.deliver()
    assert tried.kept() == wanted


def test_a_reason_that_is_no_claim_and_does_not_pass_is_an_error(world, monkeypatch, capsys):
    tried = mixed(world, monkeypatch)
    tried.around = at_call(4, lambda call: reasons("None", "ValidationError", *["None"] * 4))
    with pytest.raises(world.module.FileNotTaken):
        tried.deliver()
    assert '"RowsNotWritten"' in capsys.readouterr().out


def test_with_little_time_left_it_raises_and_the_next_try_goes_on(world, monkeypatch):
    wanted, _ = undisturbed(world, monkeypatch)
    tried = mixed(world, monkeypatch)
    with pytest.raises(world.module.FileNotTaken, match="OutOfTime"):
        tried.deliver(left=LITTLE)
    tried.deliver()
    assert tried.kept() == wanted


def test_with_little_time_left_no_row_is_begun(world):
    world.upload(row("order-001"))
    with pytest.raises(world.module.FileNotTaken, match="OutOfTime"):
        world.deliver(left=LITTLE)
    assert "TransactWriteItems" not in world.calls


def test_a_file_that_fails_keeps_none_of_the_others_back(world):
    world.upload(row("order-001"))
    bad = {"s3": {"object": {"key": KEY}}}
    good = {"s3": {"object": {"key": quote_plus(KEY), "versionId": "v1"}}}
    context = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: PLENTY)
    with pytest.raises(world.module.FileNotTaken):
        world.module.handler({"Records": [bad, good]}, context)
    assert world.counts() == (1, 1, 0, 0, 0)
    world.module.handler({"Service": "Amazon S3", "Event": "s3:TestEvent"}, context)


def test_neither_log_nor_error_holds_a_value_of_the_file(world, monkeypatch, capsys):
    tried = mixed(world, monkeypatch)
    tried.deliver()
    tried = mixed(world, monkeypatch)
    tried.around = at_call(5, lambda call: (_ for _ in ()).throw(ValueError("order-004 tok-000001")))
    with pytest.raises(world.module.FileNotTaken) as raised:
        tried.deliver()
    said = capsys.readouterr().out + str(raised.value)
    assert not [value for value in ("order-", "tok-", "4111", "grocery", "12.5") if value in said]
