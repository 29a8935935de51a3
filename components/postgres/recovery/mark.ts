import { type KubernetesArgs, withDeadline, kubernetesClient } from "../../kubernetes/api.ts";
import { configurationFor } from "../../kubernetes/client.ts";

/**
 * Annotation of a recovered Cluster that says whether it has all that its archive held. It is written once that is
 * known, and by no resource of the stack: who changes the Cluster later does not touch it.
 */
export const recoveryAnnotation = "cnpg-rgw/recovery";

/** A field manager of its own: the Kubernetes provider takes over what those named `kubectl…` own. */
const fieldManager = "cnpg-rgw";

export type RecoveryMark = { is: "complete" } | { is: "accepted" | "short"; missed: string };

/** Undefined where it was not told yet. */
export function markOf(annotations: Readonly<Record<string, string>> = {}): RecoveryMark | undefined {
  const [word, missed] = (annotations[recoveryAnnotation] ?? "").split(" ");
  if (word === "complete") return { is: word };
  return (word === "accepted" || word === "short") && missed !== undefined ? { is: word, missed } : undefined;
}

/** Writes the mark; it stays unwritten where that is not allowed, and is found out anew the next time. */
export async function writeMark(
  kubernetes: KubernetesArgs,
  { namespace, name }: { namespace: string; name: string },
  mark: RecoveryMark,
  timeoutMs = 10_000,
): Promise<void> {
  const text = mark.is === "complete" ? mark.is : `${mark.is} ${mark.missed}`;
  await withDeadline(timeoutMs, async (deadline) => {
    const { CustomObjectsApi, PatchStrategy, setHeaderOptions } = await kubernetesClient();
    await new CustomObjectsApi(await configurationFor(kubernetes, deadline)).patchNamespacedCustomObject(
      {
        group: "postgresql.cnpg.io",
        version: "v1",
        plural: "clusters",
        namespace,
        name,
        body: { metadata: { annotations: { [recoveryAnnotation]: text } } },
        fieldManager,
      },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
  }).catch(() => undefined);
}
