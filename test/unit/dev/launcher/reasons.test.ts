import { expect, test } from "vitest";
import { inPython } from "./in-python.ts";

const reasonsOf = (texts: readonly string[]): unknown =>
  inPython("from launcher import reasons\nresult = [reasons.of_text(text) for text in given]", texts);

test("a refusal must be one line: what a traceback ends in, a YAML reader's place first", () => {
  const yaml = `Traceback (most recent call last):
  File "x.py", line 3, in y
Exception: Error loading yaml file /app/more.yaml: while parsing a block mapping
  in "/app/more.yaml", line 5, column 3
expected <block end>, but found '-'
  in "/app/more.yaml", line 6, column 4`;
  const pydantic = `Traceback (most recent call last):
  File "x.py", line 3, in y
    z()
pydantic_core.ValidationError: 1 validation error for Deployment
litellm_params.model
  Field required`;
  expect(reasonsOf([yaml, pydantic, "ERROR: the last line\n", ""])).toEqual([
    "/app/more.yaml:6:4: expected <block end>, but found '-'",
    "pydantic_core.ValidationError: 1 validation error for Deployment litellm_params.model Field required",
    "ERROR: the last line",
    "",
  ]);
});

test("an error must be told by its place, else by its kind and words, and never at length", () => {
  const program = `from launcher import reasons
class Mark: name, line, column = "/app/config.yaml", 2, 4
class Parsed(Exception): problem, problem_mark = "mapping values are not allowed here", Mark
def told(make):
    try: make()
    except Exception as error: return reasons.of(error)
def wrapped():
    try: raise Parsed()
    except Parsed as error: raise ValueError("no config") from error
def plain(): raise KeyError("model_list")
def long(): raise ValueError("x" * 10_000)
result = [told(wrapped), told(plain), len(told(long))]`;
  expect(inPython(program)).toEqual([
    "/app/config.yaml:3:5: mapping values are not allowed here",
    "KeyError: 'model_list'",
    500,
  ]);
});

test("what a process prints before it serves must reach its stream, and tell why it ended", () => {
  const program = `import io
from launcher import reasons
sys.stderr = io.StringIO()
with reasons.last_words() as words:
    print("LiteLLM Proxy: Database migration cannot proceed. no rights", file=sys.stderr)
    told = reasons.of_exit(SystemExit(2), words)
    words.stop()
    print("later", file=sys.stderr)
result = [told, reasons.of_exit(SystemExit("said so"), words), reasons.of_exit(SystemExit(3), words), sys.stderr.getvalue()]`;
  expect(inPython(program)).toEqual([
    "LiteLLM Proxy: Database migration cannot proceed. no rights",
    "said so",
    "it ended with status 3",
    "LiteLLM Proxy: Database migration cannot proceed. no rights\nlater\n",
  ]);
});
