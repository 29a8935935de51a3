import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { sentence } from "../../../../components/text/sentence.ts";

describe("sentence", () => {
  it("ends a text with a full stop", () => {
    assert.equal(sentence("ssh root@10.0.0.10 port 22: timed out"), "ssh root@10.0.0.10 port 22: timed out.");
  });

  it("leaves a text that ends one already", () => {
    assert.equal(sentence("Is it up?"), "Is it up?");
    assert.equal(sentence("Check `ceph -s`."), "Check `ceph -s`.");
  });
});
