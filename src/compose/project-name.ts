import { basename } from "node:path";

/** A folder's name as Compose makes a project's name of it; may be empty. */
export const normalizeName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");

export const isProjectName = (name: string): boolean => name !== "" && normalizeName(name) === name;

export const folderName = (folder: string): string => normalizeName(basename(folder));
