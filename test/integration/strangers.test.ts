import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";
import { preferSixth, strangerOn } from "../support/localhost.ts";

const node = process.execPath;

/** Asks the address that a program is given, with the key that it is given. */
const program = `const { OPENAI_BASE_URL: url, OPENAI_API_KEY: key } = process.env;
const answer = await fetch(url + "/models", { headers: { authorization: "Bearer " + key } });
process.exit(answer.status === 200 ? 0 : 1);`;

test("a stranger on [::1] of a published port must hear nothing: no key, no trace, no question", async () => {
  preferSixth();
  const project = await openProject({
    realExample: true,
    env: "GROQ_API_KEY=gsk_0123456789abcdef\nEVAL_MODEL=llama-3.3-70b\n",
  });
  const { postgres, langfuse, litellm } = project.ports;
  const heard = await Promise.all([postgres, langfuse, litellm].map(strangerOn));
  expect(await project.goat(["up", "--example"])).toMatchObject({ exitCode: 0 });
  for (const args of [
    ["models"],
    ["models", "test", "--yes"],
    ["ask", "Why?"],
    ["ask", "--stream", "Why?"],
    ["example"],
    ["run", "--", node, "--input-type=module", "-e", program],
  ]) {
    expect({ args, ...(await project.goat(args)) }).toMatchObject({ args, exitCode: 0 });
  }
  expect(heard).toEqual([[], [], []]);
});

test("it must be named before anything is opened, and by doctor while the stack is up", async () => {
  const project = await openProject();
  await strangerOn(project.ports.litellm);
  const told =
    /(?:note|warning|!).* listens on \[::1\]:14000, where localhost may lead instead of to litellm: programs should ask 127\.0\.0\.1:14000/;
  expect((await project.goat(["up", "--no-example"])).err).toMatch(told);
  const doctor = await project.goat(["doctor"]);
  expect(doctor).toMatchObject({ exitCode: 0, out: expect.stringMatching(told) });
  // The test itself listens there.
  if (process.platform === "linux") expect(doctor.out).toContain(`pid ${process.pid}`);
});
