import { serve } from "../sdk/provider.ts";
import { CommandProvider } from "./provider.ts";

await serve(new CommandProvider());
