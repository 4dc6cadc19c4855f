import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTimestamp } from "../../../lambda/realtime/ingest_processor/timestamp";

const SAME_INSTANT: [string, string][] = [
  ["2026-11-20T15:40:07.123Z", "2026-11-20T15:40:07.123Z"],
  ["2026-11-20t15:40:07z", "2026-11-20T15:40:07.000Z"],
  ["2026-11-20T15:40:07.1Z", "2026-11-20T15:40:07.100Z"],
  ["2026-11-20T15:40:07.123999999Z", "2026-11-20T15:40:07.123Z"],
  ["2026-11-20T16:40:07+01:00", "2026-11-20T15:40:07.000Z"],
  ["2026-11-20T21:25:07+05:45", "2026-11-20T15:40:07.000Z"],
  ["2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000Z"],
  ["2026-11-20T15:40:07-00:00", "2026-11-20T15:40:07.000Z"],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
];

const NOT_A_TIME = [
  "2026-11-20",
  "2026-11-20T15:40:07",
  "2026-11-20 15:40:07Z",
  "2026-11-20T15:40Z",
  "2026-02-30T00:00:00Z",
  "2025-02-29T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-00-10T00:00:00Z",
  "2026-11-00T00:00:00Z",
  "2026-11-20T24:00:00Z",
  "2026-11-20T15:60:00Z",
  "2016-12-31T23:59:60Z",
  "2026-11-20T15:40:07+24:00",
  "2026-11-20T15:40:07+01:60",
  "2026-11-20T15:40:07+0100",
  "2026-11-20T15:40:07.Z",
  "2026-11-20T15:40:07.1234567890Z",
  "0050-01-01T00:00:00Z",
  " 2026-11-20T15:40:07Z",
  "2026-11-20T15:40:07Z\n",
  "Fri, 20 Nov 2026 15:40:07 GMT",
];

for (const [text, expected] of SAME_INSTANT) {
  test(`[RT_API_SCHEMA] ${text} is ${expected}`, () => {
    assert.equal(new Date(parseTimestamp(text) ?? Number.NaN).toISOString(), expected);
  });
}

for (const text of NOT_A_TIME) {
  test(`[RT_API_SCHEMA] ${JSON.stringify(text)} is no time`, () => {
    assert.equal(parseTimestamp(text), undefined);
  });
}
