import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import {
  archiveUrl,
  beginning,
  lineageParts,
  parseArchiveUrl,
} from "../../../../components/archive/location.ts";

const part = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,10}$/);

describe("the place of an archive", () => {
  it("comes back from its URL and from its parts, however deep it is", () => {
    fc.assert(
      fc.property(part, fc.array(part, { minLength: 1, maxLength: 4 }), (bucket, parts) => {
        const location = { bucket, prefix: parts.join("/") };
        assert.deepEqual(parseArchiveUrl(archiveUrl(location)), location);
        assert.deepEqual(parseArchiveUrl(`${archiveUrl(location)}/`), location);
        const { cluster, serverName } = lineageParts(location);
        assert.equal(serverName, parts.at(-1));
        assert.equal(`${archiveUrl(cluster)}/${serverName}`, archiveUrl(location));
        assert.equal(`${beginning(cluster.prefix)}${serverName}`, location.prefix);
      }),
    );
  });

  it("has no slash where it is at the root of its bucket", () => {
    const { cluster } = lineageParts({ bucket: "b", prefix: "orders" });
    assert.deepEqual(cluster, { bucket: "b", prefix: "" });
    assert.equal(archiveUrl(cluster), "s3://b");
  });

  it("is not taken from anything else", () => {
    for (const url of ["orders", "s3://b", "s3://b/", "s3:///orders", "s3://b//orders", "https://b/orders"]) {
      assert.equal(parseArchiveUrl(url), undefined, url);
    }
  });
});
