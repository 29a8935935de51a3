import type { Log, ProviderDefinition } from "../sdk/provider.ts";
import { pluginVersion } from "../versions.ts";
import { remoteCommand } from "./command.ts";

/** The lab's own stand-in for the official plugin `command`: commands over SSH. */
export class CommandProvider implements ProviderDefinition {
  readonly name = "command";
  readonly version = pluginVersion("command");
  #log: Log | undefined;
  readonly #command = remoteCommand(() => this.#log);

  async configure(_config: unknown, log: Log): Promise<void> {
    this.#log = log;
    return Promise.resolve();
  }

  resource(type: string) {
    return type === "command:remote:Command" ? this.#command : undefined;
  }
}
