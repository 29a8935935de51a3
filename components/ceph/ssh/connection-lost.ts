import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { settled } from "../../pulumi/outputs.ts";
import { isMocked } from "../../pulumi/mocks.ts";
import { log } from "../../pulumi/log.ts";
import { server } from "./ssh-answers.ts";

/** For a command: where its connection is lost in the middle, says which host, and what to do; the provider does not. */
export function advisesOnLostConnection(
  name: string,
  connection: types.input.remote.ConnectionArgs,
  resource: pulumi.Resource,
): { hooks?: pulumi.ResourceHookBinding } {
  if (isMocked()) return {};
  const advise = new pulumi.ErrorHook(`${name}-ssh-lost`, async ({ errors: [newest = ""] }) => {
    if (isLostConnection(newest)) {
      const { user, host, port } = server.parse(await settled(connection));
      log("error", `ssh ${user}@${host} port ${port}: ${advice}`, resource);
    }
    return false;
  });
  return { hooks: { onError: [advise] } };
}

const advice =
  "the connection broke off while the script was at work there, and whether that has ended is not known. Check that the " +
  "host is up, and VPN and firewalls on the way; then run `pulumi up` again: it looks what is left to do.";

/** Whether a provider's error says that a command on the host had no end, rather than that it failed or never began. */
export function isLostConnection(error: string): boolean {
  // What a script says comes after its exit status, and may say this, too. `context deadline exceeded` is of dialling.
  if (/Process exited with|failed attempts/.test(error)) return false;
  return error.includes("remote command exited without exit status or exit signal");
}
