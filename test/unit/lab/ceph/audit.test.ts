import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseAudit, writes } from "../../../../lab/ceph/audit.ts";

const line = (command: string): string =>
  `Dec  1 11:12:34 : ceph-admin : PWD=/home/ceph-admin ; USER=root ; COMMAND=${command}\n`;
const wrapped = (command: string): string => line(`/usr/local/lib/cnpg-rgw/ceph-admin/${command}`);

describe("sudo's log of the Ceph host", () => {
  it("tells commands that only read from others", () => {
    const log = [
      line("/usr/bin/id"),
      "2026-01-01T00:00:00Z\tradosgw-admin\trun\tuser rm\tof an older lab\n",
      "Dec  1 11:12:34 : ceph-admin : a password is required ; PWD=/ ; USER=root ; COMMAND=/usr/bin/ceph\n",
      wrapped("radosgw-admin user info --uid=cnpg-backup --client-mount-timeout=5"),
      wrapped("radosgw-admin user create --uid=cnpg-backup '--display-name=A B' --max-buckets=10"),
      wrapped("radosgw-admin metadata get user:cnpg-backup --client-mount-timeout=5"),
      wrapped("radosgw-admin metadata put user:cnpg-backup --client-mount-timeout=5"),
      wrapped("radosgw-admin user rm '--uid=a#012b' --client-mount-timeout=5"),
      wrapped("ceph config get mon osd_pool_default_size --connect-timeout=5"),
      wrapped("ceph osd pool ls detail --connect-timeout=5 --format=json"),
      wrapped("ceph osd pool set .rgw.root size 1 --yes-i-really-mean-it"),
      wrapped("ceph health mute TOO_FEW_OSDS --sticky"),
    ].join("");
    const writing = parseAudit(log).filter(writes);
    assert.deepEqual(
      writing.map(({ command, subject }) => [command, subject]),
      [
        ["user create", "cnpg-backup"],
        ["metadata put", "cnpg-backup"],
        ["user rm", "a#012b'"],
        ["osd pool set .rgw.root size 1", "-"],
        ["health mute TOO_FEW_OSDS", "-"],
      ],
    );
  });
});
