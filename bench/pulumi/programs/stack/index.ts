import "./empty-operator.ts";

/** This repository's program, as it is. */
export * from "../../../../index.ts";
