import assert from "node:assert/strict";
import { test } from "node:test";
import { readBody } from "../../../../lambda/realtime/ingest_processor/body";
import { validate } from "../../../../lambda/realtime/ingest_processor/validation";
import { NOW, TRANSACTION } from "./support/samples";

const CARD = "4111111111111111";

function errorsOf(body: object) {
  const validated = validate(body, NOW);
  return "errors" in validated ? validated.errors : [];
}

const fieldsOf = (body: object) => errorsOf(body).map(({ field }) => field);

const GOOD: [string, unknown, unknown?][] = [
  ["transactionId", "A-z_0189"],
  ["transactionId", "a".repeat(64)],
  ["transactionId", "3f2b8c1e-5d4a-4b6f-9e1d-2c3b4a5f6e7d"],
  ["accountId", "abc_-6"],
  ["ts", "2026-11-20T16:40:07.123+01:00", "2026-11-20T15:40:07.123Z"],
  ["ts", "2000-01-01T00:00:00Z", "2000-01-01T00:00:00.000Z"],
  ["ts", "2026-11-20T15:45:08.000Z"],
  ["amount", 0],
  ["amount", -0, 0],
  ["amount", -12.5],
  ["amount", 0.29],
  ["amount", 1.1],
  ["amount", 4999999999.99],
  ["amount", 5e9],
  ["ts", "2026-11-20T15:40:07.123456789+01:00", "2026-11-20T14:40:07.123Z"],
  ["amount", -5e9],
  ["currency", "EUR"],
  ["region", "us-gov-west-1"],
  ["merchantId", "m"],
  ["merchantId", "Ünïted\u00a0Café (No. 7)"],
  ["merchantId", "4111111111111112"],
  ["merchantId", "Zoë's Café 🥐"],
  ["merchantId", "🥐".repeat(64)],
  ["merchantCategory", "a1"],
  ["cardNotPresent", false],
  ["country", "UK"],
  ["cardholderTimeZone", "Asia/Kathmandu"],
];

for (const [field, value, kept = value] of GOOD) {
  test(`[RT_API_SCHEMA] ${field} ${JSON.stringify(value)} is accepted`, () => {
    const validated = validate({ ...TRANSACTION, [field]: value }, NOW);
    assert.deepStrictEqual(validated, { transaction: { ...TRANSACTION, [field]: kept } });
  });
}

const BAD: [string, unknown[]][] = [
  ["transactionId", ["a".repeat(7), "a".repeat(65), "with space", "ümlaut-12", "abcdefgh\n", 12345678, null, ["abcdefgh"]]],
  ["accountId", ["abc12", "a".repeat(65), "a.b.c.d", 123456, {}]],
  ["ts", ["2026-11-20T15:45:08.001Z", "1999-12-31T23:59:59.999Z", "2026-02-30T00:00:00Z", "yesterday", 1763653207123, null]],
  ["amount", [1.001, 5_000_000_000.01, -5_000_000_000.01, 1e300, Number.POSITIVE_INFINITY, "12.00", null, true, [1]]],
  ["currency", ["usd", "US", "USDX", "US1", 840]],
  ["region", ["us-east", "US-EAST-1", "us-east-12", "useast1", "u-east-1"]],
  ["merchantId", ["", "a".repeat(65), "\ud800", "a\0b", "a\tb", "a\u2028b", "a\u0085b", 42, null]],
  ["merchantCategory", ["a", "Electronics", "1abc", "a".repeat(33), "a_b"]],
  ["cardNotPresent", ["true", 0, null]],
  ["country", ["us", "USA", "U", ""]],
  ["cardholderTimeZone", ["+01:00", "Berlin", "europe/berlin", "", null, 1]],
];

for (const [field, values] of BAD) {
  for (const value of values) {
    test(`[RT_BAD_INPUT] ${field} ${String(JSON.stringify(value)).slice(0, 40)} is refused, by name`, () => {
      assert.deepEqual(fieldsOf({ ...TRANSACTION, [field]: value }), [field]);
    });
  }
}

for (const field of Object.keys(TRANSACTION)) {
  test(`[RT_API_SCHEMA] without ${field}`, () => {
    const { [field]: _, ...rest } = TRANSACTION as unknown as Record<string, unknown>;
    assert.deepEqual(errorsOf(rest), field === "merchantId" ? [] : [{ field, rule: "required" }]);
  });
}

test("[RT_BAD_INPUT] every broken rule is named at once", () => {
  assert.deepEqual(fieldsOf({ ...TRANSACTION, extra: 1, amount: "1", country: "x" }), ["extra", "amount", "country"]);
});

test("[RT_BAD_INPUT] computed fields are not taken from the client", () => {
  assert.deepEqual(fieldsOf({ ...TRANSACTION, recentTxnCount: 1, localHour: 3 }), ["recentTxnCount", "localHour"]);
});

test("[RT_BAD_INPUT] inherited names are unknown fields like others", () => {
  const body = JSON.parse(`{"__proto__": {"transactionId": "abcdefgh"}, "constructor": 1}`) as object;
  const fields = fieldsOf(body);
  assert.ok(fields.includes("__proto__") && fields.includes("constructor") && fields.includes("transactionId"));
});

test("[RT_BAD_INPUT] a name that is no plain identifier is not echoed", () => {
  assert.deepEqual(fieldsOf({ ...TRANSACTION, "<b>": 1, "a b": 2 }), ["unknown field"]);
});

test("[RT_BAD_INPUT] the number of unknown fields named is bounded", () => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, 1]));
  assert.equal(errorsOf({ ...TRANSACTION, ...many }).length, 20);
});

for (const field of ["transactionId", "accountId", "merchantId"]) {
  test(`[RT_NO_PAN] a card number in ${field} is refused, by name`, () => {
    assert.deepEqual(fieldsOf({ ...TRANSACTION, [field]: CARD }), [field]);
  });
}

// One in ten of these would pass the check, their digits put together.
test("[RT_NO_PAN] times are no card numbers, however many digits they have", () => {
  for (let second = 0; second < 60; second += 1) {
    const ts = `2026-11-20T15:40:${String(second).padStart(2, "0")}.123456+01:00`;
    assert.deepEqual(errorsOf({ ...TRANSACTION, ts }), []);
  }
});

for (const [field, value] of [["transactionId", "41111111-11111111"], ["accountId", "a4111-1111-1111-1111"], ["merchantCategory", "a4111-1111-1111-1111"], ["merchantId", "4111\u20131111\u20131111\u20131111"]] as const) {
  test(`[RT_NO_PAN] ${value} in ${field} is refused, by name`, () => {
    assert.deepEqual(errorsOf({ ...TRANSACTION, [field]: value })[0], { field, rule: "no card data: send tokens" });
  });
}

const AMOUNTS: [string, boolean][] = [
  ["12.5", true],
  ["12.50000", true],
  ["-0.00", true],
  ["0e-400", true],
  ["1.25e1", true],
  ["1250E-2", true],
  ["500000000000000e-5", true],
  ["4999999999.99", true],
  ["12.50000000000000001", false],
  ["1.0000000000000000001", false],
  ["1e-400", false],
  ["-1e-3", false],
  ["4999999999.990000001", false],
  ["1e400", false],
];
const bodyWith = (members: string) => readBody({ body: JSON.stringify({ ...TRANSACTION, amount: 0 }).replace('"amount":0', () => members), isBase64Encoded: false });
for (const [amount, accepted] of AMOUNTS) {
  test(`[RT_BAD_INPUT] the amount ${amount} is ${accepted ? "accepted" : "refused, by name"}`, () => {
    assert.deepEqual(new Set(fieldsOf(bodyWith(`"amount": ${amount}`) ?? assert.fail())), new Set(accepted ? [] : ["amount"]));
  });
}

const AMONG_OTHERS: [string, string[]][] = [
  ['"amount":1e-400,"amount":1', []],
  ['"amount":1,"amount":1e-400', ["amount"]],
  ['"\\u0061mount" : 1e-400', ["amount"]],
  ['"amount":1,"merchantId":"\\"amount\\":1e-400"', []],
  ['"amount":1,"x":{"amount":1e-400},"y":[{"amount":1e-400}],"z":["amount",1e-400]', ["x", "y", "z"]],
];
for (const [members, fields] of AMONG_OTHERS) {
  test(`[RT_BAD_INPUT] of ${members} the amount that counts is judged`, () => {
    const body = bodyWith(members) as { merchantId?: unknown } | undefined;
    assert.deepEqual(fieldsOf(body ?? assert.fail()), fields);
  });
}

test("[RT_NO_PAN] a card number as a key is refused without being echoed", () => {
  const errors = errorsOf({ ...TRANSACTION, [CARD]: 1, [`a${CARD}`]: 1 });
  assert.deepEqual(new Set(errors.map(({ field }) => field)), new Set(["unknown field"]));
});

test("[RT_NO_PAN] a CVV is refused, by name", () => {
  assert.deepEqual(errorsOf({ ...TRANSACTION, cvv: "123" })[0], { field: "cvv", rule: "no card data: send tokens" });
});

const BODIES: [string, string | null, boolean, boolean][] = [
  ["an object", "{}", false, true],
  ["an object in Base64", Buffer.from("{}").toString("base64"), true, true],
  ["64 KiB", `{"a":"${"x".repeat(65_536 - 8)}"}`, false, true],
  ["a byte more", `{"a":"${"x".repeat(65_536 - 7)}"}`, false, false],
  ["64 KiB in characters, more in bytes", `{"a":"${"é".repeat(40_000)}"}`, false, false],
  ["nothing", null, false, false],
  ["an empty body", "", false, false],
  ["an array", "[]", false, false],
  ["null", "null", false, false],
  ["a string", '"a"', false, false],
  ["half an object", '{"a":', false, false],
  ["a byte order mark", "\ufeff{}", false, false],
  ["a text in which bytes were replaced", '{"a":"\ufffd"}', false, false],
  ["a text that names the replacement character", '{"a":"\\ufffd"}', false, true],
  ["Base64 of no UTF-8", Buffer.from([0x7b, 0xff, 0x7d]).toString("base64"), true, false],
];

for (const [name, body, isBase64Encoded, accepted] of BODIES) {
  test(`[RT_BAD_INPUT] ${name} is ${accepted ? "a" : "no"} body`, () => {
    assert.equal(readBody({ body, isBase64Encoded }) !== undefined, accepted);
  });
}
