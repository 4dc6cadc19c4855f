import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { containsCardNumber, holdsCardData, tokenContainsCardNumber } from "../../../../lambda/realtime/ingest_processor/card_data";

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
// Between the groups whatever a keyboard or a copy from a page brings.
const SEPARATORS = ["  ", "/", ",", "\t", "\n", "\r\n", "\u2013", "\u200b", "\u00ad", "\ufeff", " - ", " | ", "\u0301", "\u{1f4b3}"];
for (const separator of SEPARATORS) ALSO_FOUND.push(grouped("4111111111111111", separator), `m${grouped("378282246310005", separator)}`);

const script = (zero: number) => "4111111111111111".replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
// Arabic-Indic, Persian, Devanagari, mathematical bold, N'Ko.
for (const zero of [0x660, 0x6f0, 0x966, 0x1d7ce, 0x7c0]) ALSO_FOUND.push(script(zero));
ALSO_FOUND.push(script(0x669 - 9).replace(/(.{4})(?=.)/gu, "$1 "), script(0x660).slice(0, 8) + "11111111");

// Eight characters that stand for two digits each.
ALSO_FOUND.push("\u32b6\u246a\u246a\u246a\u246a\u246a\u246a\u246a");

for (const text of ALSO_FOUND) test(`[RT_NO_PAN] ${JSON.stringify(text)} is found`, () => assert.ok(containsCardNumber(text)));

// In other groups than those on a card; identifiers are searched for these, too.
const GROUPINGS = [
  ...["4111-1111-11111111", "41111111-11111111", "4111_1111_1111_1111", "411111-1111111111", "4111-111111111111", "41-11-11-11-11-11-11-11"],
  ...["4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", "acct-4111-1111-1111-1111", "a4111-1111-1111-1111", "4111-1111-1111-1111z", "2026-4111-1111-1111-1111"],
  ...["txn_2026-11-20_4111111111111111", "12-4111-1111-1111-1111-34", "41111111-1111-1111-1111-111111111111".replace("-111111111111", "")],
];
for (const text of GROUPINGS) {
  for (const separator of ["-", "_"]) {
    test(`[RT_NO_PAN] ${text}, by ${separator}, is found in identifiers, too`, () => {
      const spelled = text.replaceAll("-", separator);
      assert.ok(tokenContainsCardNumber(spelled) && containsCardNumber(spelled.replace(/[-_]/g, " ")));
    });
  }
}

test("[RT_NO_PAN] in a number longer than a card's, a card number is found; not in an identifier, which may begin with a date", () => {
  assert.ok(containsCardNumber("41111111111111110000") && containsCardNumber("0037828224631000599999"));
  assert.ok(!tokenContainsCardNumber("41111111111111110000"));
});

const NEAR_MISSES = [
  "4111111111111112",
  "411111111111",
  "2026-11-20T15:40:07.123Z",
  "txn-2026-11-20-000001",
  // Their digits pass the check, but they are dates.
  "20261120-154004",
  "txn_2026-11-20_15-40-07-0007",
  "a4111-1111-1111-1112",
  "4111x1111x1111x1111",
  "123456789012",
  "+31 20 123 4567",
  "3f2b8c1e-5d4a-4b6f-9e1d-2c3b4a5f6e7d",
  "41111111-1111-1111-a111-111111111111",
  "",
];
for (const text of NEAR_MISSES) {
  test(`[RT_NO_PAN] ${JSON.stringify(text)} is let through`, () => {
    assert.ok(!containsCardNumber(text) && !tokenContainsCardNumber(text));
  });
}

/** The UUID with one of its letters, and a decimal digit for each of the others. */
function withOneLetter(uuid: string, which: number): string {
  const letters = [...uuid.matchAll(/[a-f]/g)];
  const kept = letters[which % letters.length]?.index;
  return uuid.replace(/[a-f]/g, (letter, at) => (at === kept ? letter : String(letter.charCodeAt(0) % 10)));
}

// If they were not left out, one random one in some ten thousand would look like a card, but every other with one letter.
test("[RT_NO_PAN] random UUIDs are let through, and those with a single letter", () => {
  const random = Array.from({ length: 500 }, () => randomUUID()).filter((id) => /[a-f]/.test(id));
  const ids = [...random, ...random.map(withOneLetter)];
  assert.deepEqual(ids.filter((id) => containsCardNumber(id) || tokenContainsCardNumber(`txn_${id}-1`)), []);
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

test("[RT_NO_PAN] [RT_LATENCY] the search of the largest body ends soon", () => {
  for (const text of ["5 ", "5", "1", "1\u200b", "12 ", "\u0669", "a1", "\ufdfa"].map((unit) => unit.repeat(64 * 1024 / Buffer.byteLength(unit)))) {
    const start = performance.now();
    holdsCardData("note", text);
    assert.ok(performance.now() - start < 1_000, JSON.stringify(text.slice(0, 4)));
  }
});
