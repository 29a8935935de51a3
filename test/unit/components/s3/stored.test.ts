import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { quotaProblem, storedIn } from "../../../../components/s3/stored.ts";
import { useFakeS3 } from "./use-fake-s3.ts";

describe("storedIn", () => {
  const s3 = useFakeS3();

  it("is what RGW counts when it is asked to", async () => {
    s3.store.head = { "x-rgw-bytes-used": "5000", "x-rgw-object-count": "3" };
    assert.deepEqual(await storedIn(s3.connection, "cnpg-backups"), { bytes: 5000, objects: 3 });
    assert.match(s3.store.requests[0] ?? "", /^HEAD \/cnpg-backups\/?\?read-stats=true$/);
  });

  it("is not known of another store, nor of one that does not answer or refuses", async () => {
    assert.equal(await storedIn(s3.connection, "cnpg-backups"), undefined);
    s3.store.head = { "x-rgw-bytes-used": "many", "x-rgw-object-count": "3" };
    assert.equal(await storedIn(s3.connection, "cnpg-backups"), undefined);
    s3.store.errors = [{ when: /^HEAD/, status: 403, code: "AccessDenied" }];
    assert.equal(await storedIn(s3.connection, "cnpg-backups"), undefined);
    assert.equal(await storedIn({ ...s3.connection, endpoint: "http://127.0.0.1:1" }, "b"), undefined);
  });
});

describe("quotaProblem", () => {
  const stored = { bytes: 5000, objects: 3 };

  it("is that more is stored than the quota allows", () => {
    assert.match(
      quotaProblem({ maxSizeBytes: 4999 }, stored, "b") ?? "",
      /^quota\.maxSizeBytes is 4999, and bucket b already holds 5000 bytes: .*Set it well above 5000\.$/,
    );
    assert.match(
      quotaProblem({ maxSizeBytes: 9999, maxObjects: 2 }, stored, "b") ?? "",
      /^quota\.maxObjects is 2/,
    );
  });

  it("is none where there is room, or no limit", () => {
    for (const quota of [{}, { maxSizeBytes: 5000, maxObjects: 3 }, { maxObjects: undefined }])
      assert.equal(quotaProblem(quota, stored, "b"), undefined);
  });
});
