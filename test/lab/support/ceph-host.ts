import { readFileSync } from "node:fs";
import { join } from "node:path";
import { adminUser } from "../../../lab/ceph/rootfs.ts";
import { must } from "./lab.ts";
import { checkoutCopy } from "./workspace.ts";

/** Runs `ceph-host/install.py` as root on the Ceph host, for the account of the stacks: `--uid=UID`, `--forget=UID`. */
export const setUpCephHost = (...options: string[]): Promise<string> =>
  must("pve", ["python3", "-", `--user=${adminUser}`, ...options], {
    input: readFileSync(join(checkoutCopy, "ceph-host", "install.py"), "utf8"),
  });
