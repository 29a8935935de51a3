import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkDisk, checkMemory } from "../../../lab/doctor.ts";

const gib = 1024 ** 3;

describe("doctor", () => {
  it("names the disk space that is there and the one that is needed", () => {
    assert.deepEqual([checkDisk(false, 19 * gib).ok, checkDisk(false, 21 * gib).ok], [false, true]);
    assert.match(checkDisk(false, 19 * gib).line, /^19 GiB free in .+, 20 GiB needed to build and run; /);
  });

  it("needs less disk once everything is built", () => {
    assert.equal(checkDisk(true, 6 * gib).ok, true);
    assert.match(checkDisk(true, 4 * gib).line, /5 GiB needed to run/);
  });

  it("names the memory that is needed, which is less for a lab that runs already", () => {
    assert.match(
      checkMemory(false, 3 * gib).line,
      /^3\.0 GiB of memory available, \d+ cores; the lab needs 4 GiB$/,
    );
    assert.equal(checkMemory(true, 3 * gib).ok, true);
  });
});
