/**
 * The lab's own Node.js language host (pulumi-language-nodejs): runs the program, and tells the engine which
 * plugins it needs. Used where the official one cannot be had.
 */
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { servePlugin } from "../sdk/plugin.ts";
import { languageServer } from "./server.ts";

await servePlugin(languageGrpc.LanguageRuntimeService, languageServer());
