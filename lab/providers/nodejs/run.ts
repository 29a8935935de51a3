import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import languageProto from "@pulumi/pulumi/proto/language_pb.js";
import { z } from "zod";
import { messageOf } from "../sdk/errors.ts";

/** The SDK's exit code for "the user has already been told what is wrong". */
const ALREADY_EXPLAINED = 32;
const KILL_AFTER_MS = 5000;

const RuntimeOptions = z.object({
  typescript: z.boolean("the runtime option 'typescript' must be a boolean").default(true),
  tsconfig: z.string("the runtime option 'tsconfig' must be a string").optional(),
  nodeargs: z.string("the runtime option 'nodeargs' must be a string").default(""),
});
export type RuntimeOptions = z.infer<typeof RuntimeOptions>;

/** Runs the program as `node …/@pulumi/pulumi/cmd/run …`, and answers when it has ended. */
export async function runProgram(
  request: languageProto.RunRequest,
  engineAddress: string,
  signal: AbortSignal,
): Promise<languageProto.RunResponse> {
  const response = new languageProto.RunResponse();
  const options = RuntimeOptions.safeParse(request.getInfo()?.getOptions()?.toJavaScript() ?? {});
  if (!options.success)
    return response.setError(options.error.issues.map((issue) => issue.message).join("; "));
  try {
    const args = [...splitWords(options.data.nodeargs), ...programArguments(request, engineAddress)];
    const outcome = await runNode(args, programEnvironment(request, options.data), signal);
    if (outcome === ALREADY_EXPLAINED) return response.setBail(true);
    return outcome === 0 ? response : response.setError(explain(outcome));
  } catch (error) {
    return response.setError(messageOf(error));
  }
}

function explain(outcome: number | NodeJS.Signals): string {
  return typeof outcome === "number"
    ? `Program exited with non-zero exit code: ${outcome}`
    : `Program was ended by ${outcome}`;
}

/** The arguments of the SDK's `run` command, as the official host passes them. */
export function programArguments(request: languageProto.RunRequest, engineAddress: string): string[] {
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() ?? "";
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info?.getRootDirectory() ?? "",
    stack: request.getStack(),
    pwd: directory,
  };
  const given = Object.entries(flags).filter(([, value]) => value !== "");
  return [
    locateRunner(directory),
    ...given.flatMap(([name, value]) => [`--${name}`, value]),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    "--parallel",
    String(request.getParallel()),
    info?.getEntryPoint() ?? ".",
    ...request.getArgsList(),
  ];
}

function locateRunner(programDirectory: string): string {
  try {
    return createRequire(join(programDirectory, "index.js")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    throw new Error(
      `the Pulumi SDK is not installed in ${programDirectory}: run 'npm ci' (or 'pulumi install') there`,
    );
  }
}

/** What the SDK reads from the environment: configuration goes there, since it may hold secrets. */
export function programEnvironment(
  request: languageProto.RunRequest,
  options: RuntimeOptions,
): NodeJS.ProcessEnv {
  const config = Object.fromEntries(
    request
      .getConfigMap()
      .toArray()
      .map(([key, value]) => [configKey(key), value]),
  );
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

// The SDK knows `project:key` by its older name too; the official host passes that one.
function configKey(key: string): string {
  const parts = key.split(":");
  return parts.length === 2 ? parts.join(":config:") : key;
}

function runNode(
  args: string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number | NodeJS.Signals> {
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.pipe(process.stdout, { end: false });
  child.stderr.pipe(process.stderr, { end: false });
  const stop = () => {
    interrupt(child);
  };
  const kill = () => {
    child.kill("SIGKILL");
  };
  signal.addEventListener("abort", stop, { once: true });
  process.on("exit", kill);
  return new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once("error", (error) => {
      reject(new Error(`cannot start ${process.execPath}: ${error.message}`));
    });
    // "close" comes after all of its output has been read.
    child.once("close", (code, killedBy) => {
      resolve(code ?? killedBy ?? 1);
    });
  }).finally(() => {
    signal.removeEventListener("abort", stop);
    process.off("exit", kill);
  });
}

function interrupt(child: ChildProcess): void {
  child.kill("SIGINT");
  setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
}

/** Splits as a shell does: blanks separate, quotes and backslashes keep together. */
export function splitWords(text: string): string[] {
  const words = text.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs) ?? [];
  return words.map((word) =>
    word.replace(
      /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gs,
      (_match, escaped?: string, double?: string, single?: string) =>
        escaped ?? double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? "",
    ),
  );
}
