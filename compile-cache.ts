import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Preloaded by Pulumi.yaml, before the SDK, and by the lab: what Node compiles of it, of the program and of their packages is kept, so
// that each run starts half a second to a second sooner.
enableCompileCache(join(import.meta.dirname, "node_modules", ".cache", "node"));
