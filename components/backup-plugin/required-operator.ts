import * as pulumi from "@pulumi/pulumi";

import { userError } from "../pulumi/arguments.ts";
import { warnOnce } from "../kubernetes/ask-first.ts";
import { type KubernetesArgs, hasOperator, servesCertificates } from "../kubernetes/questions.ts";

/**
 * The namespace, once it is clear that the operator is in it: the operator looks for plugins in its own namespace
 * only, and passes over one elsewhere without a word. A preview asks nothing: the operator may not be there yet.
 */
export async function whereOperatorIs(
  kubernetes: KubernetesArgs | undefined,
  namespace: string,
  needs: { certManager: boolean },
  resource?: pulumi.Resource,
): Promise<string> {
  if (kubernetes === undefined || pulumi.runtime.isDryRun()) return namespace;
  const [operator, certificates] = await Promise.all([
    hasOperator(kubernetes, namespace),
    needs.certManager ? servesCertificates(kubernetes) : "yes",
  ]);
  if (operator === "unknown") warnOnce("operator", unknownOperator(namespace), resource);
  if (operator === "no") throw userError(noOperator(namespace), resource);
  if (certificates === "no") throw userError(noCertManager, resource);
  return namespace;
}

const unknownOperator = (namespace: string) =>
  `Could not ask whether the CloudNativePG operator is in namespace ${namespace}. That needs an answer of Kubernetes and ` +
  "the right to get services there. A plugin in another namespace than the operator's is passed over without a word";

const noOperator = (namespace: string) =>
  `There is no CloudNativePG operator in namespace ${namespace} (no Service cnpg-webhook-service). The operator uses ` +
  "plugins of its own namespace only: set 'namespace' to the operator's, and put the component after the operator " +
  "with dependsOn where both are made by one program. If this stack's operator was removed by hand, " +
  "`pulumi up --refresh` makes it again";

const noCertManager =
  "The cluster has no CRD certificates.cert-manager.io, and certManager is enabled. Install cert-manager first, or " +
  "leave certManager out: the component then makes and renews the plugin's certificates itself";
