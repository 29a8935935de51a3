import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { untilDatabaseAnswers } from "../../../../../components/postgres/wait/until-answers.ts";
import { fakeKubernetes, items, ok } from "./fake-kubernetes.ts";
import { instance, readyCluster } from "./objects.ts";

const ours = [{ name: "AWS_REQUEST_CHECKSUM_CALCULATION", value: "when_required" }];
const inherited = [{ name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" }];
const ofPlugin = [{ name: "NAMESPACE", value: "shop" }];

interface Sidecar {
  env?: object[];
  resources?: object;
  args?: string[];
}

/** An instance with a sidecar as the operator made it, with `cnpg.io/podSpec`. */
function instanceWith({ env = ours, resources = {}, args = ["--log-level=info"] }: Sidecar): object {
  const sidecar = {
    name: "plugin-barman-cloud",
    args: ["instance", ...args],
    env: [...inherited, ...ofPlugin, ...env],
    resources,
  };
  const podSpec = { initContainers: [sidecar], containers: [{ name: "postgres", env: inherited }] };
  const made = instance({}, { annotations: { "cnpg.io/podSpec": JSON.stringify(podSpec) } });
  return { ...made, spec: { initContainers: [sidecar], containers: [{ name: "postgres" }] } };
}

const barman = { plugins: [{ name: "barman-cloud.cloudnative-pg.io" }] };

/** A database whose ObjectStore says what its sidecar is to be; its instances restart when they are told to. */
async function database(configuration: object, before: object, after = before) {
  let isRestarted = false;
  const patches: string[] = [];
  const kubernetes = await fakeKubernetes({
    resource: () => ok(readyCluster(barman)),
    objectStore: () => ok({ spec: { instanceSidecarConfiguration: configuration } }),
    pods: () => items(isRestarted ? after : before),
    exec: () => ({ prints: "f\n" }),
    patch: (sent) => {
      patches.push(sent);
      isRestarted = true;
      return ok({});
    },
  });
  const update = (isChanged: boolean) =>
    untilDatabaseAnswers(kubernetes, "shop", "orders", {
      ...{ timeoutSeconds: 20, log: () => undefined, pollMs: 20, generationBefore: 1 },
      ...{ settleSeconds: 0.1, takingUpSeconds: 5, sidecar: { objectStore: "orders", isChanged } },
    });
  return { update, patches };
}

describe("the sidecar's settings", () => {
  const changes: [string, object, Sidecar][] = [
    [
      "a limit",
      { env: ours, resources: { limits: { memory: "512Mi" } } },
      { resources: { limits: { memory: "0.5Gi" } } },
    ],
    [
      "a variable",
      { env: [...ours, { name: "X", value: "1" }] },
      { env: [...ours, { name: "X", value: "1" }] },
    ],
    ["the log level", { env: ours, logLevel: "debug" }, { args: ["--log-level=debug"] }],
    ["an argument", { env: ours, additionalContainerArgs: ["--x"] }, { args: ["--x", "--log-level=info"] }],
    ["a variable less", { env: [] }, { env: [] }],
  ];
  for (const [name, configuration, after] of changes) {
    it(`restart the instances when an update changes them: ${name}`, async () => {
      const { update, patches } = await database(configuration, instanceWith({}), instanceWith(after));
      const { staleSidecar, notInForce } = await update(true);
      assert.deepEqual([staleSidecar, notInForce], [undefined, undefined]);
      assert.equal(patches.length, 1);
      assert.match(
        patches[0] ?? "",
        /"op":"add","path":"\/metadata\/annotations\/kubectl\.kubernetes\.io~1restartedAt"/,
      );
    });
  }

  it("are told, and restart nothing, where an update does not change them", async () => {
    const { update, patches } = await database({ env: ours, logLevel: "debug" }, instanceWith({}));
    assert.equal((await update(false)).staleSidecar, "orders-1");
    assert.deepEqual(patches, []);
  });

  it("are in force where the instances have them, in whatever words", async () => {
    const resources = { requests: { memory: "192Mi", cpu: "0.05" } };
    const same = {
      env: [...ours, { name: "PGDATA", value: "/other" }],
      resources: { requests: { memory: "192Mi", cpu: "50m" } },
    };
    const { update, patches } = await database(same, instanceWith({ resources }));
    assert.equal((await update(true)).staleSidecar, undefined);
    assert.deepEqual(patches, []);
  });
});
