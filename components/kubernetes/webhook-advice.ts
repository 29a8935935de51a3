import * as pulumi from "@pulumi/pulumi";

import { isMocked } from "../pulumi/mocks.ts";
import { log } from "../pulumi/log.ts";

/**
 * For objects that the operator's webhooks check: says what to do where the API server could not ask them. The provider
 * shows the API server's own words only.
 */
export function advisesOnWebhook(resource: pulumi.Resource | undefined): {
  hooks?: pulumi.ResourceHookBinding;
} {
  if (isMocked()) return {};
  count += 1;
  const advise = new pulumi.ErrorHook(`webhook-advice-${count}`, ({ errors: [newest = ""] }) => {
    const advice = webhookAdvice(newest);
    if (advice !== undefined) log("error", advice, resource);
    return Promise.resolve(false);
  });
  return { hooks: { onError: [advise] } };
}

let count = 0;

/** What to do about an error that says that a webhook could not be asked; undefined for any other. */
export function webhookAdvice(error: string): string | undefined {
  if (!error.includes("failed calling webhook")) return undefined;
  const [, service = "", namespace = ""] = /https:\/\/([\w-]+)\.([\w-]+)\.svc/.exec(error) ?? [];
  const where = service === "" ? "" : ` (Service ${service} in namespace ${namespace})`;
  const look =
    namespace === "" ? "kubectl get pods -A" : `kubectl -n ${namespace} get deployments,pods,endpoints`;
  const isOperators = service === "" || service === "cnpg-webhook-service";
  return (
    `${isOperators ? "The operator" : "A webhook of this Kubernetes"} does not answer${where}, and Kubernetes asks it ` +
    "before every change to a database. Databases keep running. " +
    `Find out why: ${look}. When it runs again, run \`pulumi up\` again.`
  );
}
