"""What must become of each transaction of a run, by a plain reading in the order of sending."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from hallmark.systems.screening.machine import Execution
from hallmark.systems.screening.plain.compliance import PASS, Compliance, compliance, decision
from hallmark.systems.screening.plain.content import Identity, hash_of, identity_of, number_of
from hallmark.systems.screening.plain.history import Past
from hallmark.systems.screening.plain.reading import CONFLICT, Refusal, refusal
from hallmark.systems.screening.plain.risk import Risk, risk
from hallmark.systems.screening.plain.tables import Tables
from hallmark.systems.screening.transaction import Transaction

FRAUD, COMPLIANCE = "fraud", "compliance"
REJECTED = "rejected"


@dataclass(frozen=True)
class Sent:
    """A transaction that was started, with its execution; `started_at` is the aware time of that.

    `received_at` is when the stage first received it, as it says.
    """

    item: Transaction
    execution: Execution
    started_at: datetime
    received_at: str

    @cached_property
    def identity(self) -> Identity | None:
        """The identity by which the table knows it."""
        return identity_of(self.item.value, self.started_at)

    @cached_property
    def content_hash(self) -> str | None:
        """The hash of its content; None if it has card data."""
        return hash_of(self.item.value)


@dataclass(frozen=True)
class Expected:
    """What must become of a transaction: a refusal, or risk, compliance, dollars and the decision.

    `is_other` says that another content has its id.
    """

    refusal: Refusal | None = None
    is_other: bool = False
    risk: Risk | None = None
    compliance: Compliance | None = None
    usd: Decimal | None = None
    decision: str = REJECTED
    alerts: frozenset[str] = frozenset()


@dataclass
class _Run:
    """The claims and the customers' pasts as they are when each transaction begins."""

    tables: Tables
    past: dict[str, list[Past]]
    claims: dict[str, str | None]
    known: dict[tuple[str, str | None], Expected]

    def expect(self, one: Sent) -> Expected:
        """Return what must become of the next transaction, and remember it."""
        refused = refusal(one.item.value, one.started_at, self.tables.rates)
        if one.identity is None:
            return Expected(refused)
        name = one.identity.id
        mark = one.content_hash or repr(one.item.value)
        if (name, mark) in self.known:
            return self.known[name, mark]
        is_other = self.claims.setdefault(name, mark) != mark
        if is_other:
            found = Expected(refused or Refusal("transaction_id", CONFLICT), is_other=True)
        else:
            found = Expected(refused) if refused else self._screened(one, one.identity)
        self.known[name, mark] = found
        return found

    def _screened(self, one: Sent, identity: Identity) -> Expected:
        value, tables = one.item.value, self.tables
        usd = (number_of(value["amount"]) or Decimal(0)) * tables.rates[value["currency"]]
        pasts = self.past.setdefault(value["customer_id"], [])
        before = [past for past in pasts if past.id != identity.id and past.received_at < one.received_at]
        score = risk(value, usd, before, tables.fraud)
        rules = compliance(value, usd, before, tables.compliance)
        pasts.append(Past(identity.id, identity.time, usd, value.get("channel")))
        bounds = tables.bounds
        due = ((FRAUD, score.score >= bounds["alertFrom"]), (COMPLIANCE, rules.verdict != PASS))
        return Expected(
            risk=score,
            compliance=rules,
            usd=usd,
            decision=decision(rules.verdict, score.score, bounds["reviewFrom"]),
            alerts=frozenset(kind for kind, is_due in due if is_due),
        )


def expect(
    sent: Iterable[Sent], tables: Tables, past: Mapping[str, Sequence[Past]], claims: Mapping[str, str | None]
) -> Iterator[tuple[Sent, Expected]]:
    """Yield each transaction, in the order of sending, with what must become of it.

    `past` are customers' records from other runs, `claims` the hashes of contents that had ids before the run.
    """
    run = _Run(tables, {customer: list(found) for customer, found in past.items()}, dict(claims), {})
    for one in sent:
        yield one, run.expect(one)
