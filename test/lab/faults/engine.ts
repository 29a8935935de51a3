import assert from "node:assert/strict";
import { until } from "../../../lab/wait.ts";
import { up } from "../support/database.ts";
import { kubectl, must, mustPulumi, pulumi } from "../support/lab.ts";
import { changeOfSecret, destroy, refresh, whenDestroyed, whenRefreshed } from "./changes.ts";
import {
  type Moment,
  type Result,
  cancelled,
  dieAndMeetTheLock,
  lockTaken,
  locked,
  printed,
} from "./dying-engine.ts";
import { databaseFaults } from "./engine-databases.ts";
import type { Fault, Theme } from "./fault.ts";

/** Helm keeps its record of a release in a Secret; by then it has begun to make the objects. */
const helmAtWork: Moment = async () => {
  const at = { what: "Helm to begin", timeoutMs: 120_000, intervalMs: 100 };
  const pending = [
    "-n",
    "cnpg-system",
    "get",
    "secrets",
    "-l",
    "owner=helm,status=pending-install",
    "-o",
    "name",
  ];
  await until(at, async () => (await kubectl(...pending)) !== "" || "no record");
};

/** Commands in an error of the program that bring the stack on. */
const advised = [
  /kubectl -n cnpg-system delete secret [\w.-]+/,
  /pulumi config set --path cnpg-rgw:operator\.adopt\.release cnpg && pulumi config set [^)\n]*/,
];
let told: string | undefined;

/** `up` meets the lock; after `pulumi cancel` it may meet what the dead engine's Helm left. */
async function tryAgain(moment: Moment, withAll: boolean): Promise<Result> {
  const first = await dieAndMeetTheLock([up, up], moment, withAll);
  const freed = await cancelled();
  // A person's `up` begins with a preview: that must not refuse what the update takes, and the other way round.
  const preview = await pulumi(["preview"]);
  const second = await pulumi(up);
  assert.equal(preview.code === 0, second.code === 0, `${preview.all}\n${second.all}`);
  told = advised.map((command) => command.exec(second.all)?.[0]).find(Boolean);
  assert.ok(second.code === 0 || told !== undefined, second.all);
  return { code: first.code, all: `${first.all}\n${freed}\n${second.all}` };
}

/** Helm may have come to its end without its engine: then its release is gone, and `destroy` has to look first. */
async function destroyAfterCancel(): Promise<void> {
  await cancelled();
  const again = await pulumi(destroy);
  if (again.code === 0) return;
  assert.match(again.all, /release: not found/);
  await mustPulumi([...destroy, "--refresh"]);
}

const otherCommands: readonly Fault[] = [
  {
    name: "The lock of an `up` whose engine was killed with -9",
    ...whenRefreshed,
    ...(changeOfSecret.change && { change: changeOfSecret.change }),
    run: () => dieAndMeetTheLock([up, refresh], lockTaken),
    says: [locked],
    seconds: 180,
    byHand: {
      what: "`pulumi cancel` and `pulumi refresh`",
      how: async () => {
        await cancelled();
        await mustPulumi(refresh);
      },
    },
  },
  {
    name: "Engine killed with -9 when the user is being removed",
    ...whenDestroyed,
    run: () => dieAndMeetTheLock([destroy, destroy], printed(/rgw-user-user deleting/)),
    says: [locked],
    seconds: 180,
    byHand: {
      what: "`pulumi cancel` and `pulumi destroy`, with `--refresh` where that says that Helm's release is not found",
      how: destroyAfterCancel,
    },
  },
];

const killed = (name: string, moment: Moment, more: Partial<Fault> & { withAll?: boolean } = {}): Fault => ({
  name,
  while: "everything is made (a first `up`)",
  change: async () => {
    // Of a test that failed before.
    await pulumi(["cancel", "--yes"]);
    await mustPulumi(destroy);
  },
  run: () => tryAgain(moment, more.withAll === true),
  says: [locked],
  mayShow: [
    /Helm release cnpg in namespace cnpg-system is in state pending-install[^\n]*/,
    /Kubernetes already has an operator: Helm release cnpg[^\n]*/,
  ],
  seconds: 300,
  byHand: {
    what: "`pulumi cancel`, `up`, and what that says",
    how: async () => {
      if (told !== undefined) await must("workstation", ["sh", "-ec", told]);
    },
  },
  restore: async () => {
    await pulumi(["config", "rm", "--path", "cnpg-rgw:operator.adopt"]);
  },
  ...more,
});

const moments: readonly (readonly [string, Moment])[] = [
  ["the lock is taken", lockTaken],
  ["the keys are made", printed(/rgw-user-secret-access-key created/)],
  ["the user is begun", printed(/rgw-user-user creating/)],
  ["the user is made", printed(/rgw-user-user created/)],
  ["the bucket is begun", printed(/backup-bucket-bucket creating/)],
  ["the operator's namespace is made", printed(/cnpg-operator-namespace created/)],
  ["the operator's release is begun", printed(/cnpg-operator-release creating/)],
  ["Helm is at work", helmAtWork],
  ["the operator's release is made", printed(/cnpg-operator-release created/)],
  ["the Barman Cloud plugin is begun", printed(/barman-cloud-plugin-deployment creating/)],
];

export const engineTheme: Theme = {
  title: "The engine itself",
  notes: [
    "The engine is killed with -9 at ten moments of a first `up`, in a `destroy`, and when a database is made or" +
      " recovered. The program and the providers that" +
      " it started end by themselves; the test waits for that. The next command meets the lock of the dead engine, which" +
      " says what to do." +
      " The `up` after that makes the rest, unless Helm was at work: one that went on without its engine leaves a release" +
      " that the stack does not know, one that died too a release that Helm will not touch. Both say what to do. The last" +
      " column is the `up` after all that.",
  ],
  faults: [
    ...moments.map(([name, moment], i) =>
      killed(`Engine killed with -9 when ${name}`, moment, i === 3 ? { isCore: true } : {}),
    ),
    killed("Power cut: engine, program, providers and Helm killed with -9 when Helm is at work", helmAtWork, {
      withAll: true,
    }),
    ...otherCommands,
    ...databaseFaults,
  ],
};
