import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import grpc from "@grpc/grpc-js";
import type languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languageProto from "@pulumi/pulumi/proto/language_pb.js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { z } from "zod";
import { StatusError } from "../sdk/errors.ts";
import { engineAddressFromArguments } from "../sdk/plugin.ts";
import { unary } from "../sdk/unary.ts";
import { installDependencies } from "./install-dependencies.ts";
import { programDependencies, requiredPackages } from "./packages.ts";
import { runProgram } from "./run.ts";

export function languageServer(): languageGrpc.ILanguageRuntimeServer {
  let engineAddress = engineAddressFromArguments() ?? "";
  const cancellation = new AbortController();
  return {
    ...unsupported(),
    handshake: unary((request: languageProto.LanguageHandshakeRequest) => {
      engineAddress = request.getEngineAddress();
      return new languageProto.LanguageHandshakeResponse();
    }),
    getPluginInfo: unary(() => new pluginProto.PluginInfo().setVersion(sdkVersion())),
    getRequiredPackages: unary((request: languageProto.GetRequiredPackagesRequest) =>
      new languageProto.GetRequiredPackagesResponse().setPackagesList(
        requiredPackages(programDirectory(request.getInfo())),
      ),
    ),
    run: unary((request: languageProto.RunRequest) =>
      runProgram(request, engineAddress, cancellation.signal),
    ),
    installDependencies,
    runtimeOptionsPrompts: unary(() => new languageProto.RuntimeOptionsResponse()),
    template: unary(() => new languageProto.TemplateResponse()),
    about: unary(() =>
      new languageProto.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
    ),
    getProgramDependencies: unary((request: languageProto.GetProgramDependenciesRequest) => {
      const directory = programDirectory(request.getInfo());
      const found = programDependencies(directory, request.getTransitivedependencies());
      const list = found.map(({ name, version }) =>
        new languageProto.DependencyInfo().setName(name).setVersion(version),
      );
      return new languageProto.GetProgramDependenciesResponse().setDependenciesList(list);
    }),
    cancel: unary(() => {
      cancellation.abort();
      return new emptyProto.Empty();
    }),
  };
}

export function programDirectory(info: languageProto.ProgramInfo | undefined): string {
  const directory = info?.getProgramDirectory();
  if (directory === undefined || directory === "") {
    throw new StatusError(grpc.status.INVALID_ARGUMENT, "the engine named no program directory");
  }
  return directory;
}

// Generating and packing SDKs is the official host's work.
function unsupported() {
  const refuse = (method: string) =>
    new StatusError(
      grpc.status.UNIMPLEMENTED,
      `the lab's own Node.js language host does not support ${method}; install the official pulumi-language-nodejs`,
    );
  const refuseUnary = (method: string) =>
    unary((): never => {
      throw refuse(method);
    });
  return {
    // The engine asks for packages first; a host that answers that need not answer this.
    getRequiredPlugins: refuseUnary("GetRequiredPlugins"),
    generateProgram: refuseUnary("GenerateProgram"),
    generateProject: refuseUnary("GenerateProject"),
    generatePackage: refuseUnary("GeneratePackage"),
    pack: refuseUnary("Pack"),
    link: refuseUnary("Link"),
    runPlugin: (call: { destroy(error: Error): void }) => {
      call.destroy(refuse("RunPlugin"));
    },
  };
}

/** The version of @pulumi/pulumi that this checkout has, which is the engine's too. */
function sdkVersion(): string {
  const path = createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json");
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path, "utf8"))).version;
}
