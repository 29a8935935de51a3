import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hierarchies } from "../../../../lab/host/cgroup.ts";
import { mountsBelow } from "../../../../lab/host/mounts.ts";

const mountinfo = [
  "21 1 254:0 / / rw - ext4 /dev/vda rw",
  "30 21 0:26 / /srv/lab rw - tmpfs t rw",
  "31 30 0:27 / /srv/lab/a\\040b rw - overlay o rw",
  "32 21 0:28 / /srv/laboratory rw - tmpfs t rw",
].join("\n");

describe("mountsBelow", () => {
  it("lists the folder's own mounts, deepest first, with spaces as they are, and no neighbour's", () => {
    assert.deepEqual(mountsBelow("/srv/lab", mountinfo), ["/srv/lab/a b", "/srv/lab"]);
  });
});

describe("hierarchies", () => {
  it("finds those of cgroup v1 with their controllers, and the one of v2", () => {
    const mounts =
      "cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu,cpuacct 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
    const found = hierarchies(mounts);
    assert.deepEqual(
      found.map(({ path, v2 }) => [path, v2]),
      [
        ["/sys/fs/cgroup/cpu", false],
        ["/sys/fs/cgroup/unified", true],
      ],
    );
    assert.ok(found[0]?.controllers.includes("cpuacct"));
  });
});
