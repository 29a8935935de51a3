import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { takesBack } from "../kubernetes/owner.ts";
import manifest from "./generated/manifest.json" with { type: "json" };

interface ChildOptions {
  parent: pulumi.Resource;
  /** What comes first: before it is made the cluster is asked whether there is a plugin of others. */
  dependsOn: pulumi.Resource;
}

/**
 * The CRD of ObjectStore. It outlives the component: with it Kubernetes would delete every ObjectStore, which is what
 * says where a database's backups are. The next install takes it over, and brings it to its own version.
 */
export function objectStoreDefinition(
  name: string,
  opts: ChildOptions,
): k8s.apiextensions.v1.CustomResourceDefinition {
  const { metadata, spec } = manifest.crd;
  const annotations = { ...metadata.annotations, ...takesBack };
  return new k8s.apiextensions.v1.CustomResourceDefinition(
    `${name}-crd`,
    { metadata: { ...metadata, annotations }, spec },
    { ...opts, retainOnDelete: true },
  );
}

/** What the plugin may do, and two roles for people who look after ObjectStores. */
export function permissions(
  name: string,
  namespace: pulumi.Output<string>,
  opts: ChildOptions,
): pulumi.Resource[] {
  const { Role, RoleBinding, ClusterRole, ClusterRoleBinding } = k8s.rbac.v1;
  const here = <T extends object>(object: T) => ({ ...object, namespace });
  const clusterRole = (suffix: string, { metadata, rules }: ClusterRoleManifest) =>
    new ClusterRole(`${name}-${suffix}`, { metadata, rules }, opts);

  const { leaderElectionRole, leaderElectionRoleBinding, clusterRoleBinding } = manifest;
  return [
    new Role(
      `${name}-leader-election-role`,
      { metadata: here(leaderElectionRole.metadata), rules: leaderElectionRole.rules },
      opts,
    ),
    new RoleBinding(
      `${name}-leader-election-role-binding`,
      {
        metadata: here(leaderElectionRoleBinding.metadata),
        roleRef: leaderElectionRoleBinding.roleRef,
        subjects: leaderElectionRoleBinding.subjects.map(here),
      },
      opts,
    ),
    clusterRole("cluster-role", manifest.clusterRole),
    new ClusterRoleBinding(
      `${name}-cluster-role-binding`,
      {
        metadata: clusterRoleBinding.metadata,
        roleRef: clusterRoleBinding.roleRef,
        subjects: clusterRoleBinding.subjects.map(here),
      },
      opts,
    ),
    clusterRole("object-store-editor-role", manifest.objectStoreEditorRole),
    clusterRole("object-store-viewer-role", manifest.objectStoreViewerRole),
  ];
}

type ClusterRoleManifest = Pick<typeof manifest.clusterRole, "metadata" | "rules">;
