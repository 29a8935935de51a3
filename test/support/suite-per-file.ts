import { relative } from "node:path";
import Mocha from "mocha";

import { cleanUp } from "./after-test.ts";

/**
 * Mocha's own interface, with a suite around each file: what a file does outside of `describe`, such as `before`, is
 * about its own tests (Mocha itself would do it for those of all files), and each file begins with the same environment.
 */
export default function suitePerFile(root: Mocha.Suite): void {
  root.on("pre-require", (context, file, mocha) => {
    const suite = Mocha.Suite.create(root, relative(process.cwd(), file));
    suite.file = file;
    let environment: NodeJS.ProcessEnv = {};
    suite.beforeAll(() => {
      environment = { ...process.env };
    });
    // The last hooks of the file.
    root.once("post-require", () => {
      suite.afterEach(cleanUp);
      suite.afterAll(() => {
        setEnvironment(environment);
      });
    });
    Mocha.interfaces.bdd(suite);
    suite.emit("pre-require", context, file, mocha);
  });
}

function setEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) {
    if (!(name in environment)) Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, environment);
}
