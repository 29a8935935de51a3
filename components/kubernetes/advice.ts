import * as pulumi from "@pulumi/pulumi";

import { isMocked } from "../pulumi/mocks.ts";
import { log } from "../pulumi/log.ts";

/**
 * For objects that the operator's webhooks check: says what to do about an error of the API server. The provider shows
 * the API server's own words only.
 */
export function advisesOnErrors(resource: pulumi.Resource | undefined): {
  hooks?: pulumi.ResourceHookBinding;
} {
  if (isMocked()) return {};
  count += 1;
  const advise = new pulumi.ErrorHook(`webhook-advice-${count}`, ({ errors: [newest = ""] }) => {
    const advice = adviceOn(newest);
    if (advice !== undefined) log("error", advice, resource);
    return Promise.resolve(false);
  });
  return { hooks: { onError: [advise] } };
}

let count = 0;

/** What to do about an error of the API server; undefined for one that is not known. */
export const adviceOn = (error: string): string | undefined =>
  table.find(({ pattern }) => pattern.test(error))?.advice(error);

const table: readonly { pattern: RegExp; advice: (error: string) => string }[] = [
  { pattern: /failed calling webhook/, advice: onSilentWebhook },
];

function onSilentWebhook(error: string): string {
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
