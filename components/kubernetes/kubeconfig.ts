import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import type { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";

import { asciiJson, shown } from "../pulumi/arguments.ts";
import type { KubernetesArgs } from "./api.ts";
import { keepConfigFromLoginCommands } from "./login-environment.ts";

/** A mistake in the kubeconfig, or in the settings that choose it. Asking again would not help. */
export class KubeconfigMistake extends Error {}

/** What the Kubernetes provider takes a kubeconfig for: the path of a file where there is one, or else the content. */
type Given = { path: string } | { content: string };

/** Undefined where none is given; an empty one is none, as to the provider. */
export function givenKubeconfig({ kubeconfig }: KubernetesArgs): Given | undefined {
  if (kubeconfig === undefined || kubeconfig === "") return undefined;
  const path = withHome(kubeconfig);
  return existsSync(path) ? { path } : { content: kubeconfig };
}

/** As the provider does: no shell has seen what stands in the config. */
const withHome = (path: string): string => (/^~(\/|$)/.test(path) ? join(homedir(), path.slice(1)) : path);

/** Loads it with its context, if one is named. Throws where it cannot be read, or says of no cluster where that is. */
export function loadKubeconfig(kube: KubeConfig, kubernetes: KubernetesArgs): void {
  // Here, because in a user's own program a component may be the first to log in.
  keepConfigFromLoginCommands();
  const given = givenKubeconfig(kubernetes);
  if (given && "content" in given && isLikePath(given.content)) throw mistake(kubernetes, "does not exist");
  try {
    if (given === undefined) kube.loadFromDefault();
    else if ("path" in given) kube.loadFromFile(given.path);
    else kube.loadFromString(given.content);
  } catch (error) {
    throw mistakeIn(kubernetes, error) ?? mistake(kubernetes, faultOf(error));
  }
  if (kubernetes.context !== undefined && kubernetes.context !== "")
    kube.setCurrentContext(kubernetes.context);
  setCluster(kube, kubernetes);
  const problem = withoutCluster(kube, kube.getCurrentContext());
  if (problem !== undefined) throw mistake(kubernetes, problem);
}

function setCluster(kube: KubeConfig, args: KubernetesArgs): void {
  const { cluster = "" } = args;
  if (cluster === "") return;
  if (kube.getCluster(cluster) === null) throw mistake(args, `has no cluster ${shown(cluster)}`);
  const current = kube.getCurrentContext();
  kube.contexts = kube.contexts.map((one) => (one.name === current ? { ...one, cluster } : one));
}

function withoutCluster(kube: KubeConfig, context: string | undefined): string | undefined {
  if (kube.getContexts().length === 0) return "has no contexts, so it is not a kubeconfig";
  if (context === undefined) return "has no current context";
  if (!kube.getContextObject(context)) return `has no context ${shown(context)}`;
  const current = kube.getCurrentCluster();
  if (!current) return `has no cluster for the context ${shown(context)}`;
  return URL.canParse(current.server)
    ? undefined
    : `has a server that is not a URL, in the cluster of the context ${shown(context)}`;
}

/** A message of the parser may quote from the content, with keys and tokens in it. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return "is not a kubeconfig";
  if (/^(clusters|users|contexts)\[\d+\][\w.]* is missing$/.test(error.message)) {
    return `is incomplete: ${error.message}`;
  }
  return error.name === "YAMLException" ? "is not YAML" : "is not a kubeconfig";
}

const systemError = z.object({ code: z.string(), syscall: z.string().regex(/^(open|read|spawn)/) });

/** A file that is missing or that may not be read, or a login command that is missing; undefined for another error. */
export function mistakeIn(kubernetes: KubernetesArgs, error: unknown): KubeconfigMistake | undefined {
  const { code } = (error instanceof Error ? systemError.safeParse(error).data : undefined) ?? {};
  return code === undefined
    ? undefined
    : mistake(kubernetes, `or a file or command that it names cannot be used (${code})`);
}

/** A login command that does not end, such as one that waits for a person. */
export const loginHangs = (kubernetes: KubernetesArgs, seconds: number): KubeconfigMistake =>
  mistake(kubernetes, `names a login command that did not finish within ${seconds} s`);

const mistake = (kubernetes: KubernetesArgs, what: string): KubeconfigMistake =>
  new KubeconfigMistake(`${nameOf(kubernetes)} ${what}`);

/** By its path, and never by its content. */
function nameOf(kubernetes: KubernetesArgs): string {
  const given = givenKubeconfig(kubernetes);
  if (given && "path" in given) return `kubeconfig ${asciiJson(JSON.stringify(given.path))}`;
  const text = given?.content ?? process.env.KUBECONFIG ?? "~/.kube/config";
  return isLikePath(text) ? `kubeconfig ${shown(text)}` : "the given kubeconfig";
}

/** Of what begins otherwise there is no telling whether it is to be shown. */
const isLikePath = (text: string): boolean => /^(~|\.{1,2})?\/[^\r\n]{1,1000}$/.test(text);
