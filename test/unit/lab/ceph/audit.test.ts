import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseAudit, writes } from "../../../../lab/ceph/audit.ts";

const line = (command: string, outcome: string, verb: string): string =>
  `2026-01-01T00:00:00Z\t${command}\t${outcome}\t${verb}\tcnpg-backup\n`;

describe("audit log of the Ceph host", () => {
  it("tells reading commands from writing ones", () => {
    const log = [
      line("radosgw-admin", "run", "user info"),
      line("radosgw-admin", "run", "user modify"),
      line("radosgw-admin", "run", "metadata get"),
      line("radosgw-admin", "run", "metadata put"),
      line("radosgw-admin", "refused", "-"),
      line("ceph", "run", "config get mon osd_pool_default_size"),
      line("ceph", "run", "osd pool ls detail"),
      line("ceph", "run", "osd pool set"),
      line("ceph", "run", "health mute"),
    ].join("");
    const writing = parseAudit(log).filter(writes);
    assert.deepEqual(
      writing.map(({ verb }) => verb),
      ["user modify", "metadata put", "osd pool set", "health mute"],
    );
    assert.equal(writing[0]?.subject, "cnpg-backup");
  });
});
