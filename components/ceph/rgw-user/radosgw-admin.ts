import type * as pulumi from "@pulumi/pulumi";

import { checked } from "../../pulumi/arguments.ts";
import { commandRule } from "./rgw-user-rules.ts";

/** The argument `radosgwAdmin` of a component, checked, with its default. */
export const radosgwAdminOf = (
  component: pulumi.Resource,
  command: pulumi.Input<string | undefined> | undefined,
): pulumi.Output<string> =>
  checked(component, "radosgwAdmin", command, commandRule).apply((given) => given ?? "radosgw-admin");
