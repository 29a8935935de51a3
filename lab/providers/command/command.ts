import { randomBytes } from "node:crypto";
import { z } from "zod";
import {
  checkInputs,
  diffInputs,
  UNKNOWN,
  type Log,
  type Operation,
  type Props,
  type Resource,
} from "../sdk/provider.ts";
import { dial } from "./connection.ts";
import { CommandInputs } from "./inputs.ts";
import { runCommand, unsetVariables } from "./session.ts";

const TYPE = "command:remote:Command";
const inputNames = Object.keys(CommandInputs.shape);
const Outputs = z.object({ stdout: z.string().default(""), stderr: z.string().default("") });
type Outputs = z.infer<typeof Outputs>;

const ACCEPT_ENV_HINT =
  "the SSH server accepts only the variables that its AcceptEnv names; or write 'NAME=value command' instead";

/** A command over SSH: `create` runs once, `update` (or `create` again) on any change, `delete` at the end. */
export function remoteCommand(log: () => Log | undefined): Resource {
  return {
    check: ({ news }) => Promise.resolve({ inputs: news, failures: checkInputs(TYPE, CommandInputs, news) }),
    diff: ({ olds, news }) => Promise.resolve(diffInputs(olds, news, { replaceOn: ["triggers"] })),
    create: async ({ inputs, preview, ...operation }) => {
      const id = uniqueId(operation.urn);
      if (preview) return { id, outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN } };
      const parsed = CommandInputs.parse(declared(inputs));
      const outputs = await run(parsed.create, parsed, { stdout: "", stderr: "" }, operation, log());
      return { id, outputs: { ...inputs, ...outputs } };
    },
    update: async ({ news, state, preview, ...operation }) => {
      if (preview) return { ...news, stdout: UNKNOWN, stderr: UNKNOWN };
      const parsed = CommandInputs.parse(declared(news));
      const outputs = await run(
        parsed.update ?? parsed.create,
        parsed,
        Outputs.parse(state),
        operation,
        log(),
      );
      return { ...news, ...outputs };
    },
    // With the connection and the command of the last create or update: the program may no longer know them.
    delete: async ({ state, ...operation }) => {
      const parsed = CommandInputs.parse(declared(state));
      await run(parsed.delete, parsed, Outputs.parse(state), operation, log());
    },
    // What a command prints may come from any of its inputs. The SDK makes `connection` secret, so these are too.
    derivedOutputs: { stdout: inputNames, stderr: inputNames },
  };
}

async function run(
  command: string | undefined,
  inputs: CommandInputs,
  previous: Outputs,
  operation: Operation,
  log: Log | undefined,
): Promise<Outputs> {
  if (command === undefined) return previous;
  const signal = withTimeout(operation);
  const report = (message: string) => log?.status(message, operation.urn);
  const client = await dial(inputs.connection, signal, report);
  try {
    const environment = { ...inputs.environment, ...previousOutput(inputs, previous) };
    const refused = await unsetVariables(client, environment, signal);
    const missing = refused.find((name) => inputs.environment?.[name] !== undefined);
    if (missing !== undefined)
      throw new Error(`could not set environment variable "${missing}": ${ACCEPT_ENV_HINT}`);
    for (const name of refused) log?.warning(`unable to set ${name}: ${ACCEPT_ENV_HINT}`, operation.urn);
    const result = await runCommand(client, { command, environment, stdin: inputs.stdin ?? "", signal });
    if (result.failure !== undefined) {
      throw new Error(`${result.failure}: running ${JSON.stringify(command)}:\n${result.combined}`);
    }
    logOutput(result, inputs.logging, report);
    return { stdout: withoutLastNewline(result.stdout), stderr: withoutLastNewline(result.stderr) };
  } finally {
    client.end();
  }
}

function previousOutput(inputs: CommandInputs, previous: Outputs): Record<string, string> {
  if (!inputs.addPreviousOutputInEnv) return {};
  return {
    ...(previous.stdout === "" ? {} : { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr === "" ? {} : { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}

function logOutput(output: Outputs, logging: CommandInputs["logging"], report: (line: string) => void): void {
  const wanted = [
    logging === "stdout" || logging === "stdoutAndStderr" ? output.stdout : "",
    logging === "stderr" || logging === "stdoutAndStderr" ? output.stderr : "",
  ];
  for (const line of wanted.join("").split("\n")) if (line !== "") report(line);
}

function withTimeout(operation: Operation): AbortSignal {
  if (operation.timeoutSeconds === 0) return operation.signal;
  return AbortSignal.any([operation.signal, AbortSignal.timeout(operation.timeoutSeconds * 1000)]);
}

function withoutLastNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

function declared(props: Props): Props {
  return Object.fromEntries(
    Object.entries(props).filter(([key, value]) => inputNames.includes(key) && value !== null),
  );
}

function uniqueId(urn: string): string {
  return `${urn.split("::").at(-1) ?? ""}${randomBytes(4).toString("hex")}`;
}
