/** Compose's short form of a mount, read but not resolved: `source` is as it was written. */
interface ShortVolume {
  readonly kind: "bind" | "volume" | "anonymous";
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly noCopy: boolean;
  readonly propagation?: string;
  /** Options that change nothing here (z, Z, cached, …). */
  readonly ignored: readonly string[];
}

const propagations = new Set(["rprivate", "private", "rshared", "shared", "rslave", "slave"]);

/** `[source:]target[:options]`; a string says what is wrong. */
export function parseVolume(text: string): ShortVolume | string {
  const sections = text.split(":");
  if (sections.some((section) => section === "")) return `"${text}" has an empty part`;
  if (sections.length > 3) return `"${text}" has too many colons`;
  const [first = "", second, options = ""] = sections;
  if (second === undefined) {
    return { kind: "anonymous", source: "", target: first, readOnly: false, noCopy: false, ignored: [] };
  }
  if (/^[a-z]$/i.test(first)) return `"${first}" is taken for a Windows drive: give the volume a longer name`;
  const words = options === "" ? [] : options.split(",");
  const propagation = words.findLast((word) => propagations.has(word));
  return {
    kind: looksLikePath(first) ? "bind" : "volume",
    source: first,
    target: second,
    readOnly: words.findLast((word) => word === "ro" || word === "rw") === "ro",
    noCopy: words.includes("nocopy"),
    ...(propagation === undefined ? {} : { propagation }),
    ignored: words.filter((word) => !["ro", "rw", "nocopy"].includes(word) && !propagations.has(word)),
  };
}

function looksLikePath(source: string): boolean {
  return /^[./~]/.test(source);
}
