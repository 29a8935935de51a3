import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import grpc from "@grpc/grpc-js";
import languageProto from "@pulumi/pulumi/proto/language_pb.js";
import { z } from "zod";
import { StatusError, toServiceError } from "../sdk/errors.ts";

const Options = z.object({
  packagemanager: z.enum(["auto", "npm", "yarn", "pnpm", "bun"]).default("auto"),
});

const LOCK_FILES = {
  "yarn.lock": "yarn",
  "pnpm-lock.yaml": "pnpm",
  "bun.lock": "bun",
  "bun.lockb": "bun",
} as const;

type InstallCall = grpc.ServerWritableStream<
  languageProto.InstallDependenciesRequest,
  languageProto.InstallDependenciesResponse
>;

/** `pulumi install`: runs the package manager in the program's directory, and streams what it says. */
export function installDependencies(call: InstallCall): void {
  install(call).then(
    () => call.end(),
    (error: unknown) => call.emit("error", toServiceError(error)),
  );
}

async function install(call: InstallCall): Promise<void> {
  const info = call.request.getInfo();
  const directory = info?.getProgramDirectory() ?? call.request.getDirectory();
  const { packagemanager } = Options.parse(info?.getOptions()?.toJavaScript() ?? {});
  const manager = packagemanager === "auto" ? detectManager(directory) : packagemanager;
  const child = spawn(manager, ["install"], { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.on("data", (data: Buffer) =>
    call.write(new languageProto.InstallDependenciesResponse().setStdout(data)),
  );
  child.stderr.on("data", (data: Buffer) =>
    call.write(new languageProto.InstallDependenciesResponse().setStderr(data)),
  );
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) {
    throw new StatusError(
      grpc.status.FAILED_PRECONDITION,
      `'${manager} install' in ${directory} exited with ${code ?? "a signal"}`,
    );
  }
}

function detectManager(directory: string): string {
  const found = Object.entries(LOCK_FILES).find(([file]) => existsSync(join(directory, file)));
  return found?.[1] ?? "npm";
}
