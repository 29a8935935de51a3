import assert from "node:assert/strict";
import { describe, it } from "mocha";
import resource from "@pulumi/pulumi/proto/resource_pb.js";
import { keepSecretsOutOfDebugLog } from "../../../config/debug-log.ts";

describe("keepSecretsOutOfDebugLog", () => {
  it("leaves nothing of an answer in its text form, which is what the SDK logs", () => {
    const answer = new resource.RegisterResourceResponse().setUrn("urn-with-a-secret");
    assert.match(String(answer), /urn-with-a-secret/, "without it the SDK would log the answer");
    keepSecretsOutOfDebugLog();
    assert.doesNotMatch(String(answer), /urn-with-a-secret/);
    assert.equal(answer.getUrn(), "urn-with-a-secret");
  });
});
