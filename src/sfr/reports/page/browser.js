// The browser of examples: what is asked for stands in the address, so that a view can be passed on.

const PAGE = 20;
const PRINTED = 300;
const WAIT = 150; // milliseconds after the last key before a search

const $ = (id) => document.getElementById(id);

async function start() {
  const data = await readData();
  const form = $("form");
  let view = {};
  let found = [];
  let counts = {};
  let timer = 0;

  const pages = () => Math.max(1, Math.ceil(found.length / PAGE));
  const page = () => Math.min(pages(), Math.max(1, Math.floor(Number(view.page)) || 1));
  const filters = () => Object.entries(view).filter(([key]) => !["page", "id", "sort"].includes(key));
  const linkTo = (example) => `#${new URLSearchParams({ ...Object.fromEntries(Object.entries(view).filter(([key]) => key !== "page")), id: example.key })}`;

  // -- from the address, and to it --

  function readAddress() {
    const hash = location.hash.slice(1);
    return hash.includes("=") ? Object.fromEntries(new URLSearchParams(hash)) : null;
  }

  function writeAddress() {
    const hash = new URLSearchParams(view).toString();
    history.replaceState(null, "", hash ? `#${hash}` : "#examples");
  }

  function follow(scroll) {
    const asked = readAddress();
    if (!asked) return;
    view = asked;
    refresh();
    const place = found.findIndex((example) => example.key === view.id);
    if (place >= 0) {
      view.page = String(1 + Math.floor(place / PAGE));
      show();
      focusCard(cards().find((each) => each.dataset.key === view.id));
    } else if (scroll) $("examples").scrollIntoView();
  }

  function change(values, wait = 0) {
    const { id, page: _, ...rest } = view;
    view = Object.fromEntries(Object.entries({ ...rest, ...values }).filter(([, value]) => value !== "" && value !== undefined));
    clearTimeout(timer);
    timer = setTimeout(() => { writeAddress(); refresh(); }, wait);
  }

  // -- what is shown --

  function refresh() {
    const began = performance.now();
    ({ found, counts } = select(data, view));
    performance.measure("filter", { start: began });
    fillForm();
    show();
    performance.measure("refresh", { start: began });
  }

  function show() {
    const first = (page() - 1) * PAGE;
    const shownNow = found.slice(first, first + PAGE);
    $("cards").replaceChildren(...shownNow.map((example) => card(example, data, view, linkTo(example))));
    const all = data.examples.length.toLocaleString("en");
    const range = found.length > PAGE ? `, ${first + 1}–${first + shownNow.length} shown` : "";
    const none = data.examples.length ? `None of ${all} examples. Take a filter away.` : "No examples are shown.";
    $("count").textContent = found.length ? `${found.length.toLocaleString("en")} of ${all} examples${range}` : none;
    showPager();
  }

  function showPager() {
    const to = (target, words) => element("button", {
      type: "button", disabled: target < 1 || target > pages() || target === page(), onclick: () => turnTo(target),
    }, words);
    const last = pages();
    $("pager").hidden = last === 1;
    $("pager").replaceChildren(to(1, "First"), to(page() - 1, "Previous"), element("span", {}, `page ${page()} of ${last.toLocaleString("en")}`), to(page() + 1, "Next"), to(last, "Last"));
  }

  function turnTo(target, at = 0) {
    delete view.id;
    view.page = String(target);
    writeAddress();
    show();
    focusCard(cards().at(at));
  }

  // -- the form --

  function fillForm() {
    const names = { system: data.systems, set: data.datasets, task: data.tasks, type: data.types, error: data.words, status: data.statuses };
    for (const [facet, values] of Object.entries(names)) {
      const keys = facet === "error" ? data.errors : values;
      fillSelect(facet, keys, values);
    }
    form.q.value = view.q || "";
    form.min.value = view.min || "";
    form.max.value = view.max || "";
    fillOrders();
    const n = filters().length;
    $("active").textContent = n ? `(${n} active)` : "";
  }

  function fillSelect(facet, keys, words) {
    const select = form[facet];
    const some = counts[facet];
    const order = facet === "type" ? [...keys.keys()].sort((a, b) => keys[a].localeCompare(keys[b])) : [...keys.keys()];
    const options = order
      .filter((i) => some[i] || view[facet] === keys[i])
      .map((i) => option(keys[i], `${plain(words[i] || "(no name)")} (${some[i].toLocaleString("en")})`, view[facet] === keys[i]));
    if (view[facet] !== undefined && !keys.includes(view[facet])) options.push(option(view[facet], `${plain(view[facet])} (0)`, true));
    select.replaceChildren(option("", "all", view[facet] === undefined), ...options);
    select.closest("[data-facet]").hidden = keys.length < 2 && view[facet] === undefined;
  }

  function fillOrders() {
    const orders = Object.entries(ORDERS).filter(([order]) =>
      (order !== "-apart" || data.systems.length > 1) && (!order.endsWith("reward") || hasRewards));
    form.sort.replaceChildren(...orders.map(([order, words]) => option(order, words, (view.sort || "") === order)));
    form.querySelector("[data-facet=reward]").hidden = !hasRewards;
  }

  const option = (value, words, selected) => element("option", { value, selected }, words);
  const plain = (text) => shown(text).map((part) => part.textContent ?? part).join("");
  const hasRewards = data.examples.some((example) => example.answers.some((answer) => answer.reward !== null));

  form.addEventListener("input", ({ target }) => change({ [target.name]: target.value }, target.tagName === "INPUT" ? WAIT : 0));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    view = {};
    change({});
  });

  // -- keys --

  const cards = () => [...$("cards").children];

  function focusCard(found) {
    if (!found) return;
    found.focus({ preventScroll: true });
    found.scrollIntoView({ block: "start" });
  }

  function step(by) {
    const all = cards();
    const now = all.indexOf(document.activeElement?.closest(".card"));
    if (now < 0) return focusCard(all[0]);
    if (all[now + by]) return focusCard(all[now + by]);
    const target = page() + by;
    if (target >= 1 && target <= pages()) turnTo(target, by > 0 ? 0 : -1);
  }

  function toggleOutputs() {
    const all = [...document.querySelectorAll(".card details.output")];
    const open = !all.every((each) => each.open);
    for (const each of all) each.open = open;
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    o: toggleOutputs,
    l: () => $("browser").classList.toggle("no-labels"),
    "/": () => {
      $("filters").open = true;
      form.q.focus();
    },
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (typing && event.key === "Escape") typing.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  // A unit and its marks light up together.
  for (const [kind, lit] of [["mouseover", true], ["mouseout", false]]) {
    $("cards").addEventListener(kind, ({ target }) => {
      const over = target.closest("[data-units]");
      if (!over) return;
      const units = over.dataset.units.split(" ");
      for (const each of over.closest(".answer").querySelectorAll("[data-units]")) {
        each.classList.toggle("lit", lit && each.dataset.units.split(" ").some((unit) => units.includes(unit)));
      }
    });
  }

  // -- paper --

  addEventListener("beforeprint", () => {
    const some = found.slice(0, PRINTED);
    $("cards").replaceChildren(...some.map((example) => card(example, data, view, linkTo(example))));
    for (const each of document.querySelectorAll(".card details")) each.open = true;
    const left = found.length > some.length ? `; the first ${PRINTED} follow` : "";
    const asked = filters().map(([key, value]) => `${key} ${plain(value)}`).join(", ");
    $("count").textContent = `${found.length.toLocaleString("en")} of ${data.examples.length.toLocaleString("en")} examples${asked ? ` (${asked})` : ""}${left}`;
  });
  addEventListener("afterprint", show);

  // -- begin --

  addEventListener("hashchange", () => follow(true));
  $("browser").hidden = false;
  $("filters").open = matchMedia("(min-width: 60rem)").matches;
  view = readAddress() || {};
  refresh();
  follow(true);
  document.documentElement.dataset.ready = "yes";
}

await start();
