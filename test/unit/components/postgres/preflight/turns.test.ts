import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "mocha";

import { Turns } from "../../../../../components/postgres/preflight/turns.ts";

describe("turns", () => {
  it("let a few run at once, in their order, and go on after a failure", async () => {
    const turns = new Turns(3);
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const work = async (i: number): Promise<number> => {
      order.push(i);
      running += 1;
      most = Math.max(most, running);
      await sleep(1);
      running -= 1;
      if (i % 4 === 0) throw new Error(`work ${i}`);
      return i;
    };
    const all = Array.from({ length: 20 }, (_, i) => turns.take(() => work(i)));
    const ended = await Promise.allSettled(all);
    assert.equal(most, 3);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    assert.equal(ended.filter(({ status }) => status === "rejected").length, 5);
    assert.equal(await turns.take(() => Promise.resolve("still")), "still");
  });
});
