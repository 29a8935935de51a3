/** A column of a table: its heading, and what a row shows there. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
}

/** A table in Markdown; the first column is text, the others are numbers. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, i) => (i === 0 ? "---" : "---:"));
  return [
    line(columns.map((column) => column.title)),
    line(rule),
    ...rows.map((row) => line(columns.map((column) => column.cell(row).replaceAll("|", "\\|")))),
  ].join("\n");
}
