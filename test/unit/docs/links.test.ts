import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, it } from "mocha";

const root = join(import.meta.dirname, "../../..");
const isOurs = (path: string): boolean => !/(^|\/)(node_modules|dist|api|generated)\//.test(path);
const filesOf = (...patterns: string[]): string[] => globSync(patterns, { cwd: root }).filter(isOurs).sort();
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

const pages = filesOf("*.md", "docs/*.md", "examples/**/*.md", "lab/**/*.md");
const sources = filesOf(
  "*.{ts,yaml}",
  "{bench,ceph-host,components,config,examples,lab,scripts,tools}/**/*.{ts,py,yaml}",
  ".github/workflows/*.yml",
);

/** A heading's anchor as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");

const withoutCode = (markdown: string): string => markdown.replaceAll(/^( *)```.*?^\1```$/gms, "");

function anchorsIn(page: string): string[] {
  return [...withoutCode(textOf(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
}

/** What a link or a mention lacks; undefined where it leads somewhere. */
function missing(path: string, anchor: string | undefined): string | undefined {
  if (!existsSync(join(root, path))) return `there is no ${path}`;
  if (anchor === undefined || anchorsIn(path).includes(anchor)) return undefined;
  return `${path} has no heading for #${anchor}`;
}

describe("the pages", () => {
  for (const page of pages) {
    it(`of ${page} link to what there is`, () => {
      const links = [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
      const broken = links
        .filter((link) => !/^(https?|mailto):/.test(link))
        .flatMap((link) => {
          const [path = "", anchor] = link.split("#");
          // "../../security/…" is the repository on GitHub itself.
          if (path.startsWith("../../security/")) return [];
          return missing(path === "" ? page : normalize(join(dirname(page), path)), anchor) ?? [];
        });
      assert.deepEqual(broken, []);
    });
  }

  it("are each named in README.md", () => {
    const index = textOf("README.md");
    const unnamed = pages.filter((page) => page.startsWith("docs/") && !index.includes(`(${page})`));
    assert.deepEqual(unnamed, []);
  });
});

describe("messages and comments", () => {
  it("name pages and sections that there are", () => {
    const mention =
      /\b(docs\/[\w-]+\.(?:md|svg|yaml)|(?:README|CHANGELOG|CONTRIBUTING|SECURITY)\.md)(?:#([\w-]+))?/g;
    const broken = sources.flatMap((source) =>
      [...textOf(source).matchAll(mention)].flatMap(([, path = "", anchor]) => {
        const problem = missing(path, anchor);
        return problem === undefined ? [] : `${source}: ${problem}`;
      }),
    );
    assert.deepEqual(broken, []);
  });

  it("name no section by its title, which a link test cannot follow", () => {
    const titled = /"[A-Z][^"\n]{3,60}" in (?:the )?(?:README|docs)/;
    assert.deepEqual(
      sources.filter((source) => titled.test(textOf(source))),
      [],
    );
  });
});

describe("CONTRIBUTING.md", () => {
  it("names folders and files that there are", () => {
    const named = [...withoutCode(textOf("CONTRIBUTING.md")).matchAll(/`([\w.-]+(?:\/[\w.-]+)*\/?)`/g)];
    const paths = named.map(([, path = ""]) => path).filter((path) => path.includes("/"));
    assert.ok(paths.length > 20);
    assert.deepEqual(
      paths.filter((path) => !existsSync(join(root, path))),
      [],
    );
  });
});
