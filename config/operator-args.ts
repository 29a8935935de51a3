import * as pulumi from "@pulumi/pulumi";

import type { CnpgOperatorArgs } from "../components/index.ts";
import type { StackConfig } from "../config.ts";

/**
 * The arguments of a CnpgOperator. Where the config has something of `operator` encrypted, there is no telling what: so
 * all that a password or a token may stand in is a secret, and encrypted in the stack's state too.
 */
export function operatorArgs({
  operator,
  isOperatorEncrypted,
}: Pick<StackConfig, "operator" | "isOperatorEncrypted">): CnpgOperatorArgs {
  const { namespace, adopt, chart, chartVersion, repository, values } = operator;
  const others = { namespace, adopt, chartVersion };
  if (!isOperatorEncrypted) return { ...others, chart, repository, values };
  return {
    ...others,
    // A default is none, so that a diff goes on to show what it is.
    chart: chart && pulumi.secret(chart),
    repository: repository && pulumi.secret(repository),
    values: pulumi.secret(values),
  };
}
