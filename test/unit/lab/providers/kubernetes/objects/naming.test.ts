import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { nameObject } from "../../../../../../lab/providers/kubernetes/objects/naming.ts";
import {
  annotation,
  nameOf,
  parseId,
  formatId,
} from "../../../../../../lab/providers/kubernetes/objects/object.ts";
import { UNKNOWN } from "../../../../../../lab/providers/sdk/provider.ts";

const urn = "urn:pulumi:lab::project::kubernetes:core/v1:ConfigMap::settings";
const autonamed = "pulumi.com/autonamed";

describe("naming an object", () => {
  it("makes a name from the resource's, and notes it", () => {
    const named = nameObject({ kind: "ConfigMap" }, undefined, urn);
    assert.match(nameOf(named) ?? "", /^settings-[0-9a-f]{8}$/);
    assert.equal(annotation(named, autonamed), "true");
  });

  it("keeps a name that it made before", () => {
    const before = nameObject({}, undefined, urn);
    assert.equal(nameOf(nameObject({ metadata: { labels: {} } }, before, urn)), nameOf(before));
  });

  it("leaves a given name alone, known or not", () => {
    const given = { metadata: { name: "mine" } };
    assert.equal(nameObject(given, undefined, urn), given);
    const unknown = { metadata: { name: UNKNOWN } };
    assert.equal(nameObject(unknown, undefined, urn), unknown);
  });

  it("refuses generateName, which server-side apply cannot do", () => {
    assert.throws(() => nameObject({ metadata: { generateName: "x-" } }, undefined, urn), /generateName/);
  });
});

describe("ids", () => {
  it("are namespace/name, or the name alone", () => {
    assert.deepEqual(parseId("team/creds"), { namespace: "team", name: "creds" });
    assert.deepEqual(parseId("team"), { namespace: undefined, name: "team" });
    assert.equal(formatId(undefined, "team"), "team");
  });
});
