import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { ifKnown, knownParts, knownValues } from "../../../../components/pulumi/outputs.ts";
import { nestedSecret, secretMark } from "../../hook-args.ts";
import { recordedResources } from "../../mocks.ts";

recordedResources({ preview: true });

describe("ifKnown", () => {
  it("gives a value, a secret one as well, and does not wait for one that a preview does not know", async () => {
    const place = { bucket: "b", path: undefined };
    assert.deepEqual(await ifKnown(pulumi.output(place)), place);
    assert.deepEqual(await ifKnown(pulumi.secret(place)), place);
    const unknown = pulumi.output(pulumi.unknown as string);
    assert.equal(await ifKnown(pulumi.all([pulumi.output(place), unknown])), undefined);
  });
});

describe("the values of a hook's arguments", () => {
  const host = { host: "h", privateKey: "pem" };
  const wrapped = {
    connection: nestedSecret({ host: "h", privateKey: secretMark("pem") }),
    list: nestedSecret([secretMark("a"), { b: secretMark(secretMark("c")) }]),
    plain: { inner: [secretMark("d")], none: null },
  };

  it("are without the marks of secrets, in other marks, three deep, and in lists", async () => {
    const values = { connection: host, list: ["a", { b: "c" }], plain: { inner: ["d"], none: null } };
    assert.deepEqual(await knownValues(wrapped), values);
    assert.deepEqual(await knownParts(wrapped), values);
    const threeDeep = nestedSecret(secretMark(secretMark("x")));
    assert.deepEqual(await knownValues({ threeDeep }), { threeDeep: "x" });
  });

  it("are undefined where a part is not known yet, however deep; or that part alone", async () => {
    const unknown = { metadata: { name: "n", labels: [secretMark(pulumi.unknown)] }, other: 1 };
    assert.deepEqual(await knownValues(unknown), { metadata: undefined, other: 1 });
    assert.deepEqual(await knownParts(unknown), { metadata: { name: "n", labels: [undefined] }, other: 1 });
    const secret = { metadata: nestedSecret({ name: "n", labels: [pulumi.unknown] }) };
    assert.deepEqual(await knownParts(secret), { metadata: undefined });
  });
});
