import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { takesBack } from "../kubernetes/owner.ts";
import manifest from "./generated/manifest.json" with { type: "json" };

type DeploymentArgs = k8s.types.input.apps.v1.Deployment;
/** @internal */
export type ResourceRequirements = k8s.types.input.core.v1.ResourceRequirements;

/** @internal */
export interface PluginContainer {
  image: pulumi.Input<string>;
  sidecarImage: pulumi.Input<string>;
  imagePullPolicy: pulumi.Input<string>;
  resources: pulumi.Input<ResourceRequirements>;
}

/** Names of the Secrets with each side's certificate. @internal */
export interface TlsSecretNames {
  server: pulumi.Input<string>;
  client: pulumi.Input<string>;
}

/** The plugin's Deployment as its project ships it, with images, resources and certificates filled in. @internal */
export function deployment(
  namespace: pulumi.Input<string>,
  container: PluginContainer,
  secrets: TlsSecretNames,
): DeploymentArgs {
  const { metadata, spec } = manifest.deployment;
  const podSpec = spec.template.spec;
  return {
    metadata: { ...metadata, namespace, annotations: takesBack },
    spec: {
      ...spec,
      template: {
        ...spec.template,
        spec: {
          ...podSpec,
          containers: podSpec.containers.map((shipped) => ({ ...shipped, ...filledIn(shipped, container) })),
          volumes: [
            { name: "server", secret: { secretName: secrets.server } },
            { name: "client", secret: { secretName: secrets.client } },
          ],
        },
      },
    },
  };
}

type ShippedContainer = (typeof manifest.deployment.spec.template.spec.containers)[number];

function filledIn(
  { args, readinessProbe }: ShippedContainer,
  { image, sidecarImage, imagePullPolicy, resources }: PluginContainer,
): Partial<k8s.types.input.core.v1.Container> {
  return {
    args: args.map((arg) => (arg === "--log-level=debug" ? "--log-level=info" : arg)),
    env: [{ name: "SIDECAR_IMAGE", value: sidecarImage }],
    image,
    imagePullPolicy,
    // As shipped it starts after 10 seconds and is repeated as often: `pulumi up` would wait for nothing.
    readinessProbe: { ...readinessProbe, initialDelaySeconds: 1, periodSeconds: 2 },
    resources,
  };
}
