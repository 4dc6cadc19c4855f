import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, sha256 } from "../../../lambda/shared/canonical_json";
import { required, requiredSeconds } from "../../../lambda/shared/environment";
import { traceContext } from "../../../lambda/shared/trace";
import { TRACE } from "./support/samples";

test("[RT_REPLAY] canonical JSON sorts the keys at every depth and keeps the order of lists", () => {
  assert.equal(canonicalJson({ b: [{ d: 1, c: 2 }, "x"], a: { f: null, e: true } }), '{"a":{"e":true,"f":null},"b":[{"c":2,"d":1},"x"]}');
});

test("[RT_IDEMPOTENT] the content hash is SHA-256 in hex", () => {
  assert.equal(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("[RT_TRACE_EVENTS] the runtime's trace comes before the request's", () => {
  const other = "Root=1-00000000-000000000000000000000000";
  assert.deepEqual(traceContext(TRACE.header, other), TRACE);
  assert.deepEqual(traceContext(undefined, TRACE.header), TRACE);
  assert.deepEqual(traceContext(`${TRACE.header};Lineage=1:a87bd80c:0`), TRACE);
});

for (const header of [undefined, "", "Root=4111111111111111", "Self=1;Root=1-zz"]) {
  test(`[RT_TRACE_EVENTS] ${JSON.stringify(header)} is no trace: a new one begins`, () => {
    const { traceId, header: fresh } = traceContext(undefined, header);
    assert.match(traceId, /^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    assert.equal(fresh, `Root=${traceId}`);
  });
}

test("[RT_TRACE_EVENTS] what a client adds to the header goes no further", () => {
  assert.deepEqual(traceContext(undefined, `${TRACE.header};Card=4111111111111111`), TRACE);
});

test("a missing variable is named", () => {
  assert.throws(() => required({}, "STAGE"), /STAGE is missing/);
  assert.throws(() => required({ STAGE: "" }, "STAGE"), /STAGE is missing/);
  assert.throws(() => requiredSeconds({ WINDOW: "1.5" }, "WINDOW"), /WINDOW is not whole seconds/);
});
