import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { plainHttp } from "../../../../components/s3/transport.ts";

describe("plainHttp", () => {
  it("warns where http leaves the private network, and notes it once where it does not", () => {
    const far = plainHttp("http://203.0.113.5/", "internet");
    assert.equal(far?.isWarning, true);
    assert.match(
      far.text,
      /^The endpoint http:\/\/203\.0\.113\.5 is http, and its address is not in a private network/,
    );
    assert.match(far.text, /Use https, with caBundle for a CA of your own\.$/);
    const near = plainHttp("http://10.0.0.10:7480", "network");
    assert.equal(near?.isWarning, false);
    assert.match(near.text, /is http, so everyone in your network can read the backups.* appears once\.$/);
  });

  it("has nothing to say of this host, nor of what is encrypted or not known", () => {
    for (const exposure of ["host", undefined] as const)
      assert.equal(plainHttp("http://localhost:9000", exposure), undefined);
  });
});
