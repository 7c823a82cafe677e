"use strict";
(() => {
  const page = document.documentElement;
  const one = (selector, at = document) => at.querySelector(selector);
  const all = (selector, at = document) => [...at.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // What only a script can do is shown only where there is one; what is folded was open without.
  for (const part of all(".filter, .zoom, .back, button.theme, button.ask")) part.hidden = false;
  const folds = all("details[data-fold]");
  for (const fold of folds) fold.open = false;

  // ---- on paper: everything is open, whatever was open before ----
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = folds.filter((fold) => !fold.open);
    for (const fold of folded) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of folded) fold.open = false;
  });

  // ---- light and dark ----
  const themes = ["auto", "light", "dark"];
  const button = one("button.theme");
  const remembered = () => {
    try { return localStorage.getItem("cutover-theme"); } catch { return null; }
  };
  const dress = (theme) => {
    if (theme === "auto") delete page.dataset.theme;
    else page.dataset.theme = theme;
    one("span", button).textContent = theme;
    try { localStorage.setItem("cutover-theme", theme); } catch { /* Then it is not remembered. */ }
  };
  const nextTheme = () => dress(themes[(themes.indexOf(page.dataset.theme ?? "auto") + 1) % themes.length]);
  if (themes.includes(remembered())) dress(remembered());
  button.addEventListener("click", nextTheme);

  // ---- the filter ----
  const form = one("form.filter");
  const shown = one("output.shown");
  const body = one("table.services tbody");
  const services = [...body.rows].map((row) => {
    const section = byId(row.dataset.for);
    return { row, section, codes: row.dataset.codes.split(" "), text: null };
  });
  const textOf = (service) => (service.text ??= `${service.row.textContent} ${service.section.textContent}`.toLowerCase());
  const fields = ["q", "action", "grade", "decision", "code"];
  const state = { sort: "" };
  const chosen = () => Object.fromEntries(fields.map((name) => [name, form.elements[name].value.trim()]));

  const fits = (service, want, words) =>
    (!want.action || service.row.dataset.action === want.action) &&
    (!want.grade || service.row.dataset.grade === want.grade) &&
    (!want.decision || service.row.dataset.decision === want.decision) &&
    (!want.code || service.codes.includes(want.code)) &&
    words.every((word) => textOf(service).includes(word));

  const filter = () => {
    const want = chosen();
    const words = want.q.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const service of services) {
      const fit = fits(service, want, words);
      service.row.hidden = service.section.hidden = !fit;
      count += fit;
    }
    one("p.none").hidden = count > 0;
    const says = `${count} of ${services.length} services shown`;
    if (shown.textContent !== says) shown.textContent = says;
  };

  /** Keeps the filter in the address, so that others can be shown the same. */
  const keep = () => {
    const wanted = new URLSearchParams(Object.entries({ ...chosen(), sort: state.sort }).filter(([, value]) => value));
    const text = wanted.toString();
    history.replaceState(null, "", text ? `#?${text}` : location.pathname + location.search);
  };
  const set = (wanted) => {
    for (const name of fields) {
      const field = form.elements[name];
      field.value = wanted.get(name) ?? "";
      if (field.selectedIndex === -1) field.value = "";
    }
    const [, key, order] = /^(\w+)-(ascending|descending)$/.exec(wanted.get("sort") ?? "") ?? [];
    if (key) sort(key, order);
    filter();
  };
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { filter(); keep(); }, 60);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { filter(); keep(); }));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-filter]");
    if (!link) return;
    event.preventDefault();
    set(new URLSearchParams(link.dataset.filter));
    keep();
    byId("services").scrollIntoView();
    byId("services").focus({ preventScroll: true });
  });

  // ---- the order of the table ----
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent.trim() : Number(cell.dataset.v);
  };
  const heads = all("th[data-sort]");
  const first = new Map(services.map((service, at) => [service.row, at]));
  function sort(key, order) {
    const head = heads.find((each) => each.dataset.sort === key);
    if (!head) return;
    const column = head.cellIndex;
    const sign = order === "descending" ? -1 : 1;
    const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true }));
    const rows = services.map((service) => service.row);
    rows.sort((a, b) => sign * compare(value(a, column), value(b, column)) || first.get(a) - first.get(b));
    body.append(...rows);
    for (const each of heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    state.sort = `${key}-${order}`;
  }
  for (const head of heads) {
    const press = document.createElement("button");
    press.type = "button";
    press.setAttribute("aria-label", `Sort by ${head.textContent.toLowerCase()}`);
    head.append(" ", press);
    head.addEventListener("click", () => {
      // The gravest first, and names from A.
      const isName = head.dataset.sort === "name" || head.dataset.sort === "unit";
      const [once, twice] = isName ? ["ascending", "descending"] : ["descending", "ascending"];
      sort(head.dataset.sort, head.getAttribute("aria-sort") === once ? twice : once);
      keep();
    });
  }

  // ---- addresses ----
  const arrive = () => {
    const hash = location.hash.slice(1);
    if (hash.startsWith("?")) return set(new URLSearchParams(hash.slice(1)));
    const target = hash && byId(decodeURIComponent(hash));
    if (!target) return undefined;
    // What is asked for is shown, even if the filter or a fold hides it.
    const section = target.closest(".service");
    if (section?.hidden) { form.reset(); filter(); }
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    return target.scrollIntoView();
  };
  addEventListener("hashchange", arrive);

  // ---- lines that belong together ----
  let lit = [];
  const light = (line) => {
    if (line && lit[0] === line) return;
    for (const each of lit) each.classList.remove("tied");
    lit = line ? [line, ...line.dataset.t.split(" ").map(byId).filter(Boolean)] : [];
    for (const each of lit) each.classList.add("tied");
  };
  const lineOf = (event) => event.target.closest?.("li[data-t]");
  document.addEventListener("pointerover", (event) => light(lineOf(event)));
  document.addEventListener("focusin", (event) => light(lineOf(event)));

  // ---- pictures ----
  for (const figure of all(".picture")) {
    const svg = one("svg", figure);
    const frame = one(".scroll", figure);
    const [full, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
    const zoom = (width) => {
      svg.style.width = `${width}px`;
      svg.style.height = `${(width * height) / full}px`;
    };
    const width = () => svg.getBoundingClientRect().width;
    const to = { in: () => width() * 1.25, out: () => width() / 1.25, fit: () => frame.clientWidth - 2, full: () => full };
    figure.addEventListener("click", (event) => {
      const press = event.target.closest("[data-zoom]");
      if (press) zoom(Math.min(Math.max(to[press.dataset.zoom](), 200), full * 4));
    });
  }

  // ---- keys ----
  const help = byId("help");
  const ask = () => help.showModal();
  one("button.ask").addEventListener("click", ask);
  const step = (by) => {
    const visible = services.map((service) => service.section).filter((section) => !section.hidden);
    visible.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    const here = document.activeElement.closest(".service");
    // Where nothing is in focus, what is on the screen counts.
    let at = visible.indexOf(here);
    if (at === -1) {
      const first = visible.findIndex((section) => section.getBoundingClientRect().top > 90);
      at = first === -1 ? visible.length - 1 : by > 0 ? first - 1 : first;
    }
    const section = visible[Math.min(Math.max(at + by, 0), visible.length - 1)];
    if (!section) return;
    one("h3", section).focus({ preventScroll: true });
    section.scrollIntoView();
    history.replaceState(null, "", `#${section.id}`);
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => { form.scrollIntoView({ block: "nearest" }); form.elements.q.focus(); form.elements.q.select(); },
    s: () => { byId("services").scrollIntoView(); byId("services").focus({ preventScroll: true }); },
    t: nextTheme,
    "?": ask,
    Escape: () => { form.reset(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  filter();
  arrive();
})();
