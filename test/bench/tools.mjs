// The two that are compared: each names the command for the same deed on the same file.
import { join } from "node:path";
import { repository } from "./lab.mjs";

export function goatDev({ project }) {
  const command = (...args) => [process.execPath, [join(repository, "bin", "goat-dev.js"), ...args, "-p", project]];
  return {
    name: "goat-dev",
    up: command("up", "--no-example"),
    prove: command("up", "--example"),
    restart: command("restart", "litellm"),
    status: command("status"),
    watch: command("watch"),
    logs: command("logs"),
    down: command("down"),
    clean: command("down", "--volumes", "--yes", "--no-dump"),
  };
}

export function compose({ project }) {
  const files = ["--env-file", ".env", "-f", "dev/docker-compose.yml", "-p", project];
  const command = (...args) => ["docker", ["compose", ...files, ...args]];
  return {
    name: "docker compose",
    up: command("up", "-d", "--wait"),
    prove: null,
    restart: command("restart", "litellm"),
    status: command("ps"),
    logs: command("logs"),
    down: command("down"),
    clean: command("down", "--volumes"),
  };
}
