/** The lab's own `command` provider. */
import { serve, type Log } from "../sdk/provider.ts";
import { pluginVersion } from "../versions.ts";
import { remoteCommand } from "./command.ts";

let log: Log | undefined;
const command = remoteCommand(() => log);

await serve({
  name: "command",
  version: pluginVersion("command"),
  configure: (_config, engineLog) => {
    log = engineLog;
    return Promise.resolve();
  },
  resource: (type) => (type === "command:remote:Command" ? command : undefined),
});
