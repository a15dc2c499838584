const dumpOf = (rows: number): string =>
  [
    "\\connect litellm",
    "COPY public.kept (id) FROM stdin;",
    ...Array.from({ length: rows }, (_, index) => String(index)),
    "\\.",
    "-- PostgreSQL database cluster dump complete",
    "",
  ].join("\n");

/** As much of Postgres' programs as a snapshot needs: a table of so many rows, of which a restore may lose some. */
export const tinyPostgres = (rows = 3, lost = 0) => {
  const state = { rows, complaint: "" };
  /** The databases, then the tables of each, then the rows of each table. */
  const answer = (database: string, sql: string): string => {
    if (sql.includes("pg_database")) return "litellm\npostgres\n";
    if (sql.includes("count(*)")) return `${state.rows}\n`;
    return database === "litellm" ? "public.kept\n" : "";
  };
  const exec = (command: readonly string[], _volumes: unknown, _environment: unknown, stdin: string) => {
    if (command[0] === "pg_dumpall") return { exitCode: 0, output: dumpOf(state.rows) };
    if (command[0] === "psql") return { exitCode: 0, output: answer(command.at(-3) ?? "", command.at(-1) ?? "") };
    if (stdin === "") return { exitCode: command[2]?.includes("base64") ? 1 : 0, output: "" };
    state.rows = stdin.split("\n").filter((line) => /^\d+$/.test(line)).length - lost;
    return { exitCode: 0, output: `psql:<stdin>:1: ERROR:  role "postgres" already exists\n${state.complaint}` };
  };
  return { state, services: { postgres: { exec } } };
};
