import { passing } from "../support/database.ts";
import { mustPulumi } from "../support/lab.ts";
import { changeOfSecret, changeOfUser, databases } from "./changes.ts";
import type { Theme } from "./fault.ts";
import { cut, cutFor, slow } from "./machines.ts";

export const networkTheme: Theme = {
  title: "Network",
  notes: [
    "The switch between the hosts drops every frame, or, for the slow network, holds each frame for 100 ms each way and" +
      " loses one in twenty. A database that cannot reach the object store comes up, keeps its WAL, and archives it later;" +
      " `up` waits 90 s for the first backup of a new one, and warns as long as nothing gets there.",
  ],
  faults: [
    {
      name: "Workstation and Ceph host cut off for good",
      ...changeOfUser,
      cause: () => cut("workstation", "pve"),
      says: [/ssh ceph-admin@10\.0\.0\.10 port 22: [^\n]*/],
      seconds: 120,
    },
    {
      name: "Workstation and Ceph host cut off for 30 s",
      ...changeOfUser,
      cause: () => cutFor(30, "workstation", "pve"),
      survives: true,
      says: [],
      seconds: 120,
    },
    {
      name: "Workstation and object store cut off for good",
      ...changeOfSecret,
      cause: () => cut("workstation", "pve"),
      says: [/S3 network problem: [^\n]*/],
      seconds: 120,
      isCore: true,
    },
    {
      name: "Workstation and Kubernetes cut off for good",
      ...changeOfSecret,
      cause: () => cut("workstation", "k8s"),
      says: [/cluster is unreachable[^\n]*/],
      seconds: 150,
    },
    {
      name: "Workstation and Kubernetes cut off for 30 s",
      ...changeOfSecret,
      cause: () => cutFor(30, "workstation", "k8s"),
      survives: true,
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
      cause: () => cutFor(30, "k8s", "pve"),
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
      change: () => mustPulumi(["destroy", "--yes", "--skip-preview"]),
      cause: () => slow("workstation"),
      survives: true,
      says: [],
      seconds: 600,
    },
  ],
};
