import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { type GoatProject, openProject } from "../support/goat-project.ts";

/** Well by its health, so that commands go on to ask it; all else is answered like this. */
const wellBut =
  (answer: RequestListener): RequestListener =>
  (request, response) => {
    if (request.url?.startsWith("/health/")) response.end('"I\'m alive!"');
    else answer(request, response);
  };

/** A project at whose gateway's address this listens. */
const answeredBy = async (answer: RequestListener, env?: string): Promise<GoatProject> => {
  const project = await openProject(env === undefined ? {} : { env });
  const server = createServer(wellBut(answer));
  server.listen(project.ports.litellm, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return project;
};

const questions: readonly (readonly string[])[] = [
  ["ask", "Why?"],
  ["ask", "--stream", "Why?"],
  ["example"],
  ["models", "test", "--yes", "llama-3.3-70b"],
];

const silent: RequestListener = () => undefined;
const stopping: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
};

describe("a gateway that accepts and never answers", () => {
  test.each([
    ["at all", silent, /(?:no answer in time|nothing within 0\.2 s)/],
    ["after its headers", stopping, /200, then (?:nothing for|no end within) 0\.2 s/],
  ])("%s must end every question with what was asked and heard", async (_when, answer, heard) => {
    const project = await answeredBy(answer);
    for (const args of questions) {
      const run = await project.goat([...args, "--timeout", "200ms", "--json"]);
      expect({ args, exitCode: run.exitCode }).toEqual({ args, exitCode: 6 });
      expect(run.out).toContain("did not answer within 0.2 s");
      expect(run.out).toContain("/chat/completions: ");
      expect(run.out).toMatch(heard);
    }
    const asked = await project.goat(["ask", "--timeout", "200ms", "Why?"]);
    expect(asked.err).toContain('fix        goat-dev ask "…" --timeout 5m   waits longer');
  });

  test.each([
    ["at all", silent],
    ["after its headers", stopping],
  ])("%s must leave `models` to the config", async (_when, answer) => {
    const project = await answeredBy(answer);
    const run = await project.goat(["models"]);
    expect(run).toMatchObject({ exitCode: 0, out: expect.stringContaining("From dev/litellm-config.yaml alone") });
  });

  test("must be given no time that is none", async () => {
    const project = await answeredBy(silent);
    for (const args of questions) {
      const run = await project.goat([...args, "--timeout", "soon"]);
      expect({ args, ...run }).toMatchObject({ args, exitCode: 2, err: expect.stringContaining("--timeout") });
    }
  });
});

const strangers: readonly (readonly [string, RequestListener, RegExp])[] = [
  ["a page", (_, response) => response.setHeader("content-type", "text/html").end("<h1>Hello</h1>"), /200 text\/html/],
  ["a redirection", (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/login" }).end(), /302 /],
  ["garbage", (_, response) => response.setHeader("content-type", "application/json").end("{{{"), /200|no JSON/],
  ["an empty object", (_, response) => response.setHeader("content-type", "application/json").end("{}"), /200 .*json/],
  ["another list", (_, response) => response.setHeader("content-type", "application/json").end("[1]"), /200 .*json/],
];

describe.each(strangers)("a gateway that answers with %s", (_what, answer, heard) => {
  test("must be told as none by every question", async () => {
    const project = await answeredBy(answer);
    for (const args of questions) {
      const run = await project.goat([...args, "--json"]);
      expect({ args, exitCode: run.exitCode }).toEqual({ args, exitCode: 6 });
      expect(run.out).toContain("is not LiteLLM");
      expect(run.out).toMatch(heard);
    }
    const models = await project.goat(["models"]);
    expect(models).toMatchObject({ exitCode: 0, out: expect.stringContaining("is not LiteLLM") });
  });

  test("must not be ready for status, nor up for `up`", async () => {
    const project = await openProject();
    const instead: RequestListener = (request, response) => {
      if (request.url === "/health/liveliness") response.end();
      else if (request.url === "/health/readiness") response.end("<h1>Hello</h1>");
      else answer(request, response);
    };
    project.standIns.answers = { ...project.standIns.answers, instead };
    const up = await project.goat(["up", "--no-example", "--json"]);
    expect(up).toMatchObject({ exitCode: 6, out: expect.stringContaining("is not LiteLLM") });
    const status = await project.goat(["status"]);
    expect(status).toMatchObject({ exitCode: 5, out: expect.stringContaining("which is not LiteLLM") });
  });
});

describe("a key that no HTTP header can carry", () => {
  test.each([
    ["LITELLM_MASTER_KEY=“sk-dev”\n", "curly quotes"],
    ["LITELLM_MASTER_KEY=sk-clé\n", "a letter outside ASCII"],
    ['LITELLM_MASTER_KEY="sk-a\nsk-b"\n', "a line break"],
  ])("must be refused with file, line and reason: %j", async (line, reason) => {
    const project = await openProject({ env: `GROQ_API_KEY=gsk_0123456789abcdef\n${line}` });
    for (const args of [["up"], ["env"], ["run", "--", "true"], ...questions, ["models"], ["models", "add", "x"]]) {
      const run = await project.goat(args);
      expect({ args, exitCode: run.exitCode }).toEqual({ args, exitCode: 2 });
      expect(run.err).toContain(`.env:5 LITELLM_MASTER_KEY holds ${reason}, which no HTTP header can carry`);
    }
    expect((await project.goat(["doctor"])).out).toContain(`.env:5 LITELLM_MASTER_KEY holds ${reason}`);
    expect((await project.goat(["models", "check"])).out).toContain(`LITELLM_MASTER_KEY holds ${reason}`);
    expect((await project.goat(["down"])).exitCode).toBe(0);
  });

  test("must be looked for in the shell where it comes from there", async () => {
    const project = await openProject();
    const run = await project.goat(["ask", "Why?"], { env: { LITELLM_MASTER_KEY: "“sk-dev”" } });
    expect(run).toMatchObject({ exitCode: 2, err: expect.stringContaining("LITELLM_MASTER_KEY of this shell holds") });
  });

  test("must be told by its variable where another gateway is asked with it", async () => {
    const project = await openProject({ env: "MY_KEY=“sk-mine”\n" });
    const args = ["example", "--base-url", "http://127.0.0.1:1/v1", "--model", "m", "--api-key-env", "MY_KEY"];
    expect(await project.goat(args)).toMatchObject({ exitCode: 2, err: expect.stringContaining("MY_KEY") });
  });
});
