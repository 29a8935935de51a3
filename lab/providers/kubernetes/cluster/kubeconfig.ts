import { KubeConfig } from "@kubernetes/client-node";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { messageOf } from "../../sdk/errors.ts";
import { UNKNOWN, type Diff, type Props } from "../../sdk/provider.ts";

export interface KubeconfigChoice {
  /** A path or the content. Undefined: what kubectl would use. */
  kubeconfig?: string | undefined;
  context?: string | undefined;
  cluster?: string | undefined;
}

/** The kubeconfig with the chosen context and cluster current. */
export function loadKubeconfig(choice: KubeconfigChoice): KubeConfig {
  const config = new KubeConfig();
  load(config, choice.kubeconfig);
  if (choice.context !== undefined) config.setCurrentContext(choice.context);
  const { cluster } = choice;
  if (cluster !== undefined) {
    config.loadFromOptions({
      clusters: config.clusters,
      users: config.users,
      currentContext: config.currentContext,
      contexts: config.contexts.map((c) => (c.name === config.currentContext ? { ...c, cluster } : c)),
    });
  }
  if (config.getCurrentCluster() === null) {
    throw new Error(`the kubeconfig has no cluster for the context "${config.currentContext}"`);
  }
  return config;
}

function load(config: KubeConfig, source: string | undefined): void {
  if (source === undefined) {
    config.loadFromDefault();
    return;
  }
  const path = source === "~" || source.startsWith("~/") ? join(homedir(), source.slice(1)) : source;
  const problem = problemOf(() => {
    if (existsSync(path)) config.loadFromFile(path);
    else config.loadFromString(source);
  });
  if (problem !== undefined) throw new Error(problem);
}

/** The first line alone: those after it show the place, and a kubeconfig holds secrets. */
function problemOf(doing: () => void): string | undefined {
  try {
    doing();
    return undefined;
  } catch (error) {
    return messageOf(error).split("\n", 1)[0];
  }
}

/** A provider for another cluster replaces all its resources; a new token for the same cluster does not. */
export function diffProvider(olds: Props, news: Props): Diff {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (key) => !key.startsWith("__") && !isDeepStrictEqual(olds[key], news[key]),
  );
  const replacing = new Set(replacingKeys(olds, news));
  return {
    changes: Object.fromEntries(keys.map((key) => [key, replacing.has(key) ? "update-replace" : "update"])),
    answer: "names",
  };
}

function replacingKeys(olds: Props, news: Props): string[] {
  const identifiers = [olds.clusterIdentifier, news.clusterIdentifier];
  if (identifiers.every((value) => typeof value === "string")) {
    return identifiers[0] === identifiers[1] ? [] : ["clusterIdentifier"];
  }
  const choosing = ["kubeconfig", "context", "cluster"];
  if (choosing.some((key) => news[key] === UNKNOWN)) return choosing;
  const [before, after] = [currentCluster(olds), currentCluster(news)];
  return before !== undefined && after !== undefined && !isDeepStrictEqual(before, after) ? choosing : [];
}

// Of a kubeconfig without a cluster for its context, the operations after this one say what is wrong with it.
function currentCluster(options: Props): unknown {
  const text = (key: string) => (typeof options[key] === "string" ? options[key] : undefined);
  const kubeconfig = text("kubeconfig");
  if (kubeconfig === undefined) return undefined;
  refuseUnreadable(kubeconfig);
  try {
    return loadKubeconfig({
      kubeconfig,
      context: text("context"),
      cluster: text("cluster"),
    }).getCurrentCluster();
  } catch {
    return undefined;
  }
}

function refuseUnreadable(kubeconfig: string): void {
  const problem = problemOf(() => {
    load(new KubeConfig(), kubeconfig);
  });
  if (problem !== undefined) throw new Error(`failed to parse kubeconfig: ${problem}`);
}
