import assert from "node:assert/strict";
import { test } from "node:test";
import { required, requiredSeconds } from "../../../../lambda/shared/environment";

test("a missing variable is named", () => {
  assert.throws(() => required({}, "STAGE"), /STAGE is missing/);
  assert.throws(() => required({ STAGE: "" }, "STAGE"), /STAGE is missing/);
  assert.throws(() => requiredSeconds({ WINDOW: "1.5" }, "WINDOW"), /WINDOW is not whole seconds/);
});
