import { serve } from "../sdk/provider.ts";
import { KubernetesProvider } from "./provider.ts";

await serve(new KubernetesProvider());
