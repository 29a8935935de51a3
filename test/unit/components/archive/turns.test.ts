import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { setImmediate as soon } from "node:timers/promises";

import { isLate } from "../../../../components/archive/turns.ts";
import { Turns } from "../../../../components/turns.ts";

const late = Object.assign(new Error("no answer"), { name: "TimeoutError" });

/** Looks that end when they are told to, and how many of them have begun. */
function looks(turns: Turns, count: number) {
  const begun: PromiseWithResolvers<string>[] = [];
  const ends = Array.from({ length: count }, () => {
    const look = Promise.withResolvers<string>();
    const end = turns.run(() => {
      begun.push(look);
      return look.promise;
    });
    return end.catch((error: unknown) => (error instanceof Error ? error.message : "?"));
  });
  return { begun, ends };
}

describe("looks into the archives of a store", () => {
  it("are eight at once, in the order in which they come", async () => {
    const { begun, ends } = looks(new Turns(8, isLate), 20);
    await soon();
    assert.equal(begun.length, 8);
    begun[3]?.resolve("found");
    assert.equal(await ends[3], "found");
    await soon();
    assert.equal(begun.length, 9);
    for (let at = 0; at < 20; at++) {
      begun[at]?.resolve("found");
      await soon();
    }
    assert.deepEqual(new Set(await Promise.all(ends)), new Set(["found"]));
  });

  it("do not wait for a store that answers none of them", async () => {
    const turns = new Turns(8, isLate);
    const { begun, ends } = looks(turns, 300);
    await soon();
    for (const look of begun) look.reject(late);
    assert.deepEqual(new Set(await Promise.all(ends)), new Set(["no answer"]));
    assert.equal(begun.length, 8);
    assert.equal(await turns.run(() => Promise.resolve("it is back")), "it is back");
  });

  it("go on where others have an answer, or fail for reasons of their own", async () => {
    const { begun, ends } = looks(new Turns(8, isLate), 12);
    await soon();
    begun[0]?.resolve("found");
    begun[1]?.reject(new Error("no such bucket"));
    await Promise.all(ends.slice(0, 2));
    begun[2]?.reject(late);
    await ends[2];
    await soon();
    assert.equal(begun.length, 11);
    for (let at = 3; at < 12; at++) {
      begun[at]?.resolve("found");
      await soon();
    }
    assert.deepEqual(new Set((await Promise.all(ends)).slice(3)), new Set(["found"]));
  });
});
