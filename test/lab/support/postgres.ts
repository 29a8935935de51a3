import { on, must, kubectl } from "./lab.ts";
import { until } from "../../../lab/wait.ts";

/** A Cluster of one instance, as a team would write it by hand. */
const manifest = (namespace: string): string => `
apiVersion: v1
kind: Namespace
metadata: { name: ${namespace} }
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: pg, namespace: ${namespace} }
spec:
  instances: 1
  imageName: localhost/postgresql:17
  storage: { size: 1Gi }
`;

/**
 * Makes a Cluster in a namespace of its own, asks PostgreSQL for its version, and deletes both again.
 * Returns e.g. "PostgreSQL 17".
 */
export async function postgresAnswers(namespace: string): Promise<string> {
  await must("workstation", ["kubectl", "apply", "-f", "-"], { input: manifest(namespace) });
  const query = [
    "kubectl",
    "-n",
    namespace,
    "exec",
    "pg-1",
    "-c",
    "postgres",
    "--",
    "psql",
    "-U",
    "postgres",
    "-Atc",
    "select version()",
  ];
  let answer = "";
  // Ask the database: the Cluster's phase can be stale.
  await until({ what: "PostgreSQL to answer SQL", timeoutMs: 180_000, intervalMs: 1_000 }, async () => {
    const outcome = await on("workstation", query);
    answer = outcome.stdout;
    return outcome.code === 0 || outcome.stderr.trim();
  });
  await kubectl("delete", "namespace", namespace, "--timeout=120s");
  return answer.split(".")[0] ?? "";
}
