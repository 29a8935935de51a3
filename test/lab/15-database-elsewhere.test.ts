import assert from "node:assert/strict";
import { after, before, it } from "mocha";
import {
  archivedByTimeout,
  completedBackups,
  fingerprint,
  inDemo,
  load,
  passing,
  setDatabases,
  setPlain,
  sql,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { inFull } from "./support/full.ts";
import { kubectl, must, mustPulumi } from "./support/lab.ts";
import { rememberedConfig, uid } from "./support/stack.ts";

/** All that is left of the first Kubernetes, beside the bucket. */
const keys = { accessKeyId: "SAVEDKEY000000000001", secretAccessKey: "a-saved-secret-key" };
let putConfigBack: (() => void) | undefined;
let everything = "";

inFull.describe("another Kubernetes, with the keys and the prefix of the first", () => {
  before(async () => {
    await withoutDatabases();
    putConfigBack = rememberedConfig();
  });
  after(async () => {
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    await kubectl("delete", "namespace", "harbour", "--ignore-not-found");
    putConfigBack?.();
    // A key that is not declared would not be taken over without a word.
    await must("pve", ["radosgw-admin", "key", "rm", `--uid=${uid}`, `--access-key=${keys.accessKeyId}`]);
    await mustPulumi(up);
  });

  it("has nothing of the first one, whose bucket is left", async () => {
    setDatabases([passing("travels")]);
    await mustPulumi(up);
    await completedBackups(inDemo("travels"));
    await sql(inDemo("travels"), load);
    // Nobody closes the segment: what is written is in the bucket within archive_timeout.
    await archivedByTimeout(inDemo("travels"));
    everything = await fingerprint(inDemo("travels"));
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    await kubectl("delete", "namespace", "demo");
    const crds = (await kubectl("get", "crds", "-o", "name"))
      .split("\n")
      .filter((crd) => crd.endsWith("cnpg.io"));
    await kubectl("delete", ...crds);
    const given = [`--access-key=${keys.accessKeyId}`, `--secret-key=${keys.secretAccessKey}`];
    await must("pve", ["radosgw-admin", "key", "create", `--uid=${uid}`, ...given]);
  });

  it("brings the database back from there, with every row, and backs it up to its own path", async () => {
    for (const key of ["cephHost", "cephHostPrivateKey", "radosgwAdmin", "rgwUser"]) setPlain(key, undefined);
    for (const [key, value] of Object.entries(keys)) {
      await mustPulumi(["config", "set", "--secret", `cnpg-rgw:${key}`], { input: value });
    }
    setPlain("path", "/harbour");
    setPlain("namespaces", [{ name: "harbour", create: true }]);
    const travels = { namespace: "harbour", name: "travels" };
    setDatabases([passing("travels", { ...travels, recovery: { from: "travels", path: "/lab" } })]);
    const done = await mustPulumi(up);
    assert.match(done, /s3:\/\/cnpg-backups\/harbour\/travels/);
    assert.equal(await fingerprint(travels), everything);
    await completedBackups(travels);
  });
});
