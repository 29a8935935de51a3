import { type Database, sql } from "./database.ts";

/** What {@link writing} needs in a database. */
export const tablesToWrite = `
create table written (id bigserial primary key, at timestamptz default clock_timestamp());
create table stopped ();
`;

/** Writes a row ten times a second, each in a transaction of its own, and a new WAL segment every other second. */
export async function writing(database: Database, seconds: number): Promise<number> {
  const rows = await sql(
    database,
    `do $$ begin
       for i in 1..${seconds * 10} loop
         insert into written default values; commit;
         if i % 20 = 0 then perform pg_switch_wal(); end if;
         perform pg_sleep(0.1);
         exit when exists (select from stopped);
       end loop;
     end $$;
     select count(*) from written;`,
  );
  return Number(rows);
}

/** The same for as long as some work takes. Returns how many rows there are. */
export async function writingDuring(database: Database, work: Promise<unknown>): Promise<number> {
  const rows = writing(database, 600);
  await work.finally(() => sql(database, "insert into stopped default values;"));
  const count = await rows;
  await sql(database, "delete from stopped;");
  return count;
}
