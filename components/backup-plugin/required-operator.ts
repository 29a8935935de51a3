import * as pulumi from "@pulumi/pulumi";

import { userError } from "../pulumi/arguments.ts";
import { warnOnce } from "../kubernetes/ask-first.ts";
import { type KubernetesArgs, hasOperator, servesCertificates } from "../kubernetes/questions.ts";

/**
 * The namespace, once it is clear that the operator is in it: the operator looks for plugins in its own namespace
 * only, and silently ignores one elsewhere. A preview asks nothing: the operator may not be there yet.
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
  `Could not check whether the CloudNativePG operator is in namespace ${namespace}: Kubernetes did not answer, or the ` +
  "account has no right to get services there. The operator silently ignores a plugin in any other namespace";

const noOperator = (namespace: string) =>
  `There is no CloudNativePG operator in namespace ${namespace} (no Service cnpg-webhook-service). The operator only ` +
  "uses plugins in its own namespace: set 'namespace' to the operator's. If one program makes both, let this component " +
  "depend on the operator with dependsOn. If this stack's operator was removed by hand, run `pulumi up --refresh` to " +
  "install it again";

const noCertManager =
  "certManager is enabled, but Kubernetes has no CRD certificates.cert-manager.io. Install cert-manager first, or leave " +
  "certManager out: the component then makes and renews the plugin's certificates itself";
