import type { Action, Plan, PlanNode } from "../../model/plan.ts";
import { list } from "../../platform/text.ts";
import { neverStarted } from "./decide.ts";

/** What was done to a service, in a few words: "created · ready in 1.2 s", "recreated: image changed · ready in 6.4 s". */
export function stepWords(plan: Plan, subject: string, tookMs: number): string {
  const nodes = plan.nodes.filter((node) => node.subject === subject);
  const types = new Set(nodes.map((node) => node.action.type));
  const took = `${(tookMs / 1000).toFixed(1)} s`;
  const end = types.has("await-exit") ? `completed in ${took}` : types.has("await-ready") ? `ready in ${took}` : "";
  return [deed(types, nodes[0]?.cause ?? ""), end].filter((part) => part !== "").join(" · ");
}

const verbs: Readonly<Partial<Record<Action["type"], string>>> = {
  "create-container": "creating",
  "start-container": "starting",
  "reload-service": "reloading",
  "build-image": "building",
  "stop-container": "stopping",
  "remove-container": "removing",
};

/** What is being done now: "creating", "stopping: image changed"; the cause alone for an action without a verb. */
export function runningWords({ action, cause }: PlanNode): string {
  const verb = verbs[action.type];
  if (verb === undefined) return cause;
  return cause === "absent" || cause === "down" ? verb : `${verb}: ${cause}`;
}

/** "waits for postgres" between a container's creation and its start; null where nobody else is waited for. */
export function waitWords(plan: Plan, { subject, action }: PlanNode): string | null {
  if (action.type !== "create-container") return null;
  const start = plan.nodes.find((node) => node.subject === subject && node.action.type === "start-container");
  const others = plan.nodes.filter(({ id, subject: other }) => other !== subject && start?.after.includes(id));
  return others.length === 0 ? null : `waits for ${list([...new Set(others.map((node) => node.subject))])}`;
}

/** What a plan is about to do, one line for each service or image: "litellm   recreate: dev/litellm-config.yaml changed". */
export function planWords(plan: Plan): readonly (readonly [string, string])[] {
  const subjects = [...new Set(plan.nodes.map((node) => node.subject))];
  return subjects.flatMap((subject) => {
    const nodes = plan.nodes.filter((node) => node.subject === subject);
    const words = intent(new Set(nodes.map((node) => node.action.type)), nodes[0]?.cause ?? "");
    const networks = nodes.flatMap(({ action, cause }) =>
      action.type === "remove-network" ? [[subject, `recreate ${action.network}: ${cause}`] as const] : [],
    );
    if (networks.length > 0) return networks;
    const images = nodes.flatMap(({ action }) => imageWords(action));
    return words === "" ? images.map((image) => [subject, image] as const) : [[subject, words] as const];
  });
}

function imageWords(action: Action): readonly string[] {
  if (action.type === "build-image") return [`build ${action.image} from ${action.build.context}`];
  return action.type === "pull-image" ? [`pull ${action.image}`] : [];
}

function intent(types: ReadonlySet<Action["type"]>, cause: string): string {
  if (types.has("create-container")) return types.has("stop-container") ? `recreate: ${cause}` : "create";
  if (types.has("reload-service")) return `reload: ${cause}`;
  if (types.has("start-container")) return types.has("stop-container") ? `restart: ${cause}` : "start";
  if (types.has("create-network") || types.has("create-volume")) return "create";
  return "";
}

function startWords(cause: string): string {
  return cause === neverStarted ? "started" : `started: ${cause}`;
}

function deed(types: ReadonlySet<Action["type"]>, cause: string): string {
  if (types.has("create-container")) return types.has("stop-container") ? `recreated: ${cause}` : "created";
  if (types.has("reload-service")) return cause === "asked for" ? "reloaded" : `reloaded: ${cause}`;
  if (types.has("start-container")) return types.has("stop-container") ? "restarted" : startWords(cause);
  if (types.has("remove-container")) return "removed";
  return types.has("stop-container") ? "stopped" : "";
}
