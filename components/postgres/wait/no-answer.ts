import { reasonOf, statusOf } from "../../kubernetes/api.ts";
import type { Obstacle } from "./obstacle.ts";

/** Where the Cluster could not be looked at. */
export function noLook(error: unknown): Obstacle {
  const reason = reasonOf(error);
  const status = statusOf(error);
  if (status === 404) {
    return {
      key: "absent",
      problem: "there is no such Cluster",
      advice:
        "See whether something deletes it (kubectl get events), and whether CloudNativePG's CRDs are installed.",
      patience: 30,
    };
  }
  if (status === 401 || status === 403) {
    return {
      key: "refused",
      problem: `the Kubernetes API server refuses to say how it is (${reason})`,
      advice:
        "Give the user of the kubeconfig the right to get clusters.postgresql.cnpg.io, to list pods and jobs, to get" +
        " pods/log and to create pods/exec in that namespace.",
      patience: 60,
    };
  }
  return {
    key: "away",
    problem: `the Kubernetes API server does not answer (${reason})`,
    advice:
      "See that it runs and can be reached from here; the database may be well meanwhile. Then run it again.",
    patience: Infinity,
  };
}

export const badKubeconfig = (error: unknown): Obstacle => ({
  key: "kubeconfig",
  problem: `the kubeconfig cannot be used: ${reasonOf(error)}`,
  advice: "Correct the file or the name of the context.",
  patience: 0,
});

export const noSql = (pod: string, reason: string): Obstacle => ({
  key: "sql",
  pod,
  problem: `the primary ${pod} does not answer SQL (${reason.slice(0, 300)})`,
  advice: "Its log says why.",
  patience: Infinity,
});
