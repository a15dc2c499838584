import fc from "fast-check";

const names = ["gpt-4o-mini", "llama-3.3-70b", "claude", "on", "1e3", "2024-06-01", "text-embedding-3-small"];

/** Names that configs of `anyConfig` never hold. */
export const freshName = fc.stringMatching(/^new-[a-z0-9.-]{1,12}$/).filter((name) => !name.endsWith("-"));

interface Layout {
  readonly indent: number;
  readonly gap: number;
  readonly step: number;
}

type Shape = "plain" | "anchored" | "merged" | "flow" | "blocks" | "commented" | "disabled" | "quoted";

const entry = (name: string, shape: Shape, { indent, gap, step }: Layout): readonly string[] => {
  const [margin, nested] = [" ".repeat(indent), " ".repeat(step)];
  const inner = margin + " ".repeat(1 + gap);
  const dash = `${margin}-${" ".repeat(gap)}`;
  const first = `${dash}model_name: ${JSON.stringify(name)}`;
  const model = `${inner}${nested}model: groq/${name.length}`;
  switch (shape) {
    case "plain":
      return [first, `${inner}litellm_params:`, model, `${inner}${nested}api_key: os.environ/GROQ_API_KEY`];
    case "anchored":
      return [first, `${inner}litellm_params: &${`a${name.length}`}`, model, `${inner}model_info: {}   # none`];
    case "merged":
      return [first, `${inner}litellm_params:`, `${inner}${nested}<<: *shared`, model];
    case "flow":
      return [`${dash}{ model_name: ${JSON.stringify(name)}, litellm_params: { model: "groq/x" } } # one line`];
    case "blocks":
      return [
        first,
        `${inner}litellm_params:`,
        model,
        `${inner}${nested}mock_response: |`,
        `${inner}${nested}  a`,
        "",
        `${inner}${nested}  b # no comment`,
      ];
    case "commented":
      return [
        `${margin}# before`,
        first,
        `${inner}# inside`,
        `${inner}litellm_params:   # here`,
        "",
        model,
        "# in the first column",
        `${inner}${nested}rpm: 3 # last`,
        `${margin}# after`,
      ];
    case "quoted":
      return [
        `${dash}"litellm_params":`,
        `${inner}${nested}'model': 'groq/it''s'`,
        `${inner}"model_name": ${JSON.stringify(name)}`,
      ];
    case "disabled":
      return [`${margin}# - model_name: off-${name}`, `${margin}#   litellm_params:`, `${margin}#     model: groq/off`];
  }
};

const shapes: readonly Shape[] = ["plain", "anchored", "merged", "flow", "blocks", "commented", "disabled", "quoted"];

export interface AnyConfig {
  readonly text: string;
  readonly layout: Layout;
}

/** Configs as people write them: comments, anchors, odd indentation, both line breaks, names that stand twice. */
export const anyConfig: fc.Arbitrary<AnyConfig> = fc
  .record({
    layout: fc.record({
      indent: fc.integer({ min: 0, max: 5 }),
      gap: fc.integer({ min: 1, max: 3 }),
      step: fc.integer({ min: 1, max: 4 }),
    }),
    entries: fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...shapes)), { maxLength: 6 }),
    head: fc.constantFrom([], ["# a comment", ""], ["litellm_settings:", "  drop_params: true", ""]),
    tail: fc.constantFrom(
      [],
      ["", "general_settings:", "    master_key: os.environ/LITELLM_MASTER_KEY"],
      ["# the end"],
      [""],
      ["", "", "# far", ""],
    ),
    newline: fc.constantFrom("\n", "\r\n"),
    ends: fc.boolean(),
  })
  .map(({ layout, entries, head, tail, newline, ends }) => {
    const body = entries.flatMap(([name, shape], index) =>
      entry(name, shape, layout).map((line) => line.replace(/&a\d+/, `&a${index}`)),
    );
    const lines = [...head, "shared: &shared { rpm: 7 }", "model_list: # the list", ...body, ...tail];
    return { layout, text: lines.join(newline) + (ends ? newline : "") };
  });
