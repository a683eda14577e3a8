"use strict";
(() => {
  const CHUNK = 150;
  const ORDER = ["conflict", "refused", "unexpected", "update", "create", "unchanged"];
  const PROGRESS = ["", "pending", "accepted", "completed"];
  const plan = JSON.parse(document.getElementById("plan").textContent);
  const readAt = Date.parse(plan.read_at);
  const body = document.querySelector("tbody");
  const cards = [...document.querySelectorAll(".card")];
  const heads = [...document.querySelectorAll("th")];
  const search = document.getElementById("search");
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const number = new Intl.NumberFormat("en");
  const view = { kinds: new Set(), by: "kind", down: false, found: [], drawn: 0 };

  const differences = (step) => (step.changes || []).length + (step.problems || []).length;
  const KEYS = {
    kind: (step) => ORDER.indexOf(step.kind),
    line: (step) => step.line ?? Infinity,
    name: (step) => step.name || "",
    group: (step) => step.group || "",
    item: (step) => step.item_id || "",
    progress: (step) => PROGRESS.indexOf(step.progress?.state || "") * 1e15 - Date.parse(step.progress?.invited_at || 0),
    differences,
  };
  const haystack = (step) =>
    [
      step.kind, step.name, step.email, step.person_id, step.group, step.item_id, step.outcome?.kind, step.progress?.state,
      ...(step.changes || []).flatMap((one) => [one.field, text(one.old), text(one.new)]),
      ...(step.problems || []).flatMap((one) => [one.field, one.reason]),
    ].join("\n").toLowerCase();
  const text = (value) => {
    if (value === null || value === undefined || value === "") return "";
    if (typeof value === "boolean") return value ? "yes" : "no";
    return Array.isArray(value) ? value.join(", ") : String(value);
  };
  plan.steps.forEach((step, place) => { step.place = place; step.haystack = haystack(step); });

  const element = (name, className, content) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (content !== undefined) made.textContent = content;
    return made;
  };
  const value = (name, content) => {
    const made = element(name, "", text(content));
    if (!made.textContent) { made.textContent = "nothing"; made.classList.add("empty"); }
    return made;
  };
  const address = (content) => {
    const made = element("span", "mail");
    for (const part of content.split(/(?=@)/)) made.append(part, element("wbr"));
    return made;
  };
  const reasons = (problems) => problems.map((one) => (one.field ? `${one.field}: ${one.reason}` : one.reason)).join("; ");

  const waiting = (progress) => {
    if (!progress) return "";
    if (progress.state !== "pending") return progress.state;
    const days = Math.max(0, Math.floor((readAt - Date.parse(progress.invited_at)) / 864e5));
    return days === 0 ? "pending, under a day" : `pending, ${days} ${days === 1 ? "day" : "days"}`;
  };

  const drawChanges = (cell, step) => {
    for (const one of step.changes || []) {
      const line = element("div", "change");
      const sides = element("span", "");
      sides.append(value("del", one.old), " \u2192 ", value("ins", one.new));
      line.append(element("span", "field", one.field), sides);
      cell.append(line);
    }
    if (step.problems) cell.append(element("p", "reason", reasons(step.problems)));
    if (step.outcome?.problems?.length && !step.problems) cell.append(element("p", "reason", reasons(step.outcome.problems)));
    if (step.not_compared) cell.append(element("p", "uncompared", `not compared: ${step.not_compared.join(", ")}`));
  };

  const draw = (step) => {
    const row = element("tr", step.kind);
    const state = element("td", "state");
    state.append(element("span", `tag ${step.kind}`, step.kind));
    if (step.outcome) state.append(element("span", "became", step.outcome.kind.replace("_", " ")));
    const person = element("td", "person");
    person.append(element("span", "name", step.name || "\u2013"), address(step.email || ""));
    const apart = element("td", "differences");
    drawChanges(apart, step);
    row.append(
      state,
      element("td", "line", step.line ?? ""),
      person,
      element("td", "group", step.group || ""),
      element("td", "item", step.item_id || ""),
      element("td", "progress", waiting(step.progress)),
      apart,
    );
    return row;
  };

  const drawMore = (many) => {
    const rows = document.createDocumentFragment();
    for (const step of view.found.slice(view.drawn, view.drawn + many)) rows.append(draw(step));
    body.append(rows);
    view.drawn = Math.min(view.found.length, view.drawn + many);
  };

  const compare = (one, other) => {
    const [a, b] = [KEYS[view.by](one), KEYS[view.by](other)];
    const order = typeof a === "string" ? collator.compare(a, b) : a === b ? 0 : a < b ? -1 : 1;
    return (view.down ? -order : order) || one.place - other.place;
  };

  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    view.found = plan.steps
      .filter((step) => !view.kinds.size || view.kinds.has(step.kind))
      .filter((step) => words.every((word) => step.haystack.includes(word)))
      .sort(compare);
    body.replaceChildren();
    view.drawn = 0;
    drawMore(CHUNK);
    document.getElementById("none").hidden = view.found.length > 0;
    document.querySelector("table").hidden = view.found.length === 0;
    document.getElementById("shown").textContent = `${number.format(view.found.length)} of ${number.format(plan.steps.length)}`;
    document.getElementById("reset").hidden = !words.length && !view.kinds.size;
    for (const card of cards) card.setAttribute("aria-pressed", view.kinds.has(card.dataset.kind));
    for (const head of heads) {
      if (head.dataset.by === view.by) head.setAttribute("aria-sort", view.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  };

  for (const card of cards) {
    card.addEventListener("click", () => {
      const kind = card.dataset.kind;
      if (!view.kinds.delete(kind)) view.kinds.add(kind);
      show();
    });
  }
  for (const head of heads) {
    head.querySelector("button").addEventListener("click", () => {
      view.down = view.by === head.dataset.by && !view.down;
      view.by = head.dataset.by;
      show();
    });
  }
  let timer = 0;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 80); });
  document.getElementById("reset").addEventListener("click", () => { search.value = ""; view.kinds.clear(); show(); });
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) drawMore(CHUNK); }, { rootMargin: "1200px" })
    .observe(document.getElementById("more"));
  addEventListener("beforeprint", () => drawMore(view.found.length));
  show();
})();
