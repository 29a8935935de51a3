/** The lab's own `random` provider. */
import { serve } from "../sdk/provider.ts";
import { pluginVersion } from "../versions.ts";
import { randomPassword, randomString } from "./text.ts";

await serve({
  name: "random",
  version: pluginVersion("random"),
  resource: (type) =>
    ({
      "random:index/randomPassword:RandomPassword": randomPassword,
      "random:index/randomString:RandomString": randomString,
    })[type],
});
