import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type About, AboutContext } from "./about.ts";
import { Calls } from "./calls.tsx";
import { type LiveState, useLive } from "./live.ts";
import { Models } from "./models.tsx";
import { useAnswer } from "./server.ts";
import { Services } from "./services.tsx";
import { Spend } from "./spend.tsx";
import "./style.css";
import "./views.css";

const views = { calls: "Calls", spend: "Spend", models: "Models", services: "Services" } as const;

type View = keyof typeof views;

function Page() {
  const { view, id } = useRoute();
  const live = useLive();
  const { value: about } = useAnswer<About>("/api/about");
  const there = (Object.keys(views) as View[]).filter((name) => about?.views.includes(name) ?? name === "calls");
  useEffect(() => {
    document.title = `${views[view]} · ${about?.stack ?? "goat-dev"}`;
  }, [view, about]);
  return (
    <AboutContext.Provider value={about}>
      <header class="top">
        <a class="brand" href="#/calls">
          goat-dev <span class="dim">{about?.stack ?? ""}</span>
        </a>
        {about?.note === undefined ? null : <span class="note dim">{about.note}; it is not Langfuse</span>}
        <nav aria-label="Views">
          {there.map((name) => (
            <a key={name} href={`#/${name}`} aria-current={name === view ? "page" : undefined}>
              {views[name]}
            </a>
          ))}
        </nav>
        <Signal live={live} />
      </header>
      <main>
        <h1 class="sr">{views[view]}</h1>
        {view === "calls" ? <Calls id={id} /> : null}
        {view === "spend" ? <Spend /> : null}
        {view === "models" ? <Models /> : null}
        {view === "services" ? <Services /> : null}
      </main>
    </AboutContext.Provider>
  );
}

function Signal({ live }: { readonly live: LiveState }) {
  const isWell = live.connected && live.away === null;
  const text = live.connected ? (live.away ?? "live") : "no connection: goat-dev open";
  return (
    <p class={`signal ${isWell ? "well" : "unwell"}`} role="status" title={text}>
      <span class={`dot ${isWell ? "good" : "bad"}`} aria-hidden="true" />
      <span class="signal-text">{text}</span>
    </p>
  );
}

function useRoute(): { readonly view: View; readonly id: string | null } {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = (): void => setHash(location.hash);
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  const [, view = "", id] = hash.split("/");
  return { view: view in views ? (view as View) : "calls", id: id ? decodeURIComponent(id) : null };
}

const place = document.getElementById("page");
if (place !== null) render(<Page />, place);
