// One example as a card: its text with marks, its units, its reward, what was written.

function card(example, data, view, link) {
  const several = data.systems.length > 1;
  const only = view.system && data.systems.includes(view.system) ? data.systems.indexOf(view.system) : null;
  const answers = example.answers.map((answer, system) => ({ answer, system })).filter(({ system }) => only === null || system === only);
  const title = `example-${example.place}`;
  return element("article", { class: example.text ? "card" : "card no-text", tabindex: "-1", "aria-labelledby": title, "data-key": example.key },
    element("header", {},
      element("h3", { id: title }, element("a", { href: link, title: "link to this example" }, name(example.id))),
      element("p", { class: "tags" }, data.datasets[example.set] ? name(data.datasets[example.set], { class: "tag" }) : null,
        element("span", { class: "tag" }, data.tasks[example.task]))),
    element("div", { class: answers.length > 1 ? "answers side-by-side" : "answers" },
      answers.map(({ answer, system }) => answerElement(example, answer, several ? system : null, data))));
}

function answerElement(example, answer, system, data) {
  const numbers = numbered(answer);
  return element("section", { class: "answer", "aria-label": system === null ? "answer" : data.systems[system] },
    element("div", { class: "said" },
      system === null ? null : element("h4", {}, systemName(system, data)),
      markedText(example, marksOf(answer, data, numbers))),
    scoreElement(answer, data),
    element("div", { class: "details" }, unitsElement(answer, data, numbers), problemsElement(answer, data), outputElement(answer)));
}

function systemName(system, data) {
  const sample = document.querySelectorAll(".about .system")[system];
  return sample ? sample.cloneNode(true) : name(data.systems[system]);
}

// Relations and trigger groups by number, so that labels in the text can be short.
function numbered(answer) {
  const numbers = new Map();
  let last = 0;
  for (const unit of answer.units) {
    if (unit.kind === "relation") numbers.set(unit, (last += 1));
    else if (unit.group !== NONE && answer.groups.length > 1) numbers.set(unit, unit.group + 1);
  }
  return numbers;
}

// -- units --

function unitsElement(answer, data, numbers) {
  if (answer.groups.length) return groupsElement(answer, data);
  const relations = answer.units.some((unit) => unit.kind === "relation");
  const listed = relations ? answer.units : answer.units.filter((unit) => !isPlaced(unit));
  if (!listed.length) return answer.units.length ? null : element("p", { class: "quiet" }, "No units in gold or prediction.");
  return element("div", { class: "units" },
    relations ? null : element("p", { class: "quiet unplaced-words" }, "Without a place in the text:"),
    element("ul", {}, listed.map((unit) => unitElement(unit, answer, data, numbers.get(unit)))));
}

const isPlaced = (unit) => unit.mentions.every(([, , at]) => at.length);

function unitElement(unit, answer, data, number) {
  return element("li", { class: `unit ${unit.fate}`, "data-units": String(answer.units.indexOf(unit)) },
    signElement(unit, data),
    element("span", {},
      number ? element("span", { class: "number" }, `${number} `) : null,
      ...namesOf(unit, data), " ", noteElement(unit, data)));
}

function signElement(unit, data) {
  return element("span", { class: `sign ${unit.fate}`, "aria-hidden": "true" }, data.signs[unit.fate]);
}

function namesOf(unit, data) {
  const mentions = unit.mentions.map(([, text, at]) => name(text, { class: at.length ? "mention" : "mention unplaced", title: at.length ? null : "no place in the text" }));
  const type = name(data.types[unit.type], { class: "called" });
  if (unit.kind === "relation") return [mentions[0], " — ", type, " → ", mentions[1]];
  return [type, " ", mentions[0]];
}

function noteElement(unit, data) {
  const whose = unit.fate === "type" || unit.fate === "boundary" ? { both: "", gold: "gold: ", pred: "predicted: " }[unit.side] : "";
  const said = `${whose}${data.words[unit.error]}${unit.note ? `, ${unit.note}` : ""}`;
  return element("span", { class: unit.fate === "hit" ? "unseen" : "quiet" }, ...shown(said));
}

// Which predicted trigger group answers which gold one, with the arguments of both.
function groupsElement(answer, data) {
  return element("ol", { class: "groups" }, answer.groups.map(([type, gold, pred, shared], place) => {
    const units = answer.units.filter((unit) => unit.group === place);
    const trigger = units.find((unit) => unit.kind === "trigger");
    const found = trigger && trigger.fate === "hit" ? trigger : null; // then the heading says it
    return element("li", { class: "group" },
      element("p", { class: "match", "data-units": found ? String(answer.units.indexOf(found)) : null },
        found ? signElement(found, data) : null, name(data.types[type], { class: "called" }), " ", ...triggers(gold, pred), " · ",
        element("span", { class: "quiet" }, matchWords(gold, pred, shared))),
      element("ul", {}, units.filter((unit) => unit !== found).map((unit) => unitElement(unit, answer, data))));
  }));
}

function triggers(gold, pred) {
  const bold = (trigger) => name(trigger, { class: "mention" });
  if (gold === pred) return [bold(gold)];
  if (gold === null || pred === null) return [bold(gold === null ? pred : gold)];
  return [bold(gold), " ⇄ ", bold(pred)];
}

function matchWords(gold, pred, shared) {
  if (pred === null) return "gold group, not answered";
  if (gold === null) return "predicted group, answers none of gold";
  const arguments_ = `${shared} ${shared === 1 ? "argument" : "arguments"} shared`;
  return gold === pred ? arguments_ : `gold ⇄ predicted, ${arguments_}`;
}

// -- what it is worth, and what was written --

function scoreElement(answer, data) {
  const facts = [
    answer.f1 === null ? null : ["F1", percent(answer.f1)],
    ["read", data.statuses[answer.status] + (answer.rungs.length ? ` (${answer.rungs.map((i) => data.rungs[i]).join(", ")})` : "")],
    answer.length === null ? null : ["length", `${answer.length.toLocaleString("en")} ${data.unit}`],
  ];
  return element("div", { class: "score" },
    answer.reward === null ? null : termsElement(answer, data),
    element("dl", {}, facts.filter(Boolean).map(([term, value]) => element("div", {}, element("dt", {}, term), element("dd", { class: term === "read" ? data.statuses[answer.status] : null }, value)))));
}

function termsElement(answer, data) {
  const worst = Math.max(1, ...answer.terms.map(([, value]) => Math.abs(value)));
  const words = (term) => data.terms[term].replaceAll("_", " ").replace("f1", "F1");
  const noughts = answer.terms.filter(([, value]) => !value).map(([term]) => words(term));
  return element("table", { class: "terms" },
    element("caption", {}, "Reward ", element("b", {}, signed(answer.reward))),
    element("tbody", {},
      answer.terms.filter(([, value]) => value).map(([term, value]) => element("tr", {},
        element("th", { scope: "row" }, words(term)),
        element("td", { class: "track-cell" }, bar(value / worst)),
        element("td", {}, signed(value)))),
      noughts.length ? element("tr", {}, element("td", { colspan: 3, class: "noughts" }, `0: ${noughts.join(", ")}`)) : null));
}

// A bar to the left or the right of the middle.
function bar(share) {
  const fill = element("i", { class: share < 0 ? "less" : "more" });
  fill.style.width = `${50 * Math.abs(share)}%`;
  return element("span", { class: "track", "aria-hidden": "true" }, fill);
}

function problemsElement(answer, data) {
  if (!answer.problems.length) return null;
  return element("details", { class: "problems" },
    element("summary", {}, answer.problems.length === 1 ? "1 problem" : `${answer.problems.length} problems`, " in reading"),
    element("ul", {}, answer.problems.map((problem) => element("li", {}, name(data.problems[problem])))));
}

function outputElement(answer) {
  return element("details", { class: "output" },
    element("summary", {}, "Output as written"),
    answer.output ? element("pre", { dir: "auto" }, shown(answer.output))
      : element("p", { class: "quiet" }, answer.output === null ? "Units were given, and no text." : "Nothing was written."));
}
