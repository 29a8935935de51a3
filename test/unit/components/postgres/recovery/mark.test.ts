import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { liveProblem } from "../../../../../components/postgres/preflight/live-problem.ts";
import { markOf, recoveryAnnotation } from "../../../../../components/postgres/recovery/mark.ts";

const segment = "000000010000000000000005";

describe("the mark of a recovered Cluster", () => {
  it("is read as it is written", () => {
    const read = (text: string) => markOf({ [recoveryAnnotation]: text });
    assert.deepEqual(read("complete"), { is: "complete" });
    assert.deepEqual(read(`short ${segment}`), { is: "short", missed: segment });
    assert.deepEqual(read(`accepted ${segment}`), { is: "accepted", missed: segment });
    for (const text of ["", "short", "of somebody else"]) assert.equal(read(text), undefined);
    assert.equal(markOf(undefined), undefined);
  });

  it("keeps a short database from being used as a whole one, until its loss is accepted by name", () => {
    const live = (text: string) =>
      ({
        state: "present",
        namespace: "shop",
        name: "orders",
        isBeingDeleted: false,
        instances: 1,
        recoveryMark: markOf({ [recoveryAnnotation]: text }),
      }) as const;
    const problem = liveProblem({}, live(`short ${segment}`));
    assert.match(problem ?? "", new RegExp(`without all of its data.*recovery.acceptLoss to "${segment}"`));
    assert.notEqual(
      liveProblem({ acceptLoss: "000000010000000000000004" }, live(`short ${segment}`)),
      undefined,
    );
    assert.equal(liveProblem({ acceptLoss: segment }, live(`short ${segment}`)), undefined);
    assert.equal(liveProblem({}, live("complete")), undefined);
    assert.equal(liveProblem({}, live(`accepted ${segment}`)), undefined);
  });
});
