import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { execa } from "execa";
import { z } from "zod";

const checkout = join(import.meta.dirname, "../..");
const run = execa({ cwd: checkout, preferLocal: true, localDir: checkout, timeout: 120_000 });

/** The TypeScript of the README, as a user would paste it. */
function readmeProgram(): string {
  const [, program] = /```ts\n(.*?)```/s.exec(readFileSync(join(checkout, "README.md"), "utf8")) ?? [];
  assert.ok(program);
  return program;
}

describe("the package", () => {
  const user = mkdtempSync(join(tmpdir(), "cnpg-rgw-package-"));
  const inUsersProject = execa({ cwd: user, preferLocal: true, localDir: checkout, timeout: 120_000 });

  /** A project that has installed the tarball; what it depends on is linked from here, so no registry is asked. */
  before(async () => {
    const packed = join(user, "node_modules/pulumi-cnpg-rgw");
    mkdirSync(packed, { recursive: true });
    await run`npm pack --pack-destination ${user}`;
    const [tarball] = readdirSync(user).filter((file) => file.endsWith(".tgz"));
    assert.ok(tarball);
    await run`tar --extract --file ${join(user, tarball)} --directory ${packed} --strip-components 1`;
    for (const dependency of readdirSync(join(checkout, "node_modules"))) {
      if (dependency.startsWith(".")) continue;
      symlinkSync(join(checkout, "node_modules", dependency), join(user, "node_modules", dependency));
    }
    writeFileSync(join(user, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(user, "index.ts"), readmeProgram());
  });
  after(() => {
    rmSync(user, { recursive: true, force: true });
  });

  it("is clean for publint", async () => {
    await run`publint --strict --pack false`;
  });

  it("has declarations that strict TypeScript checks the README's program against", async () => {
    const strict = ["--strict", "--exactOptionalPropertyTypes", "--types", "node"];
    await inUsersProject`tsc --noEmit --module nodenext --target es2024 ${strict} --skipLibCheck index.ts`;
    writeFileSync(join(user, "wrong.ts"), readmeProgram().replace("uid:", "uuid:"));
    const wrong = inUsersProject`tsc --noEmit --module nodenext --target es2024 ${strict} --skipLibCheck wrong.ts`;
    await assert.rejects(wrong, /'uuid' does not exist in type 'RgwUserArgs'/);
  });

  it("brings what sets the account on the Ceph host up, and the warnings find it there", async () => {
    const program = `
      import { existsSync } from "node:fs";
      import { mendCommand } from "./node_modules/pulumi-cnpg-rgw/dist/ceph/host-rights.js";
      const connection = { host: "10.0.0.10", port: 22, user: "ceph-admin", hostKey: "", privateKey: "" };
      const command = mendCommand({ connection, command: "sudo radosgw-admin", uid: "team-a" });
      console.log(existsSync(command.replace(/.* < /, "")), command);
    `;
    writeFileSync(join(user, "mend.mjs"), program);
    const { stdout } = await inUsersProject`node mend.mjs`;
    assert.match(stdout, /^true ssh .* < node_modules\/pulumi-cnpg-rgw\/ceph-host\/install\.py$/);
  });

  it("runs: a component reaches the scripts that go to the Ceph host", async () => {
    const program = `
      import * as pulumi from "@pulumi/pulumi";
      const types = [];
      await pulumi.runtime.setMocks({
        newResource: (args) => (types.push(args.type), { id: args.name, state: { ...args.inputs, result: "made" } }),
        call: () => ({}),
      }, "p", "s");
      const { RgwUser } = await import("pulumi-cnpg-rgw");
      const [hostKey, privateKey] = process.argv.slice(2);
      const host = { address: "10.0.0.10", user: "root", hostKey, privateKey };
      new RgwUser("user", { host, uid: "team-a" }).accessKeyId.apply(() => console.log(JSON.stringify(types)));
    `;
    writeFileSync(join(user, "run.mjs"), program);
    const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK2QYbjEjR7/MV27b+hCDAmtUzsmRx2ve0lAbVDo8d9p";
    const privateKey = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    const { stdout } = await inUsersProject`node run.mjs ${hostKey} ${privateKey}`;
    const types = z.array(z.string()).parse(JSON.parse(stdout));
    assert.ok(types.includes("command:remote:Command"), stdout);
  });

  it("has the CRDs' schemas: a custom resource is checked", async () => {
    const program = `
      import { customResource } from "./node_modules/pulumi-cnpg-rgw/dist/cnpg/custom-resource.js";
      const spec = { storage: { size: "1Gi" }, backup: { barmanObjectStor: {} } };
      try {
        customResource("Cluster", "orders", { metadata: { name: "orders" }, spec });
      } catch ({ message }) {
        console.log(message);
      }
    `;
    writeFileSync(join(user, "check.mjs"), program);
    const { stdout } = await inUsersProject`node check.mjs`;
    assert.match(stdout, /did you mean spec\.backup\.barmanObjectStore\?/);
  });
});
