import * as pulumi from "@pulumi/pulumi";

export interface ProtectionArgs {
  /** Whether the engine is to refuse. It takes another value with the next `pulumi up`. */
  isOn: boolean;

  /** What is not to be deleted, with all that it depends on. */
  of: pulumi.Resource[];
}

/**
 * Holds on to what it depends on. The engine deletes it first, and refuses that while it is protected, so it gets to
 * none of the others: not without a preview, not with `--target`, `--exclude-protected` or `--continue-on-error`.
 *
 * The option `protect` of each of them would go further than is meant: it refuses to replace them too, as a schedule is
 * for a base backup in a new place, and to delete those that a program does without from now on. Never leave this
 * component out of a program that had it: turn it off.
 */
export class Protection extends pulumi.ComponentResource {
  constructor(name: string, { isOn, of }: ProtectionArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("cnpg-rgw:index:Protection", name, {}, { ...opts, dependsOn: of, protect: isOn });
    this.registerOutputs({});
  }
}
