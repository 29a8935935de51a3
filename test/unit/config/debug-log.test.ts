import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import resource from "@pulumi/pulumi/proto/resource_pb.js";
import { keepSecretsOutOfDebugLog } from "../../../config/debug-log.ts";

describe("keepSecretsOutOfDebugLog", () => {
  before(() => {
    // The test of the whole program may have run before.
    Reflect.deleteProperty(resource.RegisterResourceResponse.prototype, "toString");
  });

  it("leaves nothing of an answer in its text form, which is what the SDK logs", () => {
    const answer = new resource.RegisterResourceResponse().setUrn("urn-with-a-secret");
    assert.match(String(answer), /urn-with-a-secret/, "without it the SDK would log the answer");
    keepSecretsOutOfDebugLog();
    assert.doesNotMatch(String(answer), /urn-with-a-secret/);
    assert.equal(answer.getUrn(), "urn-with-a-secret");
  });
});
