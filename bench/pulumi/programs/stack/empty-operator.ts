import * as pulumi from "@pulumi/pulumi";

/**
 * The operator's namespace and release are one of a kind in a cluster, and the lab's own stack has them. Here they get
 * other names; the chart is an empty one, by config.
 */
pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
  const given = props as Record<string, unknown>;
  if (type === "kubernetes:helm.sh/v3:Release")
    return { props: { ...given, name: "bench-stack-operator" }, opts };
  const isOperators = type === "kubernetes:core/v1:Namespace" && "parent" in opts && isOperator(opts.parent);
  if (!isOperators) return undefined;
  return { props: { ...given, metadata: { name: "bench-stack-operator" } }, opts };
});

const isOperator = (parent: pulumi.Resource | undefined): boolean =>
  (parent as { __pulumiType?: unknown } | undefined)?.__pulumiType === "cnpg-rgw:cnpg:CnpgOperator";
