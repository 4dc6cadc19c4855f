import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { containsCardNumber, holdsCardData } from "../../../lambda/realtime/ingest_processor/card_data";

// The schemes' published test numbers.
const CARDS: Record<string, string[]> = {
  Visa: ["4111111111111111", "4012888888881881", "4222222222222", "4242424242424242"],
  Mastercard: ["5555555555554444", "5105105105105100", "2223003122003222"],
  "American Express": ["378282246310005", "371449635398431"],
  Discover: ["6011111111111117", "6011000990139424"],
  "Diners Club": ["30569309025904", "38520000023237"],
  JCB: ["3530111333300000"],
  "19 digits": ["6304000000000000000", "4000000000000000006"],
};

const HIDING_PLACES: [string, (card: string) => string][] = [
  ["bare", (card) => card],
  ["between letters", (card) => `x${card}y`],
  ["between underscores", (card) => `acct_${card}_1`],
  ["after other digits and a dash", (card) => `2026-${card}`],
  ["in full-width digits", (card) => card.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))],
];

const grouped = (card: string, separator: string) =>
  (card.length < 16 && card.startsWith("3")
    ? [card.slice(0, 4), card.slice(4, 10), card.slice(10)]
    : (card.match(/\d{1,4}/g) ?? [])
  ).join(separator);

for (const [scheme, cards] of Object.entries(CARDS)) {
  for (const card of cards) {
    test(`[RT_NO_PAN] ${scheme} ${card.length} digits ending in ${card.slice(-4)} is found`, () => {
      for (const [place, hide] of HIDING_PLACES) assert.ok(containsCardNumber(hide(card)), place);
      for (const separator of [" ", ".", "-", "_", "\u00a0"]) {
        const text = grouped(card, separator);
        assert.ok(containsCardNumber(text), `grouped by ${JSON.stringify(separator)}`);
        assert.ok(containsCardNumber(`card: ${text}, thanks`), `in a sentence, by ${JSON.stringify(separator)}`);
      }
    });
  }
}

const ALSO_FOUND = ["4111 1111 1111 1111 123", "1234 4111 1111 1111 1111", "4111 1111-1111 1111", "x4111 1111 1111 1111y"];
for (const text of ALSO_FOUND) test(`[RT_NO_PAN] ${text} is found`, () => assert.ok(containsCardNumber(text)));

const NEAR_MISSES = [
  "4111111111111112",
  "411111111111",
  "41111111111111110000",
  "2026-11-20T15:40:07.123Z",
  "2026-11-20T15:40:07.123456789+01:00",
  "txn-2026-11-20-000001",
  "a4111-1111-1111-1111",
  "123456789012",
  "",
];
for (const text of NEAR_MISSES) {
  test(`[RT_NO_PAN] ${JSON.stringify(text)} is let through`, () => assert.ok(!containsCardNumber(text)));
}

test("[RT_NO_PAN] 100,000 random UUIDs are let through", () => {
  const refused = Array.from({ length: 100_000 }, () => randomUUID()).filter(containsCardNumber);
  assert.deepEqual(refused, []);
});

for (const name of ["cvv", "CVV2", "cvc", "cid", "card_verification_value", "Security-Code", "PAN", "cardNumber", "card number"]) {
  test(`[RT_NO_PAN] a field named ${name} is card data`, () => assert.ok(holdsCardData(name, 1)));
}

for (const name of ["country", "company", "span", "panel", "accountId", "incident"]) {
  test(`[RT_NO_PAN] a field named ${name} is not`, () => assert.ok(!holdsCardData(name, 1)));
}

test("[RT_NO_PAN] numbers, keys and nested values are searched", () => {
  const card = "4111111111111111";
  for (const value of [Number(card), [card], { a: [{ b: card }] }, { [card]: 1 }, { a: { cvv: 1 } }]) {
    assert.ok(holdsCardData("note", value));
  }
});

test("[RT_NO_PAN] deep nesting is searched to the bottom", () => {
  const depth = 30_000;
  assert.ok(holdsCardData("note", JSON.parse(`${"[".repeat(depth)}"4111111111111111"${"]".repeat(depth)}`)));
});
