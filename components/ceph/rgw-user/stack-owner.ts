import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { isMocked } from "../../pulumi/mocks.ts";

/** How a stack is known to others that use the same RGW user. */
export interface StackOwner {
  /** One that a renamed stack keeps, and that a stack of the same name elsewhere does not have. */
  id: pulumi.Output<string>;

  /** Its name for people: organization, project and stack. */
  stack: string;
}

/** The id is a resource, for the engine renames the URNs of all others along with the stack. */
export function stackOwner(name: string, parent: pulumi.Resource): StackOwner {
  const { result } = new random.RandomString(
    `${name}-owner`,
    { length: 16, special: false, upper: false },
    { parent },
  );
  // Mocks of unit tests may know none.
  const organization = isMocked() ? "organization" : pulumi.getOrganization();
  const stack = [organization, pulumi.getProject(), pulumi.getStack()].join("/");
  return { id: result, stack: stack.replace(/[^\w./-]/g, "-") };
}
