import type { ProviderDefinition } from "../sdk/provider.ts";
import { pluginVersion } from "../versions.ts";
import { randomPassword, randomString } from "./text.ts";

/** The lab's own stand-in for the official plugin `random`: passwords and random names. */
export const randomProvider: ProviderDefinition = {
  name: "random",
  version: pluginVersion("random"),
  resource: (type) =>
    ({
      "random:index/randomPassword:RandomPassword": randomPassword,
      "random:index/randomString:RandomString": randomString,
    })[type],
};
