/** What holds on to a stack's resources, its name and its Kubernetes cluster, under the real engine and without the rest. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { apiServer } from "../unit/components/kubernetes/api-server.ts";
import { checkout, engineProject, type EngineProject } from "./support/engine-project.ts";

// A Stash is a resource of the engine itself: it stands for a Secret, and for a schedule.
const program = `
import * as pulumi from "@pulumi/pulumi";
import { goByFirstName, ownerLabelOf } from "${join(checkout, "components/kubernetes/owner.ts")}";
import { Protection } from "${join(checkout, "components/pulumi/protection.ts")}";
import { firstName } from "${join(checkout, "config/first-name.ts")}";
import { requireSameKubernetes } from "${join(checkout, "config/same-kubernetes.ts")}";

const config = new pulumi.Config();
const isOn = config.getBoolean("protect") ?? true;
const first = await firstName(isOn);
goByFirstName(first);
const uses = { operator: { enabled: true }, barmanPlugin: { enabled: true }, namespaces: [] };
await requireSameKubernetes(uses, isOn, { kubeconfig: config.require("kubeconfig") });

const secret = new pulumi.Stash("secret", { input: "S3" });
const other = config.getBoolean("other") === false ? [] : [new pulumi.Stash("other-secret", { input: "S3" })];
const schedule = new pulumi.Stash(
  "schedule",
  { input: config.get("schedule") ?? "daily" },
  { dependsOn: secret, replacementTrigger: config.get("place") ?? "", deleteBeforeReplace: true },
);
new Protection("protection", { isOn, of: [schedule, ...other] });
export const { stack } = first;
export const owner = ownerLabelOf(secret);
`;

const up = ["up", "--yes", "--skip-preview"];
const destroy = ["destroy", "--yes", "--skip-preview"];
const clusters = new Map<string, Awaited<ReturnType<typeof apiServer>>>();
let project: EngineProject;

const succeed = async (...args: string[]): Promise<string> => {
  const { exitCode, output } = await project.pulumi(...args);
  assert.equal(exitCode, 0, output);
  return output;
};
const fail = async (...args: string[]): Promise<string> => {
  const { exitCode, output } = await project.pulumi(...args);
  assert.notEqual(exitCode, 0, output);
  return output;
};
const urn = async (name: string): Promise<string> => {
  const urns = (await succeed("stack", "--show-urns")).match(/urn:pulumi:\S+/g) ?? [];
  const found = urns.find((each) => each.endsWith(`::${name}`));
  assert.ok(found !== undefined, `${name} is in the state: ${urns.join(" ")}`);
  return found;
};

async function pointAt(uid: string): Promise<void> {
  await succeed("config", "set", "kubeconfig", clusters.get(uid)?.kubeconfig ?? "");
}

before(async () => {
  const path = "/api/v1/namespaces/kube-system";
  for (const uid of ["first", "second"]) {
    clusters.set(uid, await apiServer({ [path]: { status: 200, body: { metadata: { uid } } } }));
  }
  clusters.set("mute", await apiServer({ [path]: { status: 403, body: {} } }));
  project = engineProject("protected", [], { "index.ts": program });
  await succeed("stack", "init", "test");
  await pointAt("first");
  await succeed(...up);
});

after(() => {
  project.remove();
  for (const { close } of clusters.values()) close();
});

describe("what is protected", () => {
  const everythingIsThere = async (): Promise<void> => {
    for (const name of ["secret", "other-secret", "schedule"]) await urn(name);
  };

  it("stays whole without a preview, for targets, and where errors are passed over", async () => {
    const schedule = await urn("schedule");
    const ways: string[][] = [
      [],
      ["--target", schedule],
      ["--target", schedule, "--target-dependents"],
      ["--continue-on-error"],
    ];
    for (const way of ways) {
      assert.match(await fail(...destroy, ...way), /protected|not specified in/);
      await everythingIsThere();
    }
  });

  it("stays whole with --exclude-protected", async () => {
    await succeed(...destroy, "--exclude-protected");
    await everythingIsThere();
    await succeed(...up, "--expect-no-changes");
  });

  it("can be changed, replaced, and done without in an update", async () => {
    await succeed("config", "set", "schedule", "weekly");
    await succeed("config", "set", "place", "s3://another");
    assert.match(await succeed(...up), /1 replaced/);
    await succeed("config", "set", "other", "false");
    assert.match(await succeed(...up), /1 deleted/);
    await succeed("config", "rm", "other");
    await succeed(...up);
  });
});

describe("a stack that is renamed", () => {
  it("goes by its first name", async () => {
    const owner = await succeed("stack", "output", "owner");
    await succeed("stack", "rename", "cellar");
    await succeed(...up);
    assert.equal((await succeed("stack", "output", "stack")).trim(), "test");
    assert.equal(await succeed("stack", "output", "owner"), owner);
    await succeed("preview", "--expect-no-changes");
  });
});

describe("another Kubernetes cluster", () => {
  it("is refused in preview and update, again and again, until the context is put right", async () => {
    await pointAt("second");
    for (const command of [["preview"], up, up]) {
      assert.match(
        await fail(...command),
        /another Kubernetes cluster.*kube-system is second, and was first/,
      );
    }
    await pointAt("first");
    await succeed(...up, "--expect-no-changes");
  });

  it("is refused also where --target and --exclude leave out what keeps the first one's UID", async () => {
    await pointAt("second");
    for (const part of [
      ["--target", await urn("schedule")],
      ["--exclude", await urn("kubernetes-cluster")],
    ]) {
      for (const command of [["preview"], up]) {
        assert.match(await fail(...command, ...part), /another Kubernetes cluster/);
      }
    }
    await pointAt("first");
    await succeed(...up, "--expect-no-changes");
  });

  it("does not tell where it may not be asked, and is known again afterwards", async () => {
    await pointAt("mute");
    assert.match(await succeed(...up), /Could not check whether this is the Kubernetes cluster.*kube-system/);
    await pointAt("first");
    await succeed("preview", "--expect-no-changes");
  });

  it("ends an update while it is away, after a minute, and warns in a preview", async () => {
    clusters.get("second")?.close();
    await pointAt("second");
    for (const run of [() => succeed("preview"), () => fail(...up)]) {
      assert.match(await run(), /Could not check whether this is the Kubernetes cluster/);
    }
    await pointAt("first");
    await succeed("preview", "--expect-no-changes");
  });

  it("takes the place of the first one once the stack has forgotten that", async () => {
    const path = "/api/v1/namespaces/kube-system";
    clusters.set("third", await apiServer({ [path]: { status: 200, body: { metadata: { uid: "third" } } } }));
    await pointAt("third");
    const [, forget] = /(state delete --force) '.*kubernetes-cluster'/.exec(await fail(...up)) ?? [];
    assert.ok(forget !== undefined);
    await succeed(...forget.split(" "), "--yes", await urn("kubernetes-cluster"));
    await succeed(...up, "--refresh");
    await succeed("preview", "--expect-no-changes");
  });
});

describe("protection that is turned off", () => {
  it("lets everything go after one update", async () => {
    await succeed("config", "set", "protect", "false");
    await succeed(...up);
    await succeed(...destroy);
  });
});
