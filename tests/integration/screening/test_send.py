"""`hallmark send`: every decision is the plain reading's, and what is not decided is found again."""

import json
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.integration.screening.conftest import Kept
from tests.integration.screening.contract import transaction
from tests.support.command import Command

Json = dict[str, Any]
SYSTEM = ("--system", "screening", "--target", "aws")


def send(hallmark: Command, folder: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], Json]:
    """Send; return how the command ended, and the ledger."""
    ledger = folder / "ledger.json"
    done = hallmark("send", *arguments, *SYSTEM, "--json", str(ledger))
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done, json.loads(ledger.read_text())


def written(folder: Path, *found: Any) -> str:
    """Write a file of transactions; return its name."""
    file = folder / "transactions.jsonl"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in found))
    return str(file)


@pytest.mark.parametrize("how", [(), ("--sync",)], ids=["started", "waited for"])
@pytest.mark.control(
    *("SC_VALIDATE", "SC_FRAUD", "SC_COMPLIANCE", "SC_DECISION", "SC_ALERT", "SC_IDEMPOTENT", "SC_NO_LOSS"),
    *("SC_SFN_EXPRESS", "SC_FN_THREE"),
)
def test_every_decision_is_that_of_the_plain_reading(hallmark: Command, tmp_path: Path, how: tuple[str, ...]) -> None:
    done, ledger = send(hallmark, tmp_path, "--generate", "150", *how)
    assert done.returncode == 0, done.stdout
    assert (ledger["sent"], ledger["lost"], sum(ledger["ends"].values())) == (150, [], 150)
    assert set(ledger["ends"]) == {"decided", "rejected"} and ledger["duplicates"]
    told = [line for line in ledger["alerts"] if line["expected"]]
    assert told and all(line["deliveries"] == line["observed"] == line["expected"] for line in told)


def test_a_file_is_sent_by_each_customer_s_times_and_again_changes_nothing(hallmark: Command, tmp_path: Path) -> None:
    one = transaction(timestamp="2026-11-20T10:00:30Z", kyc=None)
    earlier = transaction(customer_id=one["customer_id"], timestamp="2026-11-20T10:00:00Z")
    file = written(tmp_path, one, earlier, {**one, "amount": 13}, one, [1], {"transaction_id": "x"})
    done, ledger = send(hallmark, tmp_path, file)
    assert done.returncode == 0, done.stdout
    assert (ledger["ends"], ledger["duplicates"]) == ({"decided": 3, "rejected": 3}, 1)
    assert {line["place"] for line in ledger["reasons_found"] if line["observed"]} == {"rapid-repeat"}
    done, ledger = send(hallmark, tmp_path, file)
    assert done.returncode == 0, done.stdout
    assert (ledger["ends"], ledger["duplicates"]) == ({"decided": 3, "rejected": 3}, 4)
    assert not any(line["deliveries"] for line in ledger["alerts"])


def test_sends_beside_each_other_hear_their_own_alerts_only(hallmark: Command, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(lambda folder: send(hallmark, folder, "--generate", "60"), folders))
    assert [done.returncode for done, _ in ended] == [0, 0], [done.stdout for done, _ in ended]


@pytest.mark.control("SC_NO_LOSS", "SC_SFN_DLQ")
def test_what_failed_waits_in_the_queue_and_is_decided_by_a_redrive(
    hallmark: Command, tmp_path: Path, kept: Kept, throttled: Callable[[str], Any]
) -> None:
    found = [transaction() for _ in range(3)]
    file = written(tmp_path, *found)
    with throttled("fraud-detection"):
        done, ledger = send(hallmark, tmp_path, file)
    assert (done.returncode, ledger["ends"], ledger["lost"]) == (1, {"failed": 3}, []), done.stdout
    assert [(one["messages"], len(one["items"])) for one in ledger["waiting"]] == [(3, 3)]
    assert [kept.ended(one["transaction_id"], "failed")["status"] for one in found] == ["failed"] * 3
    done = hallmark("redrive", "failures", *SYSTEM)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [kept.ended(one["transaction_id"])["decision"] for one in found] == ["approved"] * 3
    done, ledger = send(hallmark, tmp_path, file)
    assert (done.returncode, ledger["ends"], ledger["duplicates"]) == (0, {"decided": 3}, 3), done.stdout


@pytest.mark.control("SC_NO_LOSS", "SC_SFN_DLQ")
def test_a_letter_of_what_was_not_checked_stays_for_its_sender(
    hallmark: Command, tmp_path: Path, throttled: Callable[[str], Any], kept: Kept, workflow: Any
) -> None:
    one, secret = transaction(), transaction(transaction_id="4111111111111111")
    with throttled("validation"):
        done, ledger = send(hallmark, tmp_path, written(tmp_path, one, secret))
        again = hallmark("redrive", "failures", *SYSTEM)
    assert (done.returncode, ledger["ends"], ledger["lost"]) == (1, {"failed": 2}, []), done.stdout
    letters = [letter for letter in workflow.letters() if letter["state"] == "Validate"]
    assert {letter.get("transactionId") for letter in letters} >= {one["transaction_id"], None}
    assert not [letter for letter in letters if "transaction" in letter or "4111" in json.dumps(letter)]
    assert again.returncode == 1 and "its sender must send it again" in again.stdout, again.stdout + again.stderr
    assert [item["status"] for item in kept.under(one["transaction_id"])] == ["failed"]
    _, ledger = send(hallmark, tmp_path, written(tmp_path, one))
    assert ledger["ends"] == {"decided": 1}
    again = hallmark("redrive", "failures", *SYSTEM)
    assert [letter for letter in workflow.letters() if letter.get("transactionId") == one["transaction_id"]] == []
    (message,) = re.findall(r"✗ (\S+) stays: a transaction without a valid id", again.stdout)
    refused = hallmark("redrive", "failures", *SYSTEM, "--drop", message)
    assert refused.returncode == 2 and "--because" in refused.stderr
    dropped = hallmark("redrive", "failures", *SYSTEM, "--drop", message, "--because", "its sender was told")
    assert dropped.returncode == 0, dropped.stdout + dropped.stderr
    assert message not in hallmark("redrive", "failures", *SYSTEM).stdout
