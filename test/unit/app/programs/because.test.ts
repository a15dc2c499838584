import { expect, test } from "vitest";
import { becauseOfState } from "../../../../src/app/programs/because.ts";
import { hung } from "../../../../src/doctor/failures/service.ts";
import { GoatError } from "../../../../src/errors/goat-error.ts";
import { service } from "../../../support/sample-stack.ts";

const starting = { name: "litellm", state: "starting", failure: null } as const;

test("a call that nobody answered must be told to wait where the gateway is starting", () => {
  const down = new GoatError("gateway-refused", "nothing answers at http://127.0.0.1:4000/v1");
  expect(becauseOfState(down, starting)).toMatchObject({
    code: "gateway-refused",
    message: "litellm is starting, and does not answer yet",
    fixes: [{ command: "goat-dev up" }],
  });
});

test("a gateway that hangs must not be told as one that is starting, since no waiting mends it", () => {
  const error = hung(service("litellm"), "GET /health/liveliness: no answer in time, 3 times in turn");
  expect(becauseOfState(error, starting)).toBe(error);
});

test("what the stack knows of its gateway must be told, with what the call saw", () => {
  const failure = { code: "service-paused", message: "litellm is paused", evidence: [], fixes: [] } as const;
  const down = new GoatError("gateway-refused", "nothing answers", { evidence: ["ECONNREFUSED"] });
  expect(becauseOfState(down, { name: "litellm", state: "paused", failure })).toMatchObject({
    code: "service-paused",
    evidence: ["ECONNREFUSED"],
  });
});
