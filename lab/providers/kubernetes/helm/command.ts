import { execa } from "execa";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Session } from "../session.ts";

/** What helm said when it failed, whole. */
export class HelmError extends Error {
  override readonly name = "HelmError";
}

export interface HelmRun {
  /** Goes in by stdin. */
  values?: unknown;
  signal?: AbortSignal;
}

// A cancelled helm marks the release as failed, or takes it away if it is atomic, before it ends.
const graceMs = 60_000;

/** Runs the `helm` on PATH against the provider's cluster, and gives its stdout. */
export async function helm(session: Session, args: readonly string[], run: HelmRun = {}): Promise<string> {
  return withKubeconfig(session, async (kubeconfig) => {
    const result = await execa("helm", args, {
      ...(run.values === undefined ? { stdin: "ignore" as const } : { input: JSON.stringify(run.values) }),
      ...(run.signal === undefined ? {} : { cancelSignal: run.signal }),
      forceKillAfterDelay: graceMs,
      env: environment(session, kubeconfig),
      reject: false,
    });
    if (result.exitCode === 0) return result.stdout;
    if (result.code === "ENOENT") {
      throw new HelmError("the command helm is not on PATH; a kubernetes.helm.v3.Release needs Helm 3");
    }
    const said = withoutCommand(result.stderr.trim());
    throw new HelmError(said === "" ? result.shortMessage : said);
  });
}

/** What the library says of which the command is made: without the command's own words before it. */
export function withoutCommand(stderr: string): string {
  return stderr.replace(/^Error: (?:(?:INSTALLATION|UPGRADE) FAILED: )?/m, "");
}

/** A kubeconfig from the provider's options is a file only as long as helm runs: it holds credentials. */
async function withKubeconfig<T>(
  session: Session,
  use: (path: string | undefined) => Promise<T>,
): Promise<T> {
  const { kubeconfig, context, cluster } = session.settings;
  const isAmbient = kubeconfig === undefined && context === undefined && cluster === undefined;
  if (isAmbient || session.kubeconfig === undefined) return use(undefined);
  const folder = await mkdtemp(join(tmpdir(), "helm-kubeconfig-"));
  try {
    const path = join(folder, "config");
    await writeFile(path, session.kubeconfig.exportConfig(), { mode: 0o600 });
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function environment(session: Session, kubeconfig: string | undefined): Record<string, string> {
  const { helm: settings } = session.settings;
  const wanted: Record<string, string | undefined> = {
    KUBECONFIG: kubeconfig,
    HELM_DRIVER: settings.driver ?? process.env.PULUMI_K8S_HELM_DRIVER,
    HELM_PLUGINS: settings.pluginsPath ?? process.env.PULUMI_K8S_HELM_PLUGINS_PATH,
    HELM_REGISTRY_CONFIG: settings.registryConfigPath ?? process.env.PULUMI_K8S_HELM_REGISTRY_CONFIG_PATH,
    HELM_REPOSITORY_CONFIG:
      settings.repositoryConfigPath ?? process.env.PULUMI_K8S_HELM_REPOSITORY_CONFIG_PATH,
    HELM_REPOSITORY_CACHE: settings.repositoryCache ?? process.env.PULUMI_K8S_HELM_REPOSITORY_CACHE,
  };
  const set: Record<string, string> = {};
  for (const [key, value] of Object.entries(wanted)) if (value !== undefined) set[key] = value;
  return set;
}
