import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import { untilDatabaseAnswers } from "../../../../../components/postgres/wait/until-answers.ts";
import { type Cluster, type Reply, fakeKubernetes, items, ok, startKubernetes } from "./fake-kubernetes.ts";
import {
  bootstrappingCluster,
  clusterObject,
  dataClaim,
  instance,
  readyCluster,
  recoveryJob,
  recoveryPod,
  waitingPod,
} from "./objects.ts";
import { wait } from "./wait.ts";

/** The message of the error that a wait must end with. */
async function failureOf(waiting: Promise<unknown>): Promise<string> {
  try {
    await waiting;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return assert.fail("the wait ended well");
}

const away = { status: 500, body: { kind: "Status", message: "etcd is away" } };

describe("untilDatabaseAnswers", () => {
  it("resolves once the Cluster is ready and psql answers, and tells of progress before", async () => {
    let looks = 0;
    const lines: string[] = [];
    const cluster = await fakeKubernetes({
      resource: () => ok(++looks < 4 ? clusterObject() : readyCluster()),
      exec: () => ({ prints: "f\n" }),
    });
    const answering = await wait(cluster, 20, lines);
    assert.equal(answering.proof, "sql");
    assert.deepEqual(answering.backupTroubles, []);
    assert.match(lines.join("\n"), /^waiting for database shop\/orders: Setting up primary, \d s$/);
  });

  it("is content with a ready Cluster where commands in pods are forbidden", async () => {
    const cluster = await fakeKubernetes({
      resource: () => ok(readyCluster()),
      exec: () => ({ status: 403 }),
    });
    assert.equal((await wait(cluster, 20)).proof, "ready");
  });

  it("does not believe a ready Cluster whose primary does not answer or is in recovery", async () => {
    const database = { resource: () => ok(readyCluster()) };
    const broken = await fakeKubernetes({
      ...database,
      exec: () => ({ prints: "psql: error: no such file", exitCode: 2 }),
    });
    assert.match(
      await failureOf(wait(broken, 0.3)),
      /within 0\.3 s: the primary orders-1 does not answer SQL \(psql: /,
    );
    const recovering = await fakeKubernetes({ ...database, exec: () => ({ prints: "t\n" }) });
    assert.match(await failureOf(wait(recovering, 0.3)), /does not answer SQL \(it is in recovery\)/);
  });

  it("tells why WAL is not archived and a base backup failed, by the logs of the primary", async () => {
    const conditions = [
      { type: "Ready", status: "True" },
      { type: "ContinuousArchiving", status: "False", message: "rpc error: exit status 4" },
      { type: "LastBackupSucceeded", status: "False", reason: "LastBackupFailed", message: "exit status 2." },
    ];
    const resource = { ...readyCluster(), status: { currentPrimary: "orders-1", conditions } };
    const archiver =
      '{"logger":"barman-cloud-wal-archive","msg":"2026-11-22 10:00:00,000 [86] ERROR: Barman cloud WAL archiver exception:' +
      ' An error occurred (QuotaExceeded) when calling the PutObject operation: None"}';
    const cluster = await fakeKubernetes({
      resource: () => ok(resource),
      pods: () => items(instance({})),
      exec: () => ({ prints: "f\n" }),
      log: (_, container) => ok(container === "postgres" ? archiver : ""),
    });
    const { backupTroubles } = await wait(cluster, 20);
    assert.equal(backupTroubles.length, 2);
    assert.match(
      backupTroubles[0] ?? "",
      /^its WAL is not archived: postgres: .*QuotaExceeded.* quota of the S3 user or of the bucket is used up/,
    );
    assert.match(backupTroubles[1] ?? "", /^its last base backup failed: exit status 2\. The next/);
  });

  it("quotes the last error of what failed where no rule knows the cause", async () => {
    const conditions = [
      { type: "Ready", status: "True" },
      { type: "ContinuousArchiving", status: "False", message: "exit status 1" },
      {
        type: "LastBackupSucceeded",
        status: "False",
        reason: "LastBackupFailed",
        message: "rpc error: exit status 1",
      },
    ];
    const line = (logger: string, msg: string) => JSON.stringify({ logger, msg });
    const log = [
      line("barman-cloud-backup", "ERROR: Barman cloud backup exception: of yesterday"),
      line(
        "barman-cloud-backup",
        "ERROR: Barman cloud backup exception: the moon is full, token AKIA0123456789ABCDEF",
      ),
      JSON.stringify({ level: "error", msg: "Backup failed", error: "rpc error: exit status 1" }),
      line("barman-cloud-wal-archive", "ERROR: Barman cloud WAL archiver exception: the tide is low"),
    ].join("\n");
    const cluster = await fakeKubernetes({
      resource: () => ok({ ...readyCluster(), status: { currentPrimary: "orders-1", conditions } }),
      pods: () => items(instance({})),
      exec: () => ({ prints: "f\n" }),
      log: () => ok(log),
    });
    const [wal = "", backup = ""] = (await wait(cluster, 20)).backupTroubles;
    assert.match(
      wal,
      /^its WAL is not archived: exit status 1\. The log says: .*exception: the tide is low\. Until this/,
    );
    assert.match(
      backup,
      /^its last base backup failed: rpc error: exit status 1\. The log says: .*the moon is full, token \*\*\*\. The next/,
    );
  });

  const isReady = { type: "Ready", status: "True" };
  const isArchiving = { type: "ContinuousArchiving", status: "True" };
  const isBackingUp = { type: "LastBackupSucceeded", status: "False", reason: "BackupStarted" };
  const having = (...conditions: object[]): object => ({
    ...readyCluster(),
    status: { currentPrimary: "orders-1", conditions },
  });

  it("waits for the first WAL and base backup of a new database, and of no other", async () => {
    const steps = [having(isReady), having(isReady, isArchiving), having(isReady, isArchiving, isBackingUp)];
    let looks = 0;
    const cluster = await fakeKubernetes({
      resource: () => ok(steps[looks++] ?? readyCluster()),
      exec: () => ({ prints: "f\n" }),
    });
    const lines: string[] = [];
    assert.deepEqual((await wait(cluster, 20, lines)).backupTroubles, []);
    assert.match(lines.join("\n"), /it answers, and its first WAL is on its way to the archive, \d s/);
    assert.match(
      lines.join("\n"),
      /it answers, and its first base backup is on its way to the archive, \d s/,
    );
    assert.equal(looks, 4);
    const options = { timeoutSeconds: 20, log: () => undefined, generationBefore: 1 };
    looks = 0;
    const { backupTroubles } = await untilDatabaseAnswers(cluster, "shop", "orders", options);
    assert.deepEqual([looks, backupTroubles.length], [1, 1]);
  });

  it("waits for no base backup of one that comes back to those that it has", async () => {
    const back = { resource: () => ok(having(isReady, isArchiving)), exec: () => ({ prints: "f\n" }) };
    const options = { timeoutSeconds: 20, log: () => undefined, hasBaseBackup: true };
    const started = performance.now();
    const { backupTroubles } = await untilDatabaseAnswers(
      await fakeKubernetes(back),
      "shop",
      "orders",
      options,
    );
    assert.deepEqual(backupTroubles, []);
    assert.ok(performance.now() - started < 15_000);
  });

  it("says so if no WAL of a new database gets archived in time", async () => {
    const silent = { resource: () => ok(having(isReady)), exec: () => ({ prints: "f\n" }) };
    const { backupTroubles } = await wait(await fakeKubernetes(silent), 20);
    assert.match(backupTroubles.join(), /^its WAL is not archived: there is no word of it yet\. Until this/);
  });

  it("says so if the first base backup of a new database is not complete in time", async () => {
    for (const conditions of [
      [isReady, isArchiving],
      [isReady, isArchiving, isBackingUp],
    ]) {
      const slow = { resource: () => ok(having(...conditions)), exec: () => ({ prints: "f\n" }) };
      const { backupTroubles } = await wait(await fakeKubernetes(slow), 20);
      assert.match(backupTroubles.join(), /^its first base backup is not complete yet, and until it is/);
    }
  });

  it("takes a replica cluster's primary, which stays in recovery", async () => {
    const cluster = await fakeKubernetes({
      resource: () => ok(readyCluster({ replica: { enabled: true, source: "elsewhere" } })),
      exec: () => ({ prints: "t\n" }),
    });
    assert.equal((await wait(cluster, 20)).proof, "sql");
  });

  it("takes one that was promoted for a database like any other, though it still says what it followed", async () => {
    for (const replica of [{ enabled: false }, { primary: "orders" }, { primary: "b", self: "b" }]) {
      const cluster = await fakeKubernetes({
        resource: () => ok({ ...having(isReady), spec: { instances: 1, replica } }),
        exec: () => ({ prints: "f\n" }),
      });
      assert.match((await wait(cluster, 20)).backupTroubles.join(), /^its WAL is not archived/);
    }
  });

  it("outlasts an API server that is away for a while, and says so", async () => {
    let looks = 0;
    const lines: string[] = [];
    const replies: Reply[] = ["break", away, "break"];
    const cluster = await fakeKubernetes({
      resource: () => replies[looks++] ?? ok(readyCluster()),
      exec: () => ({ prints: "f\n" }),
    });
    assert.equal((await wait(cluster, 20, lines)).proof, "sql");
    assert.match(lines.join("\n"), /the Kubernetes API server does not answer \(.*\), \d s/);
  });

  it("fails early, and says why, when a recovery has failed twice for a cause that stays", async () => {
    const refused =
      '{"level":"info","logger":"barman-cloud-restore","msg":"2026-11-22 10:00:00,000 [12] ERROR: Barman cloud restore' +
      ' exception: An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: Unknown","pipe":"stderr"}';
    const restore =
      '{"level":"error","msg":"Error while restoring a backup","error":"rpc error: exit status 4"}';
    const asked: string[] = [];
    const cluster = await fakeKubernetes({
      resource: () => ok(bootstrappingCluster({ bootstrap: { recovery: { source: "origin" } } })),
      claims: () => items(dataClaim("initializing")),
      jobs: () => items(recoveryJob(2)),
      pods: () => items(recoveryPod(2), recoveryPod(1)),
      log: (pod, container) => {
        asked.push(pod);
        return ok(
          container === "plugin-barman-cloud" ? refused : container === "full-recovery" ? restore : "",
        );
      },
      events: () =>
        items({
          involvedObject: { kind: "Job", name: "orders-1-full-recovery" },
          message: "Job has reached the limit",
          metadata: {},
        }),
    });
    const message = await failureOf(wait(cluster, 60));
    assert.deepEqual([...new Set(asked)], ["orders-1-full-recovery-2"], "the last attempt counts");
    assert.match(
      message,
      /^Database shop\/orders cannot come up: the job orders-1-full-recovery failed 2 times\.\n/,
    );
    assert.match(message, /plugin-barman-cloud: ERROR: Barman cloud restore exception: .*InvalidAccessKeyId/);
    assert.match(message, /full-recovery: Error while restoring a backup: rpc error: exit status 4/);
    assert.match(message, /What to do: The S3 store does not know the keys\./);
    assert.match(
      message,
      /holds nothing\. kubectl -n shop delete clusters\.postgresql\.cnpg\.io orders; then/,
    );
    assert.doesNotMatch(message, /Kubernetes says/, "no effects where the cause is known");
    assert.match(message, /State: Setting up primary; Ready=False\n/);
  });

  it("never advises to delete what may hold data, whatever the Cluster once began with", async () => {
    const recovered = { bootstrap: { recovery: { source: "origin" } } };
    const job = recoveryJob(3);
    const cases: [string, Cluster][] = [
      ["a primary", { resource: () => ok(clusterObject({}, recovered)), jobs: () => items(job) }],
      [
        "a system identifier",
        {
          resource: () => ok(bootstrappingCluster(recovered, { systemID: "7" })),
          jobs: () => items(job),
        },
      ],
      [
        "pg_upgrade failed",
        {
          resource: () =>
            ok(bootstrappingCluster(recovered, { pgDataImageInfo: { image: "pg:16", majorVersion: 16 } })),
          jobs: () => items(recoveryJob(1, true, "major-upgrade")),
        },
      ],
      [
        "another job",
        { resource: () => ok(bootstrappingCluster()), jobs: () => items(recoveryJob(3, true, "join")) },
      ],
      [
        "made anew over kept volumes",
        {
          resource: () => ok(bootstrappingCluster(recovered)),
          jobs: () => items(job),
          claims: () => items(dataClaim("ready")),
        },
      ],
      [
        "volumes that nobody may list",
        {
          resource: () => ok(bootstrappingCluster(recovered)),
          jobs: () => items(job),
          claims: () => ({ status: 403, body: {} }),
        },
      ],
    ];
    for (const [name, database] of cases) {
      const message = await failureOf(wait(await fakeKubernetes(database), 60));
      assert.match(message, /cannot come up: the job/, name);
      assert.doesNotMatch(message, /delete/, name);
    }
  });

  it("tells whether something moves, at the end of its time", async () => {
    const resource = () => ok(bootstrappingCluster());
    const still = await failureOf(wait(await fakeKubernetes({ resource }), 0.3));
    assert.match(still, /did not come up within 0\.3 s: nothing of it has moved for a minute\.\n/);
    assert.doesNotMatch(still, /more time/);
    const restoring = { ...recoveryPod(1), status: { phase: "Running" } };
    const moving = await fakeKubernetes({ resource, pods: () => items(restoring) });
    assert.match(await failureOf(wait(moving, 0.3)), /it is still on its way\.\n.*give it more time/);
  });

  it("quotes of a database that was changed what was logged since, and names the way out", async () => {
    const fatal = JSON.stringify({
      logger: "postgres",
      msg: '2026-11-22 10:00:00.000 UTC [7] FATAL:  could not access file "vchord.so": No such file or directory',
    });
    const postgres = { name: "postgres", image: "pg:17", ready: false, state: { running: {} } };
    const stopped = { ...instance({}), status: { phase: "Running", containerStatuses: [postgres] } };
    const asked: (string | null)[] = [];
    const of = (sinceTheChange: string): Cluster => ({
      resource: () => ok(clusterObject({}, {}, 2)),
      pods: () => items(stopped),
      log: (_pod, _container, since) => {
        asked.push(since);
        return ok(since === null ? fatal : sinceTheChange);
      },
    });
    const options = { timeoutSeconds: 0.3, pollMs: 20, log: () => undefined, generationBefore: 1 };
    const after = async (cluster: Cluster) => {
      const { kubeconfig } = await fakeKubernetes(cluster);
      return failureOf(untilDatabaseAnswers({ kubeconfig }, "shop", "orders", options));
    };
    const broken = await after(of(fatal));
    assert.match(broken, /PostgreSQL does not start in the pod orders-1\.\n/);
    assert.match(broken, /postgres: FATAL: could not access file "vchord\.so"/);
    assert.match(
      broken,
      /The image lacks this library\..*kubectl -n shop delete pod orders-1\. .* same volumes/,
    );
    assert.deepEqual([...new Set(asked)], ["11"]);
    const takenBack = await after(of(""));
    assert.match(
      takenBack,
      /failed to start in the pod orders-1 before this change, and has not been started/,
    );
    assert.match(takenBack, /kubectl -n shop delete pod orders-1\./);
    assert.doesNotMatch(takenBack, /vchord/);
  });

  it("gives a recovery that the network failed more attempts, until its Job is over", async () => {
    const timedOut =
      '{"level":"error","msg":"restore error","error":"Could not connect to the endpoint URL"}';
    const with_ = (isOver: boolean): Cluster => ({
      resource: () => ok(clusterObject()),
      jobs: () => items(recoveryJob(5, isOver)),
      pods: () => items(recoveryPod(1)),
      log: () => ok(timedOut),
    });
    const trying = await failureOf(wait(await fakeKubernetes(with_(false)), 0.3));
    assert.match(trying, /did not come up within 0\.3 s: the job orders-1-full-recovery failed 5 times/);
    assert.doesNotMatch(trying, /another try/, "no recovery of this project's");
    assert.match(await failureOf(wait(await fakeKubernetes(with_(true)), 60)), /cannot come up: the job/);
  });

  it("names what keeps the pods waiting at the end of the time", async () => {
    const cluster = await fakeKubernetes({
      resource: () => ok(clusterObject()),
      pods: () => items(waitingPod("CreateContainerConfigError", 'secret "orders-app" not found')),
      claims: () => items({ metadata: { name: "orders-1" }, status: { phase: "Pending" } }),
    });
    const message = await failureOf(wait(cluster, 0.3));
    assert.match(message, /does not run \(CreateContainerConfigError: secret "orders-app" not found\)/);
    assert.match(message, /Kubernetes says: volume claim orders-1 waits for a volume/);
  });

  it("fails at once for a kubeconfig that is none, or lacks the context", async () => {
    const { kubeconfig } = await fakeKubernetes({});
    assert.match(await failureOf(wait({ kubeconfig: "no: [" }, 60)), /the kubeconfig cannot be used/);
    assert.match(await failureOf(wait({ kubeconfig, context: "elsewhere" }, 60)), /"elsewhere"/);
  });

  it("always ends within its time, whatever the cluster answers", async () => {
    const reply = fc.constantFrom<Reply>(
      "silence",
      "break",
      away,
      { status: 403, body: {} },
      { status: 404, body: {} },
      { status: 429, body: "slow down" },
      ok("not JSON of any use"),
      ok({}),
      ok(null),
      items(null),
      items({}),
      ok(clusterObject()),
      ok(readyCluster()),
      ok(clusterObject({ phase: "Cluster is unrecoverable and needs manual intervention" })),
      items(recoveryJob(9)),
      items(recoveryPod(1)),
      items(waitingPod("ImagePullBackOff", "no such host")),
    );
    const exec = fc.constantFrom(
      "silence" as const,
      "break" as const,
      { status: 403 },
      { status: 500 },
      { prints: "f" },
    );
    const replies = fc.record({
      resource: fc.array(reply, { minLength: 1, maxLength: 4 }),
      other: fc.array(reply, { minLength: 1, maxLength: 4 }),
      exec,
    });
    const timeoutSeconds = 0.15;
    const answerMs = 300;
    await fc.assert(
      fc.asyncProperty(replies, async (script) => {
        let asked = 0;
        const next = (list: Reply[]) => () => list[asked++ % list.length] ?? "silence";
        const other = next(script.other);
        const { kubeconfig, close } = await startKubernetes({
          resource: next(script.resource),
          pods: other,
          jobs: other,
          log: other,
          exec: () => script.exec,
        });
        const start = performance.now();
        const outcome = await wait({ kubeconfig }, timeoutSeconds, [], answerMs).catch(
          (error: unknown) => error,
        );
        close();
        assert.ok((performance.now() - start) / 1_000 < timeoutSeconds + (3 * answerMs) / 1_000 + 1);
        if (outcome instanceof Error)
          assert.match(outcome.message, /^Database shop\/orders (cannot|did not) come up/);
      }),
      { numRuns: 40 },
    );
  });
});
