import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { osdSize } from "../../../lab/ceph/create.ts";
import { checkDisk, checkMemory } from "../../../lab/doctor.ts";

const gib = 1024 ** 3;

describe("doctor", () => {
  const withFree = (...gibs: number[]) => gibs.map((free, i) => ({ folder: `/disk-${i}`, free: free * gib }));

  it("names the folder with the least disk space, and what is needed", () => {
    const nothing = { isBuilt: false, hasDisks: false };
    assert.equal(checkDisk(nothing, withFree(40, 21)).ok, true);
    const short = checkDisk(nothing, withFree(40, 19));
    assert.equal(short.ok, false);
    assert.match(short.line, /^19 GiB free in \/disk-1, 20 GiB needed to build and run; /);
  });

  it("asks for what Ceph's disk will take once everything is built, and for little beside a lab that has it", () => {
    const built = { isBuilt: true, hasDisks: false };
    assert.match(checkDisk(built, withFree(9)).line, /10 GiB needed to run/);
    // What osdSize refuses, doctor has to refuse before.
    assert.doesNotThrow(() => osdSize(10 * gib));
    assert.equal(checkDisk({ isBuilt: true, hasDisks: true }, withFree(2)).ok, true);
    assert.equal(checkDisk({ isBuilt: true, hasDisks: true }, withFree(0.5)).ok, false);
  });

  it("names the memory that is needed, which is less for a lab that runs already", () => {
    assert.match(
      checkMemory(false, 3 * gib).line,
      /^3\.0 GiB of memory available, \d+ cores; the lab needs 4 GiB$/,
    );
    assert.equal(checkMemory(true, 3 * gib).ok, true);
  });
});
