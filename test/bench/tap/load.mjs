// The program that `goat-dev run` runs: the same calls straight to the gateway and through the tap, in turns, in one run.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";

const { direct, shapes, total } = JSON.parse(process.argv[2]);
const targets = { direct, tap: process.env.OPENAI_BASE_URL };
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const report = { samples: [], memory: [] };

/** One call; milliseconds from its start to its answer's end. */
function call(target, body) {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": body.length };
    const asked = request(`${target}/chat/completions`, { method: "POST", agent, headers }, (answer) => {
      answer.resume().on("end", () => resolve(performance.now() - begin));
    });
    asked.on("error", reject).end(body);
  });
}

async function many(target, body, count, atOnce) {
  const times = [];
  let left = count;
  const one = async () => {
    while (left > 0) {
      left -= 1;
      times.push(await call(target, body));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return times;
}

function bodyOf(bytes) {
  return Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: "x".repeat(bytes) }] }));
}

/** Of goat-dev, whose child this is; null where the kernel does not say. */
function memoryOfTap() {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${process.ppid}/status`, "utf8"))?.[1]) * 1024;
  } catch {
    return null;
  }
}

for (const { bytes, atOnce, count } of shapes) {
  const body = bodyOf(bytes);
  for (const target of Object.values(targets)) await many(target, body, Math.min(count, 2 * atOnce), atOnce);
  for (let round = 0; round < 4; round += 1) {
    for (const [name, target] of Object.entries(targets)) {
      report.samples.push({ name, bytes, atOnce, times: await many(target, body, Math.ceil(count / 4), atOnce) });
    }
  }
}
for (let done = 0; done < total; done += total / 10) {
  await many(targets.tap, bodyOf(200), total / 10, 20);
  report.memory.push(memoryOfTap());
}
process.stdout.write(JSON.stringify(report));
