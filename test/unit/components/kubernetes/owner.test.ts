import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { goByFirstName, ownerLabelOf } from "../../../../components/kubernetes/owner.ts";
import { afterTest } from "../../../support/after-test.ts";

const urnIn = (stack: string, project: string) =>
  pulumi.output(`urn:pulumi:${stack}::${project}::cnpg-rgw:cnpg:PostgresCluster::orders::x`);

describe("ownerLabelOf", () => {
  it("is the same for life, whatever the stack is called by now", async () => {
    afterTest(() => {
      goByFirstName(undefined);
    });
    const before = await ownerLabelOf({ urn: urnIn("homelab", "cnpg-rgw") });
    assert.match(before, /^[0-9a-f]{40}$/);
    assert.notEqual(await ownerLabelOf({ urn: urnIn("cellar", "platform") }), before);
    goByFirstName({ stack: "homelab", project: "cnpg-rgw" });
    assert.equal(await ownerLabelOf({ urn: urnIn("cellar", "platform") }), before);
    assert.equal(await ownerLabelOf({ urn: urnIn("homelab", "cnpg-rgw") }), before);
  });
});
