import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, it } from "mocha";
import { ensureBuilt } from "../../lab/build/artifact.ts";
import { earlierOperatorBinary } from "../../lab/build/go.ts";
import { chartRepository, operatorImage } from "../../lab/kubernetes/facts.ts";
import { ensureImported } from "../../lab/kubernetes/images/import.ts";
import { earlierOperator } from "../../lab/kubernetes/images/images.ts";
import { until } from "../../lab/wait.ts";
import type { Database } from "./support/database.ts";
import {
  archiveNow,
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
import { kubectl, mustPulumi } from "./support/lab.ts";
import { tablesToWrite } from "./support/writing.ts";

/** Restarts of PostgreSQL, one instance after the other, and a switchover: what CloudNativePG does with a new release. */
const longestGapMs = 60_000;

const operatorOf = (tag: string, data: Record<string, string> = {}): Record<string, unknown> => ({
  repository: chartRepository,
  values: { image: { ...operatorImage, tag }, config: { data } },
});

/** The operator's image as each instance got its manager from it. */
const managers = ({ namespace, name }: Database): Promise<string> =>
  kubectl(
    ...["-n", namespace, "get", "pods", "-l", `cnpg.io/cluster=${name},cnpg.io/podRole=instance`, "-o"],
    "jsonpath={range .items[*]}{.spec.initContainers[?(@.name=='bootstrap-controller')].image}{'\\n'}{end}",
  );

/** Writes a row at a time while some work goes on: which ids were acknowledged, and how long none was. */
async function writingThrough(
  database: Database,
  work: Promise<unknown>,
): Promise<{ ids: number[]; gapMs: number }> {
  const over = new AbortController();
  const end = work.finally(() => {
    over.abort();
  });
  // Awaited below.
  end.catch(() => undefined);
  const ids: number[] = [];
  let [last, gapMs] = [Date.now(), 0];
  while (!over.signal.aborted) {
    const id = await sql(database, "insert into written default values returning id;").catch(() => undefined);
    if (id === undefined) {
      await sleep(200);
      continue;
    }
    ids.push(Number(id));
    gapMs = Math.max(gapMs, Date.now() - last);
    last = Date.now();
  }
  await end;
  return { ids, gapMs: Math.max(gapMs, Date.now() - last) };
}

inFull.describe("an operator of an earlier release", () => {
  before(async () => {
    await ensureBuilt(earlierOperatorBinary);
    await ensureBuilt(earlierOperator);
    await ensureImported([earlierOperator], () => undefined);
  });
  after(async () => {
    await withoutDatabases();
    setPlain("operator", operatorOf(operatorImage.tag));
    await mustPulumi(up);
  });

  /** The earlier operator, as a stack had it, with a database of two instances. */
  async function startFrom(database: Database, data: Record<string, string>): Promise<string> {
    await withoutDatabases();
    setPlain("operator", operatorOf(earlierOperator.version, data));
    await mustPulumi(up);
    setDatabases([passing(database.name, { instances: 2 })]);
    await mustPulumi(up);
    await sql(database, load + tablesToWrite);
    assert.match(await managers(database), new RegExp(`:${earlierOperator.version}$`, "m"));
    return fingerprint(database);
  }

  async function moveOn(data: Record<string, string>): Promise<void> {
    setPlain("operator", operatorOf(operatorImage.tag, data));
    await mustPulumi(up);
  }

  async function assertWhole(database: Database, everything: string, ids: readonly number[]): Promise<void> {
    assert.equal(await fingerprint(database), everything);
    const kept = await sql(database, `select count(*) from written where id in (${ids.join(", ")});`);
    assert.equal(Number(kept), ids.length, "a row that was acknowledged is missing");
    await archiveNow(database);
    await mustPulumi([...up, "--expect-no-changes"]);
  }

  it("gives way to the pinned one: its database restarts by instance, and keeps every row", async () => {
    const database = inDemo("rolled");
    const everything = await startFrom(database, {});
    const isRolled = () =>
      until(
        { what: "both instances with the new manager", timeoutMs: 600_000, intervalMs: 2_000 },
        async () => {
          const [images, state] = await Promise.all([
            managers(database),
            kubectl(
              "-n",
              "demo",
              "get",
              "cluster",
              "rolled",
              "-o",
              "jsonpath={.status.readyInstances} {.status.phase}",
            ),
          ]);
          const isNew = images
            .trim()
            .split("\n")
            .every((image) => image.endsWith(`:${operatorImage.tag}`));
          return (isNew && state === "2 Cluster in healthy state") || `${images.trim()}: ${state}`;
        },
      );
    const { ids, gapMs } = await writingThrough(database, moveOn({}).then(isRolled));
    assert.ok(gapMs < longestGapMs, `no row was written for ${gapMs} ms`);
    await assertWhole(database, everything, ids);
  });

  it("gives way to the pinned one without a restart of PostgreSQL, by in-place updates", async () => {
    const data = { ENABLE_INSTANCE_MANAGER_INPLACE_UPDATES: "true" };
    const database = inDemo("in-place");
    const everything = await startFrom(database, data);
    const startedAt = (): Promise<string> => sql(database, "select pg_postmaster_start_time();");
    const before = await startedAt();
    const { ids, gapMs } = await writingThrough(
      database,
      // The operator replaces the managers soon after it is up.
      moveOn(data).then(() => sleep(60_000)),
    );
    assert.equal(await startedAt(), before);
    assert.ok(gapMs < 15_000, `no row was written for ${gapMs} ms`);
    await assertWhole(database, everything, ids);
  });
});
