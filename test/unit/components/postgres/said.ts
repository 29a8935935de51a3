import { setImmediate } from "node:timers/promises";

import * as pulumi from "@pulumi/pulumi";

import { valueOf } from "../../mocks.ts";
import { mockMethod } from "../../../support/after-test.ts";

/** A component, and what is said about it from then on. */
export function listen(): {
  component: pulumi.ComponentResource;
  said: () => Promise<string[]>;
} {
  const component = new pulumi.ComponentResource("test:index:Test", `component-${(count += 1)}`);
  const messages: string[] = [];
  const keep = (severity: string) => (message: string) => {
    messages.push(`${severity}: ${message}`);
    return Promise.resolve();
  };
  mockMethod(pulumi.log, "warn", keep("warning"));
  mockMethod(pulumi.log, "info", keep("info"));
  const said = async (): Promise<string[]> => {
    await valueOf(component.urn);
    await setImmediate();
    return messages;
  };
  return { component, said };
}

let count = 0;
