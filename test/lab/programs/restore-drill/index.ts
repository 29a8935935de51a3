import * as pulumi from "@pulumi/pulumi";

import { RestoreDrill } from "../../../../components/index.ts";
import type { DrilledDatabaseArgs } from "../../../../components/index.ts";

const config = new pulumi.Config();
const platform = new pulumi.StackReference("organization/cnpg-rgw/lab");
const ofPlatform = (output: string): pulumi.Output<string> => platform.requireOutput(output).apply(String);
const keys = { accessKeyId: ofPlatform("accessKeyId"), secretAccessKey: ofPlatform("secretAccessKey") };

const drills = new RestoreDrill("drills", {
  databases: config.requireObject<DrilledDatabaseArgs[]>("databases"),
  image: config.require("image"),
  store: {
    connection: { endpoint: ofPlatform("endpoint"), region: ofPlatform("region"), ...keys },
    // Those of the platform: whether a read-only key is enough is shown where that is made.
    readOnlyKeys: keys,
  },
});

export const { namespace, cronJobs } = drills;
