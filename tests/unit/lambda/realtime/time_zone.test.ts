import assert from "node:assert/strict";
import { test } from "node:test";
import { isTimeZone, localHour } from "../../../../lambda/realtime/ingest_processor/time_zone";
import { TIME_ZONE_NAMES } from "../../../../lambda/realtime/ingest_processor/time_zone_names";

const HOURS: [string, string, number][] = [
  // Into and out of summer time: the hour that is skipped, and the hour that comes twice.
  ["2026-03-29T00:59:59.999Z", "Europe/Berlin", 1],
  ["2026-03-29T01:00:00.000Z", "Europe/Berlin", 3],
  ["2026-10-25T00:30:00.000Z", "Europe/Berlin", 2],
  ["2026-10-25T01:30:00.000Z", "Europe/Berlin", 2],
  ["2026-10-25T02:00:00.000Z", "Europe/Berlin", 3],
  ["2026-03-08T06:59:59.999Z", "America/New_York", 1],
  ["2026-03-08T07:00:00.000Z", "America/New_York", 3],
  ["2026-11-01T05:30:00.000Z", "America/New_York", 1],
  ["2026-11-01T06:30:00.000Z", "America/New_York", 1],
  ["2026-11-01T07:00:00.000Z", "America/New_York", 2],
  // Half and quarter hours.
  ["2026-11-20T18:29:59.999Z", "Asia/Kolkata", 23],
  ["2026-11-20T18:30:00.000Z", "Asia/Kolkata", 0],
  ["2026-11-20T18:14:59.999Z", "Asia/Kathmandu", 23],
  ["2026-11-20T18:15:00.000Z", "Asia/Kathmandu", 0],
  ["2026-11-20T13:30:00.000Z", "Australia/Adelaide", 0],
  ["2026-11-20T10:15:00.000Z", "Pacific/Chatham", 0],
  ["2026-11-20T00:00:00.000Z", "UTC", 0],
  ["2026-11-20T00:00:00.000Z", "Etc/GMT+5", 19],
];

for (const [time, zone, hour] of HOURS) {
  test(`[RT_RULE_FIVE] at ${time} it is ${hour} o'clock in ${zone}`, () => {
    assert.equal(localHour(Date.parse(time), zone), hour);
  });
}

for (const zone of ["Europe/Kyiv", "America/Argentina/Buenos_Aires", "Etc/GMT-14", "GMT", "EST5EDT", "US/Pacific", "UTC", "Etc/UTC", "Asia/Calcutta", "Asia/Kolkata"]) {
  test(`[RT_API_SCHEMA] ${zone} is a time zone`, () => assert.ok(isTimeZone(zone)));
}

const NO_ZONES = ["", "+01:00", "-0530", "UTC+1", "GMT+1", "Mars/Olympus", "Europe/Berlin ", "PST", "pst", "Factory", "Etc/Unknown"];
const MISSPELLED = ["europe/amsterdam", "EUROPE/AMSTERDAM", "utc", "Utc", "etc/UTC", "SystemV/PST8", "gmt", "Asia/calcutta"];
for (const zone of [...NO_ZONES, ...MISSPELLED, "../etc/passwd", "__proto__"]) {
  test(`[RT_API_SCHEMA] ${JSON.stringify(zone)} is no time zone`, () => assert.ok(!isTimeZone(zone)));
}

test("[RT_API_SCHEMA] every zone that Intl lists is one, spelled so and in no other way", () => {
  const zones = Intl.supportedValuesOf("timeZone");
  assert.deepEqual(zones.filter((zone) => !isTimeZone(zone)), []);
  assert.deepEqual(zones.filter((zone) => isTimeZone(zone.toLowerCase())), []);
});

test("[RT_API_SCHEMA] every name of the database is a zone, but for those that this Node.js is too old to know", () => {
  const unknown = [...TIME_ZONE_NAMES].filter((zone) => !isTimeZone(zone));
  // Chile's newest, of 2025; Node.js 18.20.8 has the database of 2024a.
  assert.deepEqual(unknown.filter((zone) => zone !== "America/Coyhaique"), []);
});

test("[RT_RULE_FIVE] the hour stays right for more zones than are kept", () => {
  const names = [...TIME_ZONE_NAMES];
  for (const spelling of [...names, ...names.map((zone) => zone.toLowerCase())]) localHour(0, spelling);
  assert.equal(localHour(Date.parse("2026-07-01T00:00:00Z"), "Europe/Berlin"), 2);
});
