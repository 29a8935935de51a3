import { until } from "../../../lab/wait.ts";
import { passing } from "../support/database.ts";
import { mustPulumi, startPulumi } from "../support/lab.ts";
import { processesWith } from "../support/machine.ts";
import { changeOfSecret, changeOfUser, databases, destroy, whenDestroyed, whenRefreshed } from "./changes.ts";
import type { Fault, Mend, Theme } from "./fault.ts";
import { cut, slow } from "./machines.ts";
import { unanswered, unreachable } from "./kubernetes.ts";
import { couldNotLook } from "./ssh.ts";

/** Of a cut of 30 s that began before the command, which takes a moment to start. */
const outlastsTheCut = { survives: true, leastSeconds: 25 } as const;

let healCutInTheMiddle: Mend = () => Promise.resolve();

/** The script on the Ceph host has begun: the provider has logged in, and waits for its answer. */
async function cutWhenScriptRuns(command: readonly string[]): Promise<{ code: number; all: string }> {
  const started = startPulumi(command);
  // One that does not end by itself fails by its time.
  const enough = setTimeout(started.interrupt, (cutInTheMiddle.seconds + 30) * 1000);
  try {
    await started.printed(/rgw-user-user updating/);
    const script = { what: "the script on the Ceph host", timeoutMs: 30_000, intervalMs: 20 };
    await until(script, () =>
      // A pod's cgroup that goes while it is read is a reason to look again.
      Promise.resolve().then(() => processesWith('job["op"]="apply"').length > 0 || "not begun, or over"),
    );
    healCutInTheMiddle = await cut("workstation", "pve");
  } finally {
    await started.ended;
    clearTimeout(enough);
  }
  return started.ended;
}

const cutInTheMiddle: Fault = {
  name: "Workstation and Ceph host cut off for good when the script there is at work",
  ...changeOfUser,
  cause: () => Promise.resolve(() => healCutInTheMiddle()),
  run: cutWhenScriptRuns,
  says: [/ssh ceph-admin@10\.0\.0\.10 port 22: the connection broke while[^\n]*/],
  // TCP gives a host up after two and a half minutes of silence, and nothing else ends a command that runs.
  seconds: 330,
};

export const networkTheme: Theme = {
  title: "Network",
  notes: [
    "The switch between the hosts drops every frame, or, for the slow network, holds each frame for 100 ms each way and" +
      " loses one in twenty. A database that cannot reach the object store comes up, keeps its WAL, and archives it later;" +
      " `up` waits 90 s for the first backup of a new one, and warns as long as nothing gets there. Each of these rows counts" +
      " what was dropped, and fails where that is nothing; a cut of 30 s is one that the command had to wait out.",
  ],
  faults: [
    {
      name: "Workstation and Ceph host cut off for good",
      ...changeOfUser,
      cause: () => cut("workstation", "pve"),
      says: [/ssh ceph-admin@10\.0\.0\.10 port 22: [^\n]*/],
      seconds: 120,
    },
    cutInTheMiddle,
    {
      name: "Workstation and Ceph host cut off for 30 s",
      ...changeOfUser,
      cause: () => cut("workstation", "pve", 30),
      ...outlastsTheCut,
      says: [],
      mayShow: [couldNotLook],
      seconds: 120,
    },
    {
      name: "Workstation and object store cut off for good",
      ...changeOfSecret,
      cause: () => cut("workstation", "pve"),
      says: [/S3 network problem: [^\n]*/],
      seconds: 120,
    },
    {
      name: "Workstation and Kubernetes cut off for good",
      ...changeOfSecret,
      cause: () => cut("workstation", "k8s"),
      says: [unanswered],
      seconds: 150,
    },
    {
      name: "Workstation and Kubernetes cut off for good",
      ...whenRefreshed,
      cause: () => cut("workstation", "k8s"),
      says: [unreachable],
      seconds: 150,
    },
    {
      name: "Workstation and Kubernetes cut off for good",
      ...whenDestroyed,
      cause: () => cut("workstation", "k8s"),
      says: [unreachable],
      seconds: 150,
    },
    {
      name: "Workstation and Kubernetes cut off for 30 s",
      ...changeOfSecret,
      cause: () => cut("workstation", "k8s", 30),
      ...outlastsTheCut,
      says: [],
      seconds: 120,
    },
    {
      name: "Kubernetes and object store cut off for good",
      while: "a database with backups is made",
      change: databases([passing("cut")]),
      cause: () => cut("k8s", "pve"),
      survives: true,
      says: [/Database demo\/cut answers, but its WAL is not archived: [^\n]*/],
      seconds: 300,
      restore: databases([]),
    },
    {
      name: "Kubernetes and object store cut off for 30 s",
      while: "a database with backups is made",
      change: databases([passing("cut-short")]),
      cause: () => cut("k8s", "pve", 30),
      survives: true,
      says: [],
      seconds: 300,
      restore: databases([]),
    },
    {
      name: "Slow network: 200 ms, 5% lost",
      ...changeOfUser,
      cause: () => slow("workstation"),
      survives: true,
      says: [],
      seconds: 300,
    },
    {
      name: "Slow network: 200 ms, 5% lost",
      while: "everything is made (a first `up`)",
      change: () => mustPulumi(destroy),
      cause: () => slow("workstation"),
      survives: true,
      says: [],
      seconds: 600,
    },
  ],
};
