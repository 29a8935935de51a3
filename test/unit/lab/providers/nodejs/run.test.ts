import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "mocha";
import languageProto from "@pulumi/pulumi/proto/language_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import {
  programArguments,
  programEnvironment,
  runProgram,
  splitWords,
} from "../../../../../lab/providers/nodejs/run.ts";

const checkout = join(import.meta.dirname, "../../../../..");

function request(options: Record<string, structProto.JavaScriptValue> = {}) {
  const info = new languageProto.ProgramInfo()
    .setRootDirectory(checkout)
    .setProgramDirectory(checkout)
    .setEntryPoint(".")
    .setOptions(structProto.Struct.fromJavaScript(options));
  const run = new languageProto.RunRequest()
    .setProject("p")
    .setStack("s")
    .setMonitorAddress("127.0.0.1:1")
    .setParallel(4)
    .setDryrun(true)
    .setConfigsecretkeysList(["p:password"])
    .setInfo(info);
  run.getConfigMap().set("p:password", "hunter2");
  return run;
}

describe("running a program", () => {
  it("passes what the SDK's runner wants", () => {
    const [runner, ...rest] = programArguments(request(), "127.0.0.1:2");
    assert.match(runner ?? "", /@pulumi\/pulumi\/cmd\/run/);
    assert.deepEqual(rest, [
      ...[
        "--monitor",
        "127.0.0.1:1",
        "--engine",
        "127.0.0.1:2",
        "--project",
        "p",
        "--root-directory",
        checkout,
      ],
      ...["--stack", "s", "--pwd", checkout, "--dry-run", "--parallel", "4", "."],
    ]);
  });

  it("passes config by environment only", () => {
    const environment = programEnvironment(request(), { typescript: true, nodeargs: "" });
    assert.equal(environment.PULUMI_CONFIG, '{"p:config:password":"hunter2"}');
    assert.equal(environment.PULUMI_CONFIG_SECRET_KEYS, '["p:password"]');
    assert.equal(environment.PULUMI_NODEJS_TYPESCRIPT, "true");
    assert.doesNotMatch(programArguments(request(), "").join(" "), /hunter2/);
  });

  it("reports a runtime option of the wrong type, and a program without the SDK", async () => {
    const signal = new AbortController().signal;
    assert.match(
      (await runProgram(request({ nodeargs: 1 }), "", signal)).getError(),
      /'nodeargs' must be a string/,
    );
    const lost = request();
    lost.getInfo()?.setProgramDirectory("/");
    assert.match((await runProgram(lost, "", signal)).getError(), /SDK is not installed in \/: run 'npm ci'/);
  });

  it("splits nodeargs as a shell does", () => {
    assert.deepEqual(splitWords(`--a=1  "b c" 'd "e"' f\\ g h"i j"`), [
      "--a=1",
      "b c",
      'd "e"',
      "f g",
      "hi j",
    ]);
    assert.deepEqual(splitWords(""), []);
  });
});
