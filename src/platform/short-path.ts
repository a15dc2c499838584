/** A path as a person in this folder would write it. */
export function shortPath({ cwd, home }: { readonly cwd: string; readonly home: string }, path: string): string {
  if (path.startsWith(`${cwd}/`)) return path.slice(cwd.length + 1);
  return path.startsWith(`${home}/`) ? `~/${path.slice(home.length + 1)}` : path;
}
