import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { entry, inDemo, passing, setDatabases, sql, up, withoutDatabases } from "./support/database.ts";
import { kubectl, must, mustPulumi, pulumi } from "./support/lab.ts";
import { assertNoStackTrace } from "./support/stack-trace.ts";
import { stackIsUp } from "./support/stack.ts";
import { inFull } from "./support/full.ts";

type Entry = Record<string, unknown>;

/** A minute, beside what a run takes to start, and what the operator takes to get to the fault. */
const toldWithin = 120;

/** A command must fail, in time, and say each of these; nothing of waiting, nothing to delete that may hold data. */
async function says(command: readonly string[], entries: Entry[], ...words: RegExp[]): Promise<string> {
  setDatabases(entries);
  const began = Date.now();
  const { code, all } = await pulumi(command);
  const seconds = (Date.now() - began) / 1_000;
  assert.notEqual(code, 0, all);
  for (const word of words) assert.match(all, word);
  assertNoStackTrace(all);
  assert.doesNotMatch(all, /more time|still on its way/);
  assert.ok(seconds < toldWithin, `told after ${seconds.toFixed(0)} s`);
  console.log(`told after ${seconds.toFixed(0)} s: ${String(words[0])}`);
  return all;
}

/** Of a new database. It goes again before the next. */
async function upSays(one: Entry, ...words: RegExp[]): Promise<string> {
  const all = await says(up, [one], ...words);
  setDatabases([]);
  await mustPulumi(up);
  return all;
}

const apply = (...objects: object[]): Promise<string> =>
  must("workstation", ["kubectl", "apply", "-f", "-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
  });

const sidecar = (configuration: object): Entry => ({
  backup: { objectStore: { instanceSidecarConfiguration: configuration } },
});
const library = { spec: { postgresql: { shared_preload_libraries: ["vchord.so"] } } };

describe("a database that can never come up", () => {
  before(async () => {
    await stackIsUp();
    await withoutDatabases();
  });
  after(withoutDatabases);

  it("is refused in preview: a limit below the request, a StorageClass that is not there", async () => {
    await says(
      ["preview"],
      [passing("never", sidecar({ resources: { limits: { memory: "128Mi" } } }))],
      /instanceSidecarConfiguration\.resources\.limits\.memory is 128Mi, less than the request of 192Mi/,
    );
    await says(
      ["preview"],
      [passing("never", { storage: { size: "1Gi", storageClass: "openebs-hostpath" } })],
      /demo\/never cannot come up: the cluster has no StorageClass "openebs-hostpath" \(there are: /,
    );
  });

  it("is told in PostgreSQL's own words: a library that the image lacks", async () => {
    const said = await upSays(
      passing("never", library),
      /demo\/never cannot come up: the job never-1-initdb failed once/,
      /FATAL: could not access file "vchord\.so": No such file or directory/,
      /What to do: The image lacks this library\./,
    );
    assert.doesNotMatch(said, /delete/);
  });
});

inFull.describe("a new database that can never come up", () => {
  before(withoutDatabases);
  after(withoutDatabases);

  it("is told of a parameter, of huge pages, of pg_hba and of a locale in PostgreSQL's own words", async () => {
    const postgresql = (more: object): Entry => ({ spec: { postgresql: more } });
    await upSays(
      passing("never", postgresql({ parameters: { work_mem: "plenty" } })),
      /invalid value for parameter "work_mem"/,
      /Correct its name or value in spec\.postgresql\.parameters/,
    );
    await upSays(
      passing("never", postgresql({ parameters: { huge_pages: "on" } })),
      /FATAL: could not map anonymous shared memory/,
      /huge_pages to try/,
    );
    await upSays(
      passing("never", { spec: { bootstrap: { initdb: { localeCollate: "xx_XX.UTF-8" } } } }),
      /initdb: error: invalid locale name|locale/,
      /below spec\.bootstrap\.initdb/,
    );
  });

  it("is told of nodes that nobody has, and comes up once that is taken back", async () => {
    await says(
      up,
      [passing("placed", { spec: { affinity: { nodeSelector: { disk: "gold" } } } })],
      /demo\/placed cannot come up: the pod placed-1-initdb-\w+ fits on no node: .*didn't match Pod's node affinity/,
      /Correct spec\.affinity, or label a node/,
    );
    setDatabases([passing("placed")]);
    await mustPulumi(up);
    assert.equal(await sql(inDemo("placed"), "select 1;"), "1");
    setDatabases([]);
    await mustPulumi(up);
  });

  it("is told of a Secret that is not there", async () => {
    await upSays(
      passing("never", { spec: { envFrom: [{ secretRef: { name: "nowhere" } }] } }),
      /secret "nowhere" not found/,
      /Make the Secret or ConfigMap that the message names/,
    );
    const projection = { sources: [{ secret: { name: "nowhere" } }] };
    await upSays(
      passing("never", { spec: { projectedVolumeTemplate: projection } }),
      /the pod never-1-\S* cannot start: MountVolume\.SetUp failed .*secret "nowhere" not found/,
      /Make the Secret or ConfigMap that the message names/,
    );
  });

  const policy = "lab-denies-pods";

  /** Denies pods of the database `denied`: those of Jobs, or its instances. */
  async function denied(kind: "jobs" | "instances", work: () => Promise<unknown>): Promise<void> {
    const labels = "object.metadata.labels";
    const isDenied = `has(${labels}) && 'cnpg.io/cluster' in ${labels} && ${labels}['cnpg.io/cluster'] == 'denied'`;
    const isJob = `'job-name' in ${labels}`;
    await apply(
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicy",
        metadata: { name: policy },
        spec: {
          matchConstraints: {
            resourceRules: [
              { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
            ],
          },
          validations: [
            {
              expression: `!(${isDenied} && ${kind === "jobs" ? isJob : `!(${isJob})`})`,
              message: "this team wants no such pods",
            },
          ],
        },
      },
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicyBinding",
        metadata: { name: policy },
        spec: { policyName: policy, validationActions: ["Deny"] },
      },
    );
    // It takes effect a few seconds later.
    await sleep(10_000);
    try {
      await work();
    } finally {
      await kubectl(
        "delete",
        `validatingadmissionpolicybinding/${policy}`,
        `validatingadmissionpolicy/${policy}`,
      );
    }
  }

  it("is told what Kubernetes denies: the pods of a Job, and the instance, of which only the operator's log speaks", async () => {
    await denied("jobs", () =>
      upSays(
        passing("denied"),
        /demo\/denied cannot come up: Kubernetes makes no pod for the job denied-1-initdb: .*wants no such pods/,
        /A policy of the cluster denies it/,
      ),
    );
    await denied("instances", () =>
      upSays(
        passing("denied"),
        /demo\/denied cannot come up: the operator cannot go on: unable to create Pod: .*wants no such pods/,
        /A policy of the cluster denies it/,
      ),
    );
  });

  it("is refused in preview by what the namespace's quota and LimitRange say", async () => {
    const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "team", namespace: "demo" } };
    const range = { apiVersion: "v1", kind: "LimitRange", metadata: { name: "team", namespace: "demo" } };
    try {
      await apply({ ...quota, spec: { hard: { "limits.cpu": "4", "limits.memory": "8Gi" } } });
      await says(["preview"], [passing("never")], /its ResourceQuota team refuses pods without cpu limits/);
      await kubectl("-n", "demo", "delete", "resourcequota", "team");
      await apply({ ...range, spec: { limits: [{ type: "Container", default: { memory: "128Mi" } }] } });
      await says(
        ["preview"],
        [passing("never")],
        /its LimitRange team gives containers a memory limit of 128Mi by default, less than what spec\.resources requests/,
      );
    } finally {
      await kubectl("-n", "demo", "delete", "resourcequota,limitrange", "team", "--ignore-not-found");
    }
  });
});

inFull.describe("a running database", () => {
  const running = inDemo("running");
  const run = (more: Entry = {}) => entry("running", { ...more, deletion: { protect: false } });

  before(async () => {
    await withoutDatabases();
    setDatabases([run()]);
    await mustPulumi(up);
    await sql(running, "create table kept (id int); insert into kept values (1), (2);");
  });
  after(withoutDatabases);

  it("is told why a setting ended it, and comes back with all of its data once that is taken back", async () => {
    await says(
      up,
      [run(library)],
      /FATAL: could not access file "vchord\.so": No such file or directory/,
      /What to do: The image lacks this library\..*kubectl -n demo delete pod running-1\./,
    );
    setDatabases([run()]);
    const back = await pulumi(up);
    if (back.code !== 0) {
      assert.match(back.all, /kubectl -n demo delete pod running-1\./);
      assert.doesNotMatch(back.all, /vchord/, "of before the change");
      await kubectl("-n", "demo", "delete", "pod", "running-1");
      await mustPulumi(up);
    }
    assert.equal(await sql(running, "select count(*) from kept;"), "2");
  });

  const sidecarOf = (path: string) =>
    kubectl(
      ...["-n", "demo", "get", "pod", "running-1", "-o"],
      `jsonpath={.spec.initContainers[?(@.name=="plugin-barman-cloud")].${path}}`,
    );

  it("has the sidecar's settings when up is done: log level, limit, environment", async () => {
    setDatabases([run(sidecar({ logLevel: "debug" }))]);
    await mustPulumi(up);
    assert.match(await sidecarOf("args"), /--log-level=debug/);
    setDatabases([
      run(sidecar({ resources: { limits: { memory: "512Mi" } }, env: [{ name: "LAB", value: "1" }] })),
    ]);
    await mustPulumi(up);
    assert.equal(await sidecarOf("resources.limits.memory"), "512Mi");
    assert.match(await sidecarOf("env"), /"LAB"/);
    assert.equal(await sql(running, "select count(*) from kept;"), "2");
    const outcome = await mustPulumi(up);
    assert.doesNotMatch(outcome, /not in force/);
    await mustPulumi(["preview", "--expect-no-changes"]);
  });

  it("is warned of sidecar settings that something else changed, with the command", async () => {
    const patch = JSON.stringify({ spec: { instanceSidecarConfiguration: { logLevel: "trace" } } });
    await kubectl("-n", "demo", "patch", "objectstore", "running", "--type=merge", "-p", patch);
    assert.match(
      await mustPulumi(up),
      /settings .* are not in force: .*kubectl cnpg restart running -n demo/,
    );
  });
});
