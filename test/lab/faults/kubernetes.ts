import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { barmanCloudImages, operatorImage } from "../../../lab/kubernetes/facts.ts";
import { kubectl } from "../support/lab.ts";
import { passing } from "../support/database.ts";
import { signalProcesses } from "../support/machine.ts";
import { setConfig } from "../support/stack.ts";
import { changeOfSecret, databases, whenDestroyed, whenRefreshed } from "./changes.ts";
import type { Fault, Mend, Theme } from "./fault.ts";
import { hanging, killed } from "./machines.ts";

const inOperators = (...args: string[]): Promise<string> => kubectl("-n", "cnpg-system", ...args);
const operator = "deployment/cnpg-cloudnative-pg";

/** Nothing runs behind the webhooks that every change of a database has to pass. */
async function withoutOperator(): Promise<Mend> {
  await inOperators("scale", operator, "--replicas=0");
  await inOperators(
    "wait",
    "--for=delete",
    "pod",
    "-l",
    "app.kubernetes.io/name=cloudnative-pg",
    "--timeout=60s",
  );
  return async () => {
    await inOperators("scale", operator, "--replicas=1");
    await inOperators("rollout", "status", operator, "--timeout=120s");
  };
}

/** What runs behind the webhooks takes connections and never answers. */
function hangingOperator(): Promise<Mend> {
  const process = "manager controller";
  assert.ok(signalProcesses(process, "SIGSTOP") > 0, "the operator to stop");
  return Promise.resolve(async () => {
    signalProcesses(process, "SIGCONT");
    // It finds that it is the leader no more, and starts anew.
    await sleep(5_000);
    await inOperators("rollout", "status", operator, "--timeout=120s");
  });
}

let memory = 300;
const changeOfOperator: Pick<Fault, "while" | "change"> = {
  while: "the operator's release is changed",
  change: () => setConfig({ "cnpg-rgw:operator.values.resources.requests.memory": `${memory++}Mi` }),
};

const webhookFails = [
  /failed calling webhook "[^"]*\.cnpg\.io"/,
  /The operator does not answer \(Service [^\n]*/,
];

/** The provider's words, of objects and of Helm releases. */
export const unreachable = /(?:cluster is unreachable|unreachable cluster)[^\n]*/;

/** The program's own, before anything is made: it asks for a minute which databases there are. */
export const unanswered = /Could not check whether a database of this stack runs [^\n]*/;

export const kubernetesTheme: Theme = {
  title: "Kubernetes",
  notes: ["What the Kubernetes provider says is in its own words."],
  faults: [
    {
      name: "API server down",
      ...changeOfSecret,
      cause: () => killed("kube-apiserver"),
      says: [unanswered],
      seconds: 120,
    },
    {
      name: "API server hangs (SIGSTOP)",
      ...changeOfSecret,
      cause: () => hanging("kube-apiserver"),
      says: [unanswered],
      seconds: 150,
    },
    {
      name: "API server down",
      ...whenRefreshed,
      cause: () => killed("kube-apiserver"),
      says: [unreachable],
      seconds: 60,
    },
    {
      name: "API server down",
      ...whenDestroyed,
      cause: () => killed("kube-apiserver"),
      says: [unreachable],
      seconds: 60,
    },
    {
      name: "API server hangs (SIGSTOP)",
      ...whenRefreshed,
      cause: () => hanging("kube-apiserver"),
      says: [unreachable],
      seconds: 150,
    },
    {
      name: "API server hangs (SIGSTOP)",
      ...whenDestroyed,
      cause: () => hanging("kube-apiserver"),
      says: [unreachable],
      seconds: 150,
    },
    {
      name: "API server down",
      ...changeOfOperator,
      cause: () => killed("kube-apiserver"),
      says: [unanswered],
      seconds: 120,
    },
    {
      name: "Webhook does not answer: the operator is scaled to none",
      while: "a database is made",
      change: databases([passing("webhook")]),
      cause: withoutOperator,
      says: webhookFails,
      seconds: 120,
      restore: databases([]),
    },
    {
      name: "Webhook hangs: the operator's process is stopped (SIGSTOP)",
      while: "a database is made",
      change: databases([passing("webhook-hangs")]),
      cause: hangingOperator,
      says: webhookFails,
      seconds: 120,
      restore: databases([]),
    },
    {
      name: "etcd hangs (SIGSTOP)",
      ...changeOfSecret,
      cause: () => hanging("etcd"),
      says: [unanswered],
      seconds: 180,
    },
  ],
};

const correct = (how: () => Promise<unknown>): NonNullable<Fault["byHand"]> => ({
  what: "correcting the image in the config",
  how,
});

/** Images that no registry has. */
export const imageTheme: Theme = {
  title: "Images",
  notes: [
    "Helm waits for its whole timeout, here 300 s, whatever the pods say, and then takes the release back; so the" +
      " databases' operator runs on as before. A database is given up after two minutes with the same error.",
  ],
  faults: [
    {
      name: "The operator's image is not to be had",
      while: "the operator's release is changed",
      change: () => setConfig({ "cnpg-rgw:operator.values.image.repository": "localhost/not-there" }),
      says: [
        /Helm release cnpg in namespace cnpg-system does not come up[^\n]*not-there[^\n]*Correct the name of the image[^\n]*/,
      ],
      seconds: 420,
      byHand: correct(() =>
        setConfig({ "cnpg-rgw:operator.values.image.repository": operatorImage.repository }),
      ),
    },
    {
      name: "The Barman Cloud plugin's image is not to be had",
      while: "the plugin is changed",
      change: () => setConfig({ "cnpg-rgw:barmanPlugin.image": "localhost/not-there:1" }),
      says: [/[^\n]*localhost\/not-there:1[^\n]*/],
      seconds: 360,
      byHand: correct(() => setConfig({ "cnpg-rgw:barmanPlugin.image": barmanCloudImages.image })),
    },
    {
      name: "PostgreSQL's image is not to be had",
      while: "a database is made",
      change: databases([passing("image", { imageName: "localhost/not-there:17" })]),
      says: [
        /cannot come up: the image localhost\/not-there:17 cannot be pulled \([^\n]*\)\./,
        /What to do: Correct the name of the image[^\n]*/,
      ],
      seconds: 240,
      byHand: correct(databases([passing("image")])),
      restore: databases([]),
    },
  ],
};
