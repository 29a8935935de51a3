import { execaSync } from "execa";

/** Why a test that needs sources of Go modules cannot run here; false if it can. */
export function missingGo(): string | false {
  return (
    execaSync("go", ["version"], { reject: false }).failed && "there is no go, which downloads the sources"
  );
}
