import { join } from "node:path";

/** Environment of a `node` that a test starts: what it compiles of the packages is kept, for half of its time. */
export const compileCache = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, "../../node_modules/.cache/node"),
};
