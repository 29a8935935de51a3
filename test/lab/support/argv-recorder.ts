import { readFileSync, readdirSync, writeFileSync } from "node:fs";

/**
 * Records every command line on this machine, and so on each of the lab's hosts, until it is ended; a process of its
 * own, so that it looks many times a second whatever the test does.
 */
const [target = "", pauseMs = "4"] = process.argv.slice(2);
const seen = new Set<string>();

function look(): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      if (argv !== "") seen.add(argv);
    } catch {
      // it ended meanwhile
    }
  }
}

const timer = setInterval(look, Number(pauseMs));
process.once("SIGTERM", () => {
  clearInterval(timer);
  writeFileSync(target, [...seen].join("\n"));
});
process.stdout.write("recording\n");
