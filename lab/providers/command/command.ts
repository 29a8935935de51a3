import { randomBytes } from "node:crypto";
import { z } from "zod";
import {
  diffInputs,
  isObject,
  secret,
  UNKNOWN,
  type Log,
  type Operation,
  type Props,
  type Resource,
} from "../sdk/provider.ts";
import { dial } from "./connection.ts";
import { checkCommand, CommandInputs, inputNames } from "./inputs.ts";
import { runCommand, unsetVariables } from "./session.ts";

const Outputs = z.object({ stdout: z.string().default(""), stderr: z.string().default("") });
type Outputs = z.infer<typeof Outputs>;

const ACCEPT_ENV_HINT =
  "the SSH server accepts only the variables that its AcceptEnv names; or write 'NAME=value command' instead";

/** A command over SSH: `create` runs once, `update` (or `create` again) on any change, `delete` at the end. */
export function remoteCommand(log: () => Log | undefined): Resource {
  return {
    check: ({ news }) =>
      Promise.resolve({
        inputs: { ...news, connection: hideConnection(news.connection) },
        failures: checkCommand(news),
      }),
    // The SDK replaces on `triggers`, by its option replaceOnChanges: to the plugin they are inputs like any other.
    diff: ({ state, news, marked }) => {
      const { changes } = diffInputs(declared(marked?.state ?? state), declared(marked?.news ?? news));
      return Promise.resolve({ changes, answer: "command" });
    },
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
  };
}

const secretsOfConnection = ["password", "privateKey", "privateKeyPassword"];

/** The plugin's schema says secret of the connection and of what is secret in it, so there is a secret in a secret. */
function hideConnection(connection: unknown): unknown {
  if (!isObject(connection)) return connection === undefined ? undefined : secret(connection);
  const hidden = secretsOfConnection.filter((key) => connection[key] !== undefined);
  return secret({
    ...connection,
    ...Object.fromEntries(hidden.map((key) => [key, secret(connection[key])])),
  });
}

async function run(
  command: string | undefined,
  inputs: CommandInputs,
  previous: Outputs,
  operation: Operation,
  log: Log | undefined,
): Promise<Outputs> {
  if (command === undefined) return previous;
  const { signal } = operation;
  const report = (message: string) => log?.status(message, operation.urn);
  // `customTimeouts` end the dialling alone: a command that runs is waited for.
  const client = await dial(inputs.connection, operation, report);
  try {
    const environment = { ...inputs.environment, ...previousOutput(inputs, previous) };
    const refused = await unsetVariables(client, environment, signal);
    const missing = refused.find((name) => inputs.environment?.[name] !== undefined);
    if (missing !== undefined) {
      log?.error(`Unable to set '${missing}': ${ACCEPT_ENV_HINT}`, operation.urn);
      throw new Error(`could not set environment variable "${missing}": ssh: setenv failed`);
    }
    for (const name of refused) log?.warning(`Unable to set '${name}': ${ACCEPT_ENV_HINT}`, operation.urn);
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
