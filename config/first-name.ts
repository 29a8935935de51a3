import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { type StackName, ifKnown, settled } from "../components/internal.ts";

const stackName = z.object({ project: z.string(), stack: z.string() });

/**
 * The name that the stack had in its first update. `pulumi stack rename` changes every URN, and what comes of the
 * stack's name: where it keeps backups, and by which labels it knows its own. A Stash is for life: its output stays what
 * its input was first. It is protected with the databases.
 */
export async function firstName(protect: boolean): Promise<StackName> {
  const now = { project: pulumi.getProject(), stack: pulumi.getStack() };
  const stash = new pulumi.Stash("first-stack-name", { input: now }, { protect });
  await settled(stash.urn);
  // Not known where `--target` leaves it out, before it was made.
  return stackName.safeParse(await ifKnown(stash.output)).data ?? now;
}
