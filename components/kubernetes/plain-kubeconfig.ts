import { readFileSync } from "node:fs";
import type { AgentOptions } from "node:https";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

import { parse } from "yaml";
import { z } from "zod";

import type { KubernetesArgs } from "./api.ts";
import { givenKubeconfig } from "./kubeconfig.ts";

/** An API server, and what a request needs to be let in. */
export interface Access {
  server: URL;
  tls: AgentOptions;
  headers: Record<string, string>;
}

const file = z
  .string()
  .refine(isAbsolute)
  .pipe(z.string().transform((path) => readFileSync(path)));
const data = z.base64().transform((text) => Buffer.from(text, "base64"));
const ignored = z.unknown().optional();

const plainCluster = z.strictObject({
  server: z.url({ protocol: /^https$/ }),
  "certificate-authority": file.optional(),
  "certificate-authority-data": data.optional(),
  "insecure-skip-tls-verify": z.boolean().optional(),
  extensions: ignored,
});

const plainUser = z.strictObject({
  "client-certificate": file.optional(),
  "client-certificate-data": data.optional(),
  "client-key": file.optional(),
  "client-key-data": data.optional(),
  token: z.string().optional(),
});

const kubeconfigFile = z.object({
  "current-context": z.string().optional(),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown() })),
  users: z.array(z.object({ name: z.string(), user: z.unknown() })),
});

/**
 * Reads the usual kubeconfig: one file, certificates or a token. Undefined for every other, such as one with a login
 * command or a proxy, and for one with a fault: those are for the Kubernetes client, whose many files take half a
 * second to load.
 */
export function plainAccess(args: KubernetesArgs): Access | undefined {
  try {
    const text = textOf(args);
    return text === undefined ? undefined : accessIn(kubeconfigFile.parse(parse(text)), args);
  } catch {
    return undefined;
  }
}

function textOf(args: KubernetesArgs): string | undefined {
  const given = givenKubeconfig(args);
  if (given) return "path" in given ? readFileSync(given.path, "utf8") : given.content;
  const files = (process.env.KUBECONFIG ?? "").split(delimiter).filter(Boolean);
  if (files.length > 1) return undefined;
  return readFileSync(files[0] ?? join(homedir(), ".kube", "config"), "utf8");
}

function accessIn(config: z.output<typeof kubeconfigFile>, args: KubernetesArgs): Access | undefined {
  const contextName = args.context ?? config["current-context"];
  const context = config.contexts.find(({ name }) => name === contextName)?.context;
  const clusterName = args.cluster ?? context?.cluster;
  const cluster = plainCluster.parse(config.clusters.find(({ name }) => name === clusterName)?.cluster);
  const user = plainUser.parse(config.users.find(({ name }) => name === context?.user)?.user);
  const skipsVerification = cluster["insecure-skip-tls-verify"];
  return {
    server: new URL(cluster.server),
    tls: {
      ...given("ca", cluster["certificate-authority-data"] ?? cluster["certificate-authority"]),
      ...given("cert", user["client-certificate-data"] ?? user["client-certificate"]),
      ...given("key", user["client-key-data"] ?? user["client-key"]),
      ...given("rejectUnauthorized", skipsVerification === undefined ? undefined : !skipsVerification),
    },
    headers: user.token === undefined ? {} : { authorization: `Bearer ${user.token}` },
  };
}

const given = <K extends string, V>(name: K, value: V | undefined) =>
  (value === undefined ? {} : { [name]: value }) as Partial<Record<K, V>>;
