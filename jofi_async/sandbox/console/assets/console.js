"use strict";
// Draws what has changed; what is open, typed or focused stays as it is. Without it the page works by reloading.

const parser = new DOMParser();
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let busy = false;
let stale = false;

async function draw() {
  if (busy) {
    stale = true;
    return;
  }
  busy = true;
  try {
    do {
      stale = false;
      const answer = await fetch(location.href);
      if (answer.ok) adopt(await answer.text());
    } while (stale);
  } catch {
    tell("The sandbox does not answer", "lost");
  } finally {
    busy = false;
  }
}

function adopt(text, answers = false) {
  const next = parser.parseFromString(text, "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = next.getElementById(old.id);
    if (old.dataset.live === "answer" && !answers) continue; // a refusal stays until the next button
    if (fresh) keepFocus(old, () => (old.dataset.live === "list" ? merge(old, fresh) : swap(old, fresh)));
  }
}

function keepFocus(region, change) {
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const place = focused?.closest("li[id]")?.id;
  change();
  if (!focused || focused.isConnected) return;
  const again = document.getElementById(focused.id) ?? document.getElementById(place)?.querySelector("summary");
  (again ?? region.querySelector("button:not(:disabled), a"))?.focus();
}

function swap(old, fresh) {
  for (const details of old.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
  }
  if (old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.childNodes);
}

function merge(list, fresh) {
  const known = new Map(Array.from(list.children, (line) => [line.id, line]));
  const first = known.size === 0;
  let place = list.firstElementChild;
  for (const line of Array.from(fresh.children)) {
    const old = known.get(line.id);
    known.delete(line.id);
    if (old) swap(old, line);
    const shown = old ?? line;
    if (shown === place) place = place.nextElementSibling;
    else list.insertBefore(shown, place);
    if (!old && !first) flash(line);
  }
  for (const gone of known.values()) gone.remove();
}

function flash(line) {
  if (calm.matches) return;
  const color = getComputedStyle(document.body).getPropertyValue("--flash");
  line.animate([{ backgroundColor: color }, {}], { duration: 1800, easing: "ease-out" });
}

function tell(text, mood) {
  const pulse = document.getElementById("pulse");
  if (!pulse || pulse.textContent === text) return;
  pulse.textContent = text;
  pulse.dataset.mood = mood;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.method === "get") return search(form);
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    adopt(await answer.text(), true);
    if (answer.ok) form.reset();
  } catch {
    tell("The sandbox does not answer", "lost");
  }
});

let pending;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.method !== "get") return;
  clearTimeout(pending);
  pending = setTimeout(() => search(form), 120);
});

function search(form) {
  const asked = Array.from(new FormData(form)).filter(([, text]) => text);
  history.replaceState(null, "", `${form.getAttribute("action")}?${new URLSearchParams(asked)}`);
  return draw();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  const field = document.getElementById("search");
  if (!field) return;
  event.preventDefault();
  field.focus();
});

const changes = new EventSource("/_console/changes");
changes.onopen = () => tell("Live", "live");
changes.onmessage = draw;
changes.onerror = () => tell("Waiting for the sandbox", "lost");
addEventListener("pagehide", () => changes.close());
