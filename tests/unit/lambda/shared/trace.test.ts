import assert from "node:assert/strict";
import { test } from "node:test";
import { traceContext } from "../../../../lambda/shared/trace";
import { TRACE } from "../support/samples";

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
