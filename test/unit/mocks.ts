import * as pulumi from "@pulumi/pulumi";

/** One resource as a program declared it; secret inputs as the SDK marks them are unwrapped into `secrets`. */
export interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** Makes the SDK record what is declared instead of asking an engine. To be called before a program is imported. */
export async function recordResources(stack = "test"): Promise<Declared[]> {
  const declared: Declared[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => {
        const record = inputs as Record<string, unknown>;
        declared.push({ type, name, inputs: record });
        return { id: `${name}-id`, state: { result: `generated-${name}`, ...record } };
      },
      call: ({ token }) => {
        throw new Error(`an unexpected call of ${token}`);
      },
    },
    "cnpg-rgw",
    stack,
    false,
  );
  return declared;
}

/** The value of an output, once it has one. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
