import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { osdSize } from "../../../../lab/ceph/create.ts";

const gib = 1024 ** 3;

describe("size of the OSD's disk", () => {
  it("is half of what is free, in whole GiB", () => {
    assert.equal(osdSize(11.5 * gib), 5 * gib);
  });
  it("is 20 GiB at most", () => {
    assert.equal(osdSize(500 * gib), 20 * gib);
  });
  it("is refused below 4 GiB, with what to do", () => {
    assert.throws(() => osdSize(7.5 * gib), { message: /needs 8 GiB free in/, hint: /free 0\.5 GiB more/ });
  });
});
