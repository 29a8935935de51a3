import { serve } from "../sdk/provider.ts";
import { randomProvider } from "./provider.ts";

await serve(randomProvider);
