import * as pulumi from "@pulumi/pulumi";

import { type NewInputs, beforeCreate } from "../pulumi/hooks.ts";
import { knownValues } from "../pulumi/outputs.ts";
import { isMocked } from "../pulumi/mocks.ts";
import { askedAgain, askedBeforeMaking } from "../kubernetes/ask-first.ts";
import type { KubernetesArgs } from "../kubernetes/questions.ts";
import {
  type ExistingOperator,
  type Release,
  findOperator,
  hasHistory,
  hasRelease,
  ownerOfDefinitions,
} from "./existing-operator.ts";
import { brokenOff } from "./release-trouble.ts";

/** Has the engine take a release over that is there already, instead of making one; it does so once. */
export function importsRelease(
  kubernetes: KubernetesArgs | undefined,
  isAdopted: boolean,
): pulumi.ResourceTransform[] {
  if (kubernetes === undefined || !isAdopted || isMocked()) return [];
  return [
    async ({ props, opts }) => {
      const release = await knownRelease(props);
      const isThere = release !== undefined && (await isThereForSure(kubernetes, release));
      return { props, opts: isThere ? { ...opts, import: `${release.namespace}/${release.name}` } : opts };
    },
  ];
}

/**
 * No, too, where the cluster does not tell, and where Helm was broken off over it, which would leave its values in the
 * clear in the state: then the look before the release is made says so.
 */
async function isThereForSure(kubernetes: KubernetesArgs, release: Release): Promise<boolean> {
  const seconds = pulumi.runtime.isDryRun() ? 0 : undefined;
  const isThere = await askedAgain(() => hasRelease(kubernetes, release), seconds).catch(() => false);
  return isThere && (await brokenOff(kubernetes, release, seconds)) === undefined;
}

/** Refuses to make a release where it would be a second operator, or where Helm would refuse it. */
export function refusesSecondOperator(
  resource: pulumi.Resource,
  kubernetes: KubernetesArgs | undefined,
): { hooks?: pulumi.ResourceHookBinding } {
  if (kubernetes === undefined) return {};
  return beforeCreate(resource, async (inputs) => {
    const release = await knownRelease(inputs);
    return askedBeforeMaking(
      "Kubernetes has an operator already",
      "get ValidatingWebhookConfigurations and CustomResourceDefinitions, and to list Secrets",
      () => inTheWay(kubernetes, release),
      resource,
    );
  });
}

/** Why the release cannot be made, and what to do about it. */
export async function inTheWay(
  kubernetes: KubernetesArgs,
  release: Release | undefined,
): Promise<string | undefined> {
  // A preview is the first to look; in an update releaseTrouble has waited for Helm to end before.
  const seconds = pulumi.runtime.isDryRun() ? 0 : undefined;
  const [operator, crds, pending, isTaken] = await Promise.all([
    findOperator(kubernetes),
    ownerOfDefinitions(kubernetes),
    release && brokenOff(kubernetes, release, seconds),
    release !== undefined && hasRelease(kubernetes, release),
  ]);
  if (pending !== undefined) return pending;
  const isLeft = operator && release && !isTaken && isOf(operator, release);
  if (operator && !isLeft) return alreadyThere(operator);
  if (release === undefined) return undefined;
  if (isTaken) return nameTaken(release);
  if (await hasHistory(kubernetes, release)) return historyInTheWay(release);
  return crds ? crdsOfAnother(crds.release, release) : undefined;
}

/** Whether it is of this very release. If Helm has no record of that, Helm was broken off, and takes it over now. */
const isOf = ({ release: its }: ExistingOperator, { name, namespace }: Release): boolean =>
  its?.name === name && its.namespace === namespace;

/** A release of another chart, or one whose webhooks are gone. */
const nameTaken = (release: Release): string =>
  `Helm already has a release ${release.name} in namespace ${release.namespace} and cannot install a second one under ` +
  `its name. ${takeOver(release)}. Or install the operator under another name: pulumi config set --path ` +
  `cnpg-rgw:operator.adopt.release ${release.name}-operator`;

/** What to do about the history of a release that was uninstalled with `helm uninstall --keep-history`. */
function historyInTheWay({ name, namespace }: Release): string {
  return (
    `Helm release ${name} in namespace ${namespace} was uninstalled with --keep-history, and Helm refuses to install it ` +
    "again while that history exists. Remove the history, which removes nothing else: " +
    `kubectl -n ${namespace} delete secret -l owner=helm,name=${name}`
  );
}

async function knownRelease(inputs: NewInputs): Promise<Release | undefined> {
  const { name, namespace } = await knownValues({ name: inputs.name, namespace: inputs.namespace });
  return typeof name === "string" && typeof namespace === "string" ? { name, namespace } : undefined;
}

export function alreadyThere({ namespace, release, chart, flux }: ExistingOperator): string {
  if (release === undefined) {
    return (
      `Kubernetes already has an operator, in namespace ${namespace}, that was not installed with Helm. A second one ` +
      `would take over its webhooks. Keep it ${withoutOurs(namespace)}. Or remove it first, but never its CRDs: that ` +
      "would delete every database"
    );
  }
  const by = flux === undefined ? "" : `, installed by Flux (${flux}; suspend that first)`;
  return (
    `Kubernetes already has an operator: Helm release ${release.name} in namespace ${release.namespace}` +
    `${chart === undefined ? "" : ` (chart ${chart})`}${by}. ${takeOver(release)}. It then gets the values that are ` +
    "declared here: `pulumi preview --diff` shows what changes. If another stack or tool manages it, keep it " +
    withoutOurs(namespace)
  );
}

export function crdsOfAnother(owner: Release | undefined, wanted: Release): string | undefined {
  if (owner === undefined) {
    return (
      "Kubernetes already has the operator's CRDs, and they were not installed with Helm, so Helm refuses to install " +
      "them. If no operator runs (kubectl get deployments -A -l app.kubernetes.io/name=cloudnative-pg), hand them " +
      `over to Helm: crds=$(kubectl get crd -o name | grep '\\.postgresql\\.cnpg\\.io$') && kubectl label $crds ` +
      "app.kubernetes.io/managed-by=Helm && kubectl annotate $crds " +
      `meta.helm.sh/release-name=${wanted.name} meta.helm.sh/release-namespace=${wanted.namespace}`
    );
  }
  if (owner.name === wanted.name && owner.namespace === wanted.namespace) return undefined;
  return (
    `The operator's CRDs belong to Helm release ${owner.name} in namespace ${owner.namespace}, and no other release can ` +
    `use them. ${takeOver(owner)}`
  );
}

const takeOver = ({ name, namespace }: Release): string =>
  `Adopt it with adopt.release "${name}" and namespace "${namespace}" (pulumi config set --path ` +
  `cnpg-rgw:operator.adopt.release ${name} && ${setNamespace(namespace)})`;

const withoutOurs = (namespace: string): string =>
  "and do not use CnpgOperator (pulumi config set --path cnpg-rgw:operator.enabled false && " +
  `${setNamespace(namespace)})`;

const setNamespace = (namespace: string): string =>
  `pulumi config set --path cnpg-rgw:operator.namespace ${namespace}`;
