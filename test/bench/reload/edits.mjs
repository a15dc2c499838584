// Saves of the config, each with another model, and the moment from which a new connection sees it.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile, rename, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { parseDocument } from "yaml";

const askEveryMs = 20;
const limitMs = 60_000;
export const model = "load";

/**
 * The route that is called, beside those that are there; then one more with each edit, in place of the last one. Without traces and
 * rows of spend, which take as much of two cores as the calls themselves: that none is lost is a test's to show.
 */
export async function editsOf({ folder }, apiBase) {
  const file = join(folder, "dev", "litellm-config.yaml");
  const document = parseDocument(await readFile(file, "utf8"));
  const add = (name) =>
    document.addIn(["model_list"], {
      model_name: name,
      litellm_params: { model: "openai/gpt-4o-mini", api_base: apiBase, api_key: "none" },
    });
  add(model);
  document.deleteIn(["litellm_settings", "success_callback"]);
  document.deleteIn(["litellm_settings", "failure_callback"]);
  document.setIn(["general_settings", "disable_spend_logs"], true);
  let number = 0;
  /** As editors do: every second time another file takes the name. */
  return async () => {
    number += 1;
    if (number > 1) document.deleteIn(["model_list", document.get("model_list").items.length - 1]);
    add(`edit-${number}`);
    const other = number % 2 === 0 ? `${file}.new` : file;
    const text = document.toString();
    await writeFile(other, text);
    if (other !== file) await rename(other, file);
    return { name: `edit-${number}`, hash: createHash("sha256").update(text).digest("hex") };
  };
}

/** Milliseconds until a new connection is told of this edit's model. */
export async function untilLive(url, key, { name, hash }, signal) {
  const begin = performance.now();
  const headers = { authorization: `Bearer ${key}` };
  for (;;) {
    // LiteLLM's own answer takes as long as a call does: asked all the while, it would be a load of its own.
    const isServed = (await said(`${url}/goat-dev/served`)).includes(hash);
    if (isServed && (await said(`${url}/v1/models`, headers)).includes(`"${name}"`)) return performance.now() - begin;
    signal.throwIfAborted();
    if (performance.now() - begin > limitMs) throw new Error(`${name} is not served within ${limitMs / 1000} s`);
    await pause(askEveryMs);
  }
}

/** Nothing where nobody answers. */
async function said(url, headers = {}) {
  try {
    const [response] = await once(get(url, { agent: false, headers, timeout: 5_000 }), "response");
    return await readText(response);
  } catch {
    return "";
  }
}

/** `goat-dev watch`, once it watches. */
export async function startWatching([command, args], { folder, environment }) {
  const child = spawn(command, args, { cwd: folder, env: environment, stdio: ["ignore", "ignore", "pipe"] });
  const closed = once(child, "close");
  let said = "";
  const watching = new Promise((resolve) => {
    child.stderr.setEncoding("utf8").on("data", (piece) => {
      said += piece;
      if (said.includes("watching")) resolve();
    });
  });
  await Promise.race([watching, closed.then(() => Promise.reject(new Error(`goat-dev watch ended: ${said}`)))]);
  return {
    said: () => said,
    stop: async () => {
      child.kill("SIGTERM");
      await closed;
    },
  };
}
