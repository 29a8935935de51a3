import { join } from "node:path";
import { artifactDir } from "../../build/artifact.ts";
import type { Artifact } from "../../build/artifact.ts";
import {
  barmanCloudBinary,
  earlierOperatorBinary,
  kubernetesBinaries,
  operatorBinary,
} from "../../build/go.ts";
import { versions } from "../../layout.ts";
import { barmanCloudImages, corednsImage, operatorImage, pauseImage } from "../facts.ts";
import { program } from "../paths.ts";
import { barmanCloudSidecar } from "./barman-cloud-sidecar.ts";
import { path, programImage } from "./image.ts";
import type { Image } from "./image.ts";
import { architecture } from "./oci.ts";
import { postgres } from "./postgres.ts";

const users = [
  "root:x:0:0:root:/root:/sbin/nologin",
  "nonroot:x:65532:65532:nonroot:/nonexistent:/sbin/nologin",
  "",
].join("\n");

const pause = programImage(
  pauseImage,
  versions.kubernetes,
  kubernetesBinaries,
  [{ name: "pause", source: program("pause") }],
  { User: "65535:65535", Entrypoint: ["/pause"] },
);

const coredns = programImage(
  corednsImage,
  versions.coredns,
  kubernetesBinaries,
  [{ name: "coredns", source: program("coredns") }],
  { User: "65532:65532", WorkingDir: "/", Entrypoint: ["/coredns"] },
);

/** Laid out as the official image: the operator copies its manager from /operator into instances by architecture. */
const operatorOf = (version: string, programs: Artifact): Image =>
  programImage(
    `${operatorImage.repository}:${version}`,
    version,
    programs,
    [
      { name: "etc", type: "directory" },
      { name: "etc/passwd", text: users, mode: 0o644 },
      { name: "tmp", type: "directory", mode: 0o1777 },
      { name: "operator", type: "directory" },
      { name: `operator/manager_${architecture}`, source: join(artifactDir(programs), "manager") },
      { name: "manager", type: "symlink", linkname: `operator/manager_${architecture}` },
    ],
    { User: "65532:65532", WorkingDir: "/", Env: [path], Entrypoint: ["/manager"] },
  );
const operator = operatorOf(operatorImage.tag, operatorBinary);
/** Not part of the lab: a test that moves on from it builds and imports it. */
export const earlierOperator = operatorOf(earlierOperatorBinary.version, earlierOperatorBinary);

const barmanCloud = programImage(
  barmanCloudImages.image,
  versions.barmanCloud,
  barmanCloudBinary,
  [
    { name: "tmp", type: "directory", mode: 0o1777 },
    { name: "manager", source: join(artifactDir(barmanCloudBinary), "manager") },
  ],
  { User: "65532:65532", WorkingDir: "/", Env: [path], Entrypoint: ["/manager"] },
);

/** The Go programs come first: these images hold one of them. */
export const programImages: readonly Image[] = [pause, coredns, operator, barmanCloud, barmanCloudSidecar];
export const images: readonly Image[] = [...programImages, postgres];
