import type { ListrTask } from "listr2";
import type { StampedEvent, View } from "../../events/events.ts";
import { createPaint, type Paint } from "../../platform/style.ts";
import { createLiveLines, type DrawnLine, type LineQueue } from "./live-lines.ts";
import { createTalk, type ViewOptions } from "./plain.ts";
import { markOf, noticeLine, stepLine, stepText } from "./render.ts";

export interface ListrViewOptions extends ViewOptions {
  readonly stderr: NodeJS.WriteStream;
}

type Wrapper = Parameters<ListrTask["task"]>[1];

const together = { concurrent: true, exitOnError: false } as const;

/** A live list on a terminal. While it is drawn, nothing else is written: results, logs and errors wait. */
export function createListrView(options: ListrViewOptions): View {
  const paint = createPaint(options.color);
  const talk = createTalk(options);
  const waiting: StampedEvent[] = [];
  /** The steps, from the top of the drawing to its bottom. */
  const steps: string[] = [];
  const note = (step: string): void => {
    if (!steps.includes(step)) steps.push(step);
  };
  const lines = createLiveLines({
    draw: (queue) => draw(queue, options.stderr, paint),
    onStill: () => {
      for (const event of waiting.splice(0)) talk.on(event);
    },
  });
  const on = (event: StampedEvent): void => {
    switch (event.type) {
      case "step-started":
        note(event.step);
        lines.show(event.step, stepText(event.step, event.text ?? ""));
        break;
      case "step-progress":
        note(event.step);
        lines.show(event.step, stepText(event.step, event.text));
        break;
      case "step-finished":
        note(event.step);
        talk.drew(event, event.step === steps.at(-1));
        lines.finish(event.step, stepLine(event, paint));
        break;
      default:
        if (event.type === "notice" && lines.add(noticeLine(event, paint))) break;
        if (lines.isDrawing()) waiting.push(event);
        else talk.on(event);
    }
  };
  const unfinished = (step: string): string => `${markOf("skipped", paint)} ${stepText(step, "not finished")}`;
  return { on, close: () => lines.close(unfinished) };
}

/** Draws until the queue ends. listr2 handles no signals and sees no failures: marks are part of a line's text. */
async function draw(lines: LineQueue, stream: NodeJS.WriteStream, paint: Paint): Promise<void> {
  const { DefaultRenderer, Listr, ListrLogger, ProcessOutput } = await import("listr2");
  class StreamRenderer extends DefaultRenderer {
    // The stream that is drawn on is a terminal, whatever the process's own stdout is.
    static override readonly nonTTY = true;
  }
  const listr = new Listr([drawNext(lines)], {
    ...together,
    registerSignalListeners: false,
    renderer: StreamRenderer,
    rendererOptions: {
      logger: new ListrLogger({ processOutput: new ProcessOutput(stream, stream) }),
      icon: { COMPLETED: "" },
      color: { PENDING: (text: string | undefined) => paint("cyan", text ?? "") },
      removeEmptyLines: false,
    },
  });
  await listr.run();
}

/** Each line adds a hidden task that waits for the next line, so that lines can join a drawing that has begun. */
function drawNext(lines: LineQueue): ListrTask {
  return {
    task: async (_context: unknown, wrapper: Wrapper) => {
      const line = await lines.next();
      return line === null ? undefined : wrapper.newListr([drawLine(line), drawNext(lines)], together);
    },
  };
}

function drawLine(line: DrawnLine): ListrTask {
  return {
    title: line.running,
    task: async (_context: unknown, wrapper: Wrapper) => {
      line.attach((text) => {
        wrapper.title = text;
      });
      wrapper.title = await line.finished;
    },
  };
}
