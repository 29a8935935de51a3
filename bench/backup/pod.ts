import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { z } from "zod";
import { checksumEnvironment } from "../../components/internal.ts";
import { barmanCloudImages, postgresImage } from "../../lab/kubernetes/facts.ts";
import { kubectl } from "../shared/lab.ts";
import type { Keys } from "../shared/rgw-user.ts";

/**
 * A pod as CloudNativePG's are: PostgreSQL, and beside it the plugin's sidecar with barman-cloud, which share the data
 * folder and the socket. A pod of its own, so that neither the operator nor the archiver works while others are timed.
 */
export const namespace = "bench-backup";
const podName = "bench";
const credentials = "store";

/** Folders in the pod. */
export const dataFolder = "/data/pgdata";
export const restoreFolder = "/data/restored";
const socketFolder = "/var/run/postgresql";

const volumes = [
  { name: "data", mountPath: "/data" },
  { name: "run", mountPath: socketFolder },
  { name: "tmp", mountPath: "/tmp" },
];

function objects(keys: Keys): unknown[] {
  const common = {
    imagePullPolicy: "IfNotPresent",
    volumeMounts: volumes,
    envFrom: [{ secretRef: { name: credentials } }],
    env: checksumEnvironment,
  };
  const environment = {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_DEFAULT_REGION: "local",
  };
  const forever = ["python3", "-c", "import signal; signal.pause()"];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: credentials, namespace },
      stringData: environment,
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: podName, namespace },
      spec: {
        securityContext: { runAsUser: 26, runAsGroup: 26, fsGroup: 26, runAsNonRoot: true },
        terminationGracePeriodSeconds: 0,
        containers: [
          { name: "postgres", image: postgresImage, command: ["sleep", "infinity"], ...common },
          { name: "barman", image: barmanCloudImages.sidecarImage, command: forever, ...common },
        ],
        volumes: volumes.map(({ name }) => ({ name, emptyDir: {} })),
      },
    },
  ];
}

export async function makePod(keys: Keys): Promise<void> {
  const input = objects(keys)
    .map((object) => stringify(object))
    .join("---\n");
  await kubectl(["apply", "-f", "-"], { input });
  const ready = ["wait", "--for=condition=Ready", `pod/${podName}`, "-n", namespace, "--timeout=120s"];
  await kubectl(ready, { timeoutMs: 130_000 });
}

export async function removePod(): Promise<void> {
  const gone = ["delete", "namespace", namespace, "--ignore-not-found", "--timeout=120s"];
  await kubectl(gone, { timeoutMs: 130_000 });
}

type Container = "postgres" | "barman";

/** Runs a command in a container and returns what it prints. */
export async function inPod(
  container: Container,
  argv: readonly string[],
  options: { input?: string; timeoutMs?: number } = {},
): Promise<string> {
  const exec = ["exec", "-i", "-n", namespace, podName, "-c", container, "--", ...argv];
  return kubectl(exec, { input: "", ...options });
}

/** Runs one of the bench's Python scripts beside barman-cloud; the job goes in by stdin, the answer is checked. */
export async function python<T>(
  script: "measure" | "s3",
  job: object,
  answer: z.ZodType<T>,
  timeoutMs = 600_000,
): Promise<T> {
  const source = readFileSync(join(import.meta.dirname, "scripts", `${script}.py`), "utf8");
  const options = { input: JSON.stringify(job), timeoutMs };
  return answer.parse(JSON.parse(await inPod("barman", ["python3", "-c", source], options)));
}
