import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { settled } from "../../pulumi/outputs.ts";
import { isMocked } from "../../pulumi/mocks.ts";
import { log } from "../../pulumi/log.ts";
import { server } from "./ssh-answers.ts";

/** When a command's connection breaks half-way, says which host it was and what to do: the provider does not. */
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
  "the connection broke while a script was running on the host, so the script may or may not have finished. Check that " +
  "the host is up, and any VPN or firewall in between. Then run `pulumi up` again: it does what is left to do.";

/** Whether a provider's error says that a command on the host never ended, rather than that it failed or never began. */
export function isLostConnection(error: string): boolean {
  // What a script says comes after its exit status, and may hold these words. `context deadline exceeded` is dialling.
  if (/Process exited with|failed attempts/.test(error)) return false;
  return error.includes("remote command exited without exit status or exit signal");
}
