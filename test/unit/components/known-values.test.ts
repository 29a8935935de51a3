import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { ifKnown } from "../../../components/known-values.ts";
import { recordResources } from "../mocks.ts";

await recordResources({ preview: true });

describe("ifKnown", () => {
  it("gives a value, a secret one as well, and does not wait for one that a preview does not know", async () => {
    const place = { bucket: "b", path: undefined };
    assert.deepEqual(await ifKnown(pulumi.output(place)), place);
    assert.deepEqual(await ifKnown(pulumi.secret(place)), place);
    const unknown = pulumi.output(pulumi.unknown as string);
    assert.equal(await ifKnown(pulumi.all([pulumi.output(place), unknown])), undefined);
  });
});
