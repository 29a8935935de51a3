import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";

import { z } from "zod";

import { checkout, install, newFolder, nodes, pack, programIn, run, runIn } from "./project.ts";

/** What all of Pulumi's templates for TypeScript have in their tsconfig.json. */
const ofTemplates = {
  strict: true,
  outDir: "bin",
  target: "es2020",
  sourceMap: true,
  experimentalDecorators: true,
  pretty: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  forceConsistentCasingInFileNames: true,
};

/** The projects that people have. None skips the check of the libraries' declarations. */
const projects = {
  "Pulumi's template of today": {
    manifest: { main: "index.ts" },
    options: { ...ofTemplates, module: "nodenext", moduleResolution: "nodenext" },
  },
  "Pulumi's template until March 2026": {
    manifest: { main: "index.ts" },
    options: { ...ofTemplates, module: "commonjs", moduleResolution: "node" },
  },
  "a strict project of ES modules": {
    manifest: { type: "module" },
    options: { ...ofTemplates, module: "nodenext", target: "es2024", exactOptionalPropertyTypes: true },
  },
};

const wrongProgram = programIn("docs/components.md").replace(
  "uid:",
  "// @ts-expect-error: there is no such argument\n  uuid:",
);

/** Makes a user on mocks: it reaches the scripts that go to the Ceph host. */
const mockedProgram = `
  import * as pulumi from "@pulumi/pulumi";
  import { RgwUser } from "pulumi-cnpg-rgw";

  const types: string[] = [];
  async function main(): Promise<void> {
    await pulumi.runtime.setMocks({
      newResource: (args) => {
        types.push(args.type);
        return { id: args.name, state: { ...args.inputs, result: "made" } };
      },
      call: () => ({}),
    });
    const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK2QYbjEjR7/MV27b+hCDAmtUzsmRx2ve0lAbVDo8d9p";
    const privateKey = "-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----";
    const host = { address: "10.0.0.10", user: "root", hostKey, privateKey };
    new RgwUser("user", { host, uid: "team-a" }).accessKeyId.apply(() => console.log(JSON.stringify(types)));
  }
  void main();
`;

describe("the package", () => {
  const folder = newFolder();
  let tarball: string;
  let node: Record<string, string>;
  before(async () => {
    tarball = await pack(folder);
    const binaries = join(folder, "node");
    mkdirSync(binaries);
    node = await nodes(binaries);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is clean for publint", async () => {
    await run`publint --strict ${tarball}`;
  });

  it("has types for every way of importing it", async () => {
    // Node can require() ES modules since 22.12; the projects below do.
    await run`attw ${tarball} --ignore-rules cjs-resolves-to-esm`;
  });

  it("leaves one copy of each SDK in a project, which stays as it is", async () => {
    const project = join(folder, "newest");
    mkdirSync(project);
    const dependencies = { "@pulumi/pulumi": "3.276.0", "@pulumi/kubernetes": "4.34.2" };
    writeFileSync(join(project, "package.json"), JSON.stringify({ dependencies }));
    await runIn(project)`npm install --package-lock-only --ignore-scripts --no-audit --no-fund ${tarball}`;
    const lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });
    const { packages } = lock.parse(JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8")));
    const sdks = Object.keys(packages).filter((path) => /(^|\/)node_modules\/@pulumi\/[^/]+$/.test(path));
    const names = ["aws", "command", "kubernetes", "pulumi", "random"];
    assert.deepEqual(
      sdks.sort(),
      names.map((name) => `node_modules/@pulumi/${name}`),
    );
    for (const [name, version] of Object.entries(dependencies)) {
      assert.equal(packages[`node_modules/${name}`]?.version, version);
    }
  });

  for (const [index, [name, { manifest, options }]] of Object.entries(projects).entries()) {
    describe(`in ${name}`, () => {
      const project = join(folder, `project-${index}`);
      let files: string[];
      let errors: string[];
      before(async () => {
        await install(project, tarball);
        const programs = {
          "index.ts": programIn("README.md"),
          "team.ts": programIn("docs/components.md"),
          "wrong.ts": wrongProgram,
          "mocked.ts": mockedProgram,
        };
        for (const [file, text] of Object.entries(programs)) writeFileSync(join(project, file), text);
        writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
        const tsconfig = { compilerOptions: options, files: Object.keys(programs) };
        writeFileSync(join(project, "tsconfig.json"), JSON.stringify(tsconfig));
        const tsc = runIn(project)({ reject: false });
        const { stdout } = await tsc`tsc --listFiles --pretty false`;
        const lines = stdout.split("\n");
        files = lines.filter((line) => line.startsWith("/"));
        errors = lines.filter((line) => !line.startsWith("/"));
      });

      it("compiles the programs of README and docs, and refuses a wrong argument, checking all declarations", () => {
        // A type that is missing here is @internal, or uses one that is.
        assert.deepEqual(errors, []);
      });

      it("has types that need the SDKs and nothing else", () => {
        const own = /\/node_modules\/(@kubernetes|@aws-sdk|@types\/ssh2|zod|ssh2|ajv|yaml)\//;
        assert.deepEqual(
          files.filter((file) => own.test(file)),
          [],
        );
        assert.ok(files.some((file) => file.endsWith("/pulumi-cnpg-rgw/dist/index.d.ts")));
      });

      it("runs, on the oldest Node and on this one", async () => {
        for (const [version, binary] of Object.entries(node)) {
          const { stdout } = await runIn(project)`${binary} bin/mocked.js`;
          assert.match(stdout, /"cnpg-rgw:ceph:RgwUser",.*"command:remote:Command"/, version);
        }
      });

      it("brings what sets the account on the Ceph host up, and the warnings find it there", async () => {
        const program = `
          import { existsSync } from "node:fs";
          import { mendCommand } from "./node_modules/pulumi-cnpg-rgw/dist/ceph/ssh/host-rights.js";
          const connection = { host: "10.0.0.10", port: 22, user: "ceph-admin", hostKey: "", privateKey: "" };
          const command = mendCommand({ connection, command: "sudo radosgw-admin", uid: "team-a" });
          console.log(existsSync(command.replace(/.* < /, "")), command);
        `;
        writeFileSync(join(project, "mend.mjs"), program);
        const { stdout } = await runIn(project)`node mend.mjs`;
        assert.match(stdout, /^true ssh .* < node_modules\/pulumi-cnpg-rgw\/ceph-host\/install\.py$/);
      });

      it("shows no helper of the package's own", () => {
        const dist = join(project, "node_modules/pulumi-cnpg-rgw/dist");
        const declarations = files.filter((file) => file.includes("/pulumi-cnpg-rgw/dist/"));
        const named = /^export (?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/gm;
        const exported = declarations.flatMap((file) =>
          [...readFileSync(file, "utf8").matchAll(named)].map(([, found]) => found),
        );
        const index = readFileSync(join(dist, "index.d.ts"), "utf8");
        const lists = [...index.matchAll(/^export (?:type )?\{ (.*) \}/gm)];
        const isPublic = new Set(lists.flatMap(([, list = ""]) => list.match(/\w+/g) ?? []));
        assert.deepEqual(
          exported.filter((found) => !isPublic.has(found ?? "")),
          [],
        );
      });
    });
  }

  const examples = readdirSync(join(checkout, "examples"), { withFileTypes: true });
  for (const { name } of examples.filter((entry) => entry.isDirectory())) {
    describe(`in a copy of examples/${name}`, () => {
      const project = join(folder, name);
      before(() => {
        cpSync(join(checkout, "examples", name), project, {
          recursive: true,
          filter: (path) => !path.endsWith("node_modules"),
        });
      });

      it("is installed by the command that examples/README.md gives", async () => {
        await runIn(
          project,
        )`npm install --package-lock-only --ignore-scripts --no-audit --no-fund ${tarball}`;
        const lock = z.object({ packages: z.record(z.string(), z.unknown()) });
        const { packages } = lock.parse(JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8")));
        const copies = Object.keys(packages).filter((path) => path.endsWith("node_modules/@pulumi/pulumi"));
        assert.deepEqual(copies, ["node_modules/@pulumi/pulumi"]);
      });

      it("has the types that the example needs", async () => {
        await install(project, tarball);
        await runIn(project)`tsc`;
      });
    });
  }

  // A suite, for mocha runs those after the tests beside them, and this one is in a project of theirs.
  describe("at run time", () => {
    it("has the CRDs' schemas: a custom resource is checked", async () => {
      const program = `
        import { customResource } from "./node_modules/pulumi-cnpg-rgw/dist/kubernetes/custom-resource.js";
        const spec = { storage: { size: "1Gi" }, backup: { barmanObjectStor: {} } };
        try {
          customResource("Cluster", "orders", { metadata: { name: "orders" }, spec });
        } catch ({ message }) {
          console.log(message);
        }
      `;
      const project = join(folder, "project-0");
      writeFileSync(join(project, "check.mjs"), program);
      for (const binary of Object.values(node)) {
        const { stdout } = await runIn(project)`${binary} check.mjs`;
        assert.match(stdout, /did you mean spec\.backup\.barmanObjectStore\?/);
      }
    });
  });
});
