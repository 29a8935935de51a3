import { after, before } from "mocha";
import { setTimeout as sleep } from "node:timers/promises";

import * as pulumi from "@pulumi/pulumi";
import { resetOptions } from "@pulumi/pulumi/runtime/settings.js";
import { z } from "zod";

/** One resource as a program declared it. */
export interface Declared {
  type: string;
  name: string;
  /** Secrets unwrapped; `secrets` names the inputs that are or hold one. */
  inputs: Record<string, unknown>;
  secrets: string[];
}

// How a secret travels to the engine: an object with this key (the SDK's runtime/rpc.ts) and the value.
const secretMark = "4dabf18193072939515e22adb298388d";
const marked = z.looseObject({
  [secretMark]: z.literal("1b47061264138c4ac30d75fd1eb44270"),
  value: z.unknown(),
});

interface Options {
  readonly stack?: string;
  readonly preview?: boolean;
}

/**
 * Makes the SDK record what the tests of this file or suite declare, instead of asking an engine. Resources of an
 * earlier test may still be on their way, so each test gives its component a name of its own.
 */
export function recordedResources(options: Options = {}): Declared[] {
  const declared: Declared[] = [];
  before(() => recordResources(options, declared));
  after(withoutMocks);
  return declared;
}

/** The SDK as it starts, for the files behind the one with mocks: their order must not matter. */
export function withoutMocks(): void {
  resetOptions("project", "stack", -1, "", "", false, "");
}

/** As {@link recordedResources}, from now on. */
export async function recordResources(options: Options = {}, declared: Declared[] = []): Promise<Declared[]> {
  const newResource = ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => {
    const given = z.record(z.string(), z.unknown()).parse(inputs);
    const resource: Declared = { type, name, inputs: {}, secrets: [] };
    for (const [key, value] of Object.entries(given)) {
      const secret = marked.safeParse(value);
      if (secret.success) resource.secrets.push(key);
      resource.inputs[key] = secret.success ? secret.data.value : value;
    }
    declared.push(resource);
    return {
      id: `${name}-id`,
      state: { ...(type.startsWith("random:") && { result: `made-by-${name}` }), ...given },
    };
  };
  const call = ({ token }: pulumi.runtime.MockCallArgs) => {
    throw new Error(`an unexpected call of ${token}`);
  };
  await pulumi.runtime.setMocks(
    { newResource, call },
    "cnpg-rgw",
    options.stack ?? "test",
    options.preview ?? false,
  );
  return declared;
}

/** The value of an output, once it has one. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

/** `type name` of a component and its children, in the order of their declaration. */
export function family(declared: readonly Declared[], name: string): string[] {
  const own = declared.filter((resource) => resource.name === name || resource.name.startsWith(`${name}-`));
  return own.map((resource) => `${resource.type} ${resource.name}`);
}

/** What was declared under a name; an error names what there is instead. */
export function find(declared: readonly Declared[], name: string): Declared {
  const found = declared.find((resource) => resource.name === name);
  if (!found) throw new Error(`no ${name} among ${declared.map((resource) => resource.name).join(", ")}`);
  return found;
}

/** As {@link find}, once it is declared: a resource whose inputs depend on others comes a while after them. */
export async function findSoon(declared: readonly Declared[], name: string, from = 0): Promise<Declared> {
  const deadline = Date.now() + 10_000;
  const isThere = (): boolean => declared.slice(from).some((resource) => resource.name === name);
  while (!isThere() && Date.now() < deadline) await sleep(10);
  return find(declared.slice(from), name);
}
