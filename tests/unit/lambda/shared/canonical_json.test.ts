import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, sha256 } from "../../../../lambda/shared/canonical_json";

test("[RT_REPLAY] canonical JSON sorts the keys at every depth and keeps the order of lists", () => {
  assert.equal(canonicalJson({ b: [{ d: 1, c: 2 }, "x"], a: { f: null, e: true } }), '{"a":{"e":true,"f":null},"b":[{"c":2,"d":1},"x"]}');
});

test("[RT_IDEMPOTENT] the content hash is SHA-256 in hex", () => {
  assert.equal(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});
