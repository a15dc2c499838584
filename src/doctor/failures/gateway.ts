import type { Evidence, KnownFailure } from "./evidence.ts";
import { listensElsewhere } from "./service.ts";
import { allOfLog, anew, evidenceOf, failing } from "./tell.ts";

/** How LiteLLM breaks. */
export const gatewayFailures: readonly KnownFailure[] = [
  {
    proof: "told",
    line: /DATABASE_URL uses unsupported scheme '([^']*)'/,
    tell: (seen, line) => {
      const scheme = line?.[1] ?? "";
      const what = scheme === "<missing scheme>" ? "is empty" : `begins with ${scheme}://`;
      return failing(
        "database-url-invalid",
        `DATABASE_URL of ${seen.service.name} ${what}, and has to begin with postgresql://`,
        seen,
        {
          line,
          fixes: [{ command: "goat-dev config", effect: "shows it; mend it in the Compose file, then goat-dev up" }],
        },
      );
    },
  },
  {
    proof: "told",
    line: /the master key is a publicly known default|refused to start: the master key/,
    tell: (seen, line) =>
      failing(
        "gateway-key-weak",
        `${seen.service.name} refuses LITELLM_MASTER_KEY: it is empty or known to everybody`,
        seen,
        {
          line,
          fixes: [
            {
              command: "$EDITOR .env",
              effect: "LITELLM_MASTER_KEY begins with sk-, and is yours alone; then goat-dev up",
            },
            allOfLog(seen.service.name),
          ],
        },
      ),
  },
  {
    proof: "told",
    line: /Using SOCKS proxy, but the '(\w+)' package is not installed|Unknown scheme for proxy URL (\S+)/,
    tell: (seen, line) =>
      failing(
        "proxy-unfit",
        `${seen.service.name} cannot use the proxy of this shell: ALL_PROXY names a SOCKS proxy`,
        seen,
        {
          line,
          fixes: [
            {
              command: "env -u ALL_PROXY -u all_proxy goat-dev up",
              effect: "starts it without; HTTP_PROXY and HTTPS_PROXY stay",
            },
            allOfLog(seen.service.name),
          ],
        },
      ),
  },
  {
    proof: "told",
    line: /httpx\.InvalidURL: |InvalidURL\(/,
    tell: (seen, line) =>
      failing(
        "proxy-unfit",
        `${seen.service.name} cannot read NO_PROXY of this shell: it takes names and addresses, no brackets`,
        seen,
        {
          line,
          fixes: [
            {
              command: "NO_PROXY=localhost,127.0.0.1 no_proxy=localhost,127.0.0.1 goat-dev up",
              effect: "starts it with what it can read",
            },
            allOfLog(seen.service.name),
          ],
        },
      ),
  },
  {
    proof: "told",
    line: /(?:Config file not found(?!.*Skipping deployment cleanup)|Failed to read config|yaml\.(?:scanner|parser)\.\w+Error|Invalid routing_strategy|routing_strategy .*(?:not|invalid)|Input should be .*routing|Included file not found|validation error for Router|Unable to load .* callback)(.*)/i,
    tell: (seen, line) =>
      failing("gateway-config-invalid", `${seen.service.name} does not take its config: ${said(line)}`, seen, {
        line,
        fixes: [
          { command: "goat-dev models check", effect: "names the line; mend it, then goat-dev up" },
          allOfLog(seen.service.name),
        ],
      }),
  },
  {
    proof: "likely",
    line: /Uvicorn running on http:\/\/[^\s:]+:(\d+)|serving on [^\s:]+:(\d+)/,
    tell: portMismatch,
  },
];

/** What LiteLLM or Langfuse logs when it gives up starting because its tables could not be set up. */
const givenUp =
  /Database setup failed after multiple retries|Database migration cannot proceed|Applying database migrations failed/;

/** Known failures of services that use their database through Prisma: LiteLLM and Langfuse. */
export const migratingFailures: readonly KnownFailure[] = [
  {
    proof: "told",
    line: /P1000|(?:password authentication failed for user|provided database credentials for)/,
    tell: (seen, line) =>
      failing(
        "database-url-refused",
        `${seen.service.name} cannot log in to its database: DATABASE_URL holds another user or password than .env`,
        seen,
        {
          line,
          fixes: [
            {
              command: "goat-dev config",
              effect: "shows its DATABASE_URL; make it from POSTGRES_USER and POSTGRES_PASSWORD in the Compose file",
            },
            allOfLog(seen.service.name),
          ],
        },
      ),
  },
  {
    proof: "told",
    line: /P1003|[Dd]atabase [`"]?([\w.-]+)[`"]? does not exist/,
    tell: (seen, line) =>
      failing(
        "database-missing",
        `there is no database ${line?.[1] ?? ownDatabase(seen)} for ${seen.service.name}`,
        seen,
        {
          line,
          fixes: [{ command: "goat-dev up", effect: "makes it; the other databases stay as they are" }],
        },
      ),
  },
  {
    proof: "told",
    line: /(P3005|P3009|P3018)\b|The database schema is not empty/,
    tell: (seen, line) => {
      // LiteLLM repairs most migration errors itself, so only those where it gave up count.
      if (!seen.log.some((said) => givenUp.test(said))) return null;
      const what =
        line?.[1] === undefined || line[1] === "P3005"
          ? "its database holds tables of something else"
          : "an earlier migration ended half-way";
      return failing(
        "database-migration-failed",
        `${seen.service.name} cannot bring its tables up to date: ${what}`,
        seen,
        {
          line,
          fixes: [anew, allOfLog(seen.service.name)],
        },
      );
    },
  },
  {
    proof: "likely",
    line: new RegExp(`${givenUp.source}|P1001|Can't reach database server`),
    tell: (seen, line) =>
      failing("database-unreachable", `${seen.service.name} cannot reach its database`, seen, {
        line,
        fixes: [
          { command: "goat-dev up", effect: "brings the database up first, then this" },
          { command: "goat-dev config", effect: "shows its DATABASE_URL: the host is the database's service" },
        ],
      }),
  },
];

function ownDatabase({ service }: Evidence): string {
  const url = service.environment["DATABASE_URL"] ?? "";
  return URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.slice(1)) : service.name;
}

function said(line: RegExpExecArray | null): string {
  const text = (line?.[0] ?? "").replace(/\s+/g, " ").trim();
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

/** The error for a gateway that runs but listens on another port than the published one; null where that is not so. */
function portMismatch(seen: Evidence, line: RegExpExecArray | null) {
  const listens = Number(line?.[1] ?? line?.[2]);
  const wanted = seen.service.ports.map(({ container }) => container);
  if (seen.ended !== null || seen.engine !== "docker" || wanted.length === 0 || wanted.includes(listens)) return null;
  return listensElsewhere(seen.service, listens, evidenceOf(seen, line));
}
