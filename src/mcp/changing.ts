import { type Changes, own, services, type Tool, upInput } from "./tool.ts";

const adds: Changes = { destructive: false, idempotent: false, openWorld: false };
const settles: Changes = { ...adds, idempotent: true };
const takesAway: Changes = { ...settles, destructive: true };

/** The tools that are offered with --allow-changes only. None of them deletes data. */
export const changing: readonly Tool[] = [
  {
    name: "up",
    description: "Brings the stack up, waits until it really answers, and proves it with one call to a model.",
    changes: { ...settles, openWorld: true },
    properties: { services, demo: { type: "boolean", description: "without a provider key: made-up answers" } },
    call: async (given, app) => {
      const { up } = await import("../app/up.ts");
      return up({ ...upInput, services: given.texts("services"), demo: given.flag("demo") }, app);
    },
  },
  {
    name: "restart",
    description: "Takes over what changed in .env and the configs, and waits until the services are ready.",
    changes: adds,
    properties: { services },
    call: async (given, app) => {
      const { restart } = await import("../app/restart.ts");
      return restart({ services: given.texts("services"), example: false, hard: false, ...own }, app);
    },
  },
  {
    name: "down",
    description: "Stops and removes containers and networks; the data stays.",
    changes: takesAway,
    properties: {},
    call: async (_given, app) => (await import("../app/down.ts")).down({ volumes: false, dump: true, ...own }, app),
  },
  {
    name: "ask",
    description: "One question to a model of the gateway; costs what the provider takes.",
    changes: { ...adds, openWorld: true },
    properties: {
      prompt: { type: "string", description: "the question" },
      model: { type: "string", description: "as the config names it" },
    },
    required: ["prompt"],
    call: async (given, app) => {
      const { ask } = await import("../app/programs/ask.ts");
      return ask({ prompt: given.text("prompt") ?? "", model: given.text("model"), stream: false }, app);
    },
  },
  {
    name: "models_add",
    description:
      "Puts a model into both LiteLLM configs, passes its key's variable on, and takes it into use; tells the diff.",
    changes: adds,
    properties: {
      name: { type: "string", description: "what programs ask for" },
      route: { type: "string", description: "provider/model, such as groq/openai/gpt-oss-20b" },
      key: { type: "string", description: "the variable of .env that holds its key; never the key itself" },
      api_base: { type: "string", description: "the server's address, where it is not the provider's own" },
      base_model: { type: "string", description: "on Azure: what LiteLLM takes the price of" },
      mode: { type: "string", description: "embedding, where it is none for chats" },
    },
    required: ["name", "route"],
    call: async (given, app) => {
      const { add } = await import("../app/models/add.ts");
      const [key, apiBase, baseModel] = [given.text("key"), given.text("api_base"), given.text("base_model")];
      const more = { key, apiBase, baseModel, mode: given.text("mode"), vllm: false, yes: true };
      return add({ names: [given.text("name") ?? ""], route: given.text("route"), ...more }, app);
    },
  },
  {
    name: "models_remove",
    description: "Takes a model out of both LiteLLM configs and out of use; tells the diff.",
    changes: takesAway,
    properties: { name: { type: "string", description: "as the config names it" } },
    required: ["name"],
    call: async (given, app) => {
      const { removeModels } = await import("../app/models/remove.ts");
      return removeModels({ name: given.text("name") ?? "", yes: true }, app);
    },
  },
  {
    name: "keys_create",
    description: "Makes a key of the gateway's own, with limits; it is told this once.",
    changes: adds,
    properties: {
      alias: { type: "string", description: "its name" },
      models: { type: "array", items: { type: "string" }, description: "what it may ask; all where left out" },
      budget: { type: "string", description: "in US dollars: 5, or 5/1d for five a day" },
      expires: { type: "string", description: "such as 7d" },
    },
    required: ["alias"],
    call: async (given, app) => {
      const { makeKey } = await import("../app/virtual-keys.ts");
      const limits = { budget: given.text("budget"), expires: given.text("expires") };
      return makeKey({ alias: given.text("alias"), models: given.texts("models"), ...limits }, app);
    },
  },
  {
    name: "snapshot",
    description: "Copies all that the database holds, for `goat-dev db restore`.",
    changes: adds,
    properties: { name: { type: "string", description: "by the time where left out" } },
    call: async (given, app) =>
      (await import("../app/database/snapshot.ts")).snapshot({ name: given.text("name") }, app),
  },
];
