// The text with its marks: lines under the words, one lane below another where they overlap, and a label at the end.

const LANES = 4;
const LABELS = 3; // at one place
const LABEL_LENGTH = 32; // characters; a phone has room for no more

// What is to be marked: a range with a fate and a label, and the units that it is of.
function marksOf(answer, data, numbers) {
  const marks = new Map();
  answer.units.forEach((unit, place) => {
    for (const [part, , at] of unit.mentions) {
      const label = labelOf(unit, data.parts[part], data, numbers.get(unit));
      for (let i = 0; i < at.length; i += 2) {
        const key = [at[i], at[i + 1], unit.fate, label].join(" ");
        const mark = marks.get(key) || { start: at[i], end: at[i + 1], fate: unit.fate, label, said: saidOf(unit, data), units: [] };
        mark.units.push(place);
        marks.set(key, mark);
      }
    }
  });
  return inLanes([...marks.values()]);
}

function labelOf(unit, part, data, number) {
  const whose = { both: "", gold: "gold ", pred: "pred " }[unit.fate === "type" || unit.fate === "boundary" ? unit.side : "both"];
  const what = {
    entity: () => data.types[unit.type],
    trigger: () => data.types[unit.type],
    argument: () => data.types[unit.type],
    relation: () => (part === "head" ? `${number} →` : `→ ${number}`),
  }[unit.kind]();
  const group = number && unit.kind !== "relation" ? `${number} ` : "";
  return `${data.signs[unit.fate]} ${group}${whose}${what}`;
}

function saidOf(unit, data) {
  const whose = { both: "in gold and predicted", gold: "in gold", pred: "predicted" }[unit.side];
  return `${data.words[unit.error]}, ${whose}: ${data.types[unit.type]}${unit.note ? `, ${unit.note}` : ""}`;
}

// Each mark in the first lane that is free along its range; short ones first, so that they stand nearest to the text.
function inLanes(marks) {
  const placed = [];
  for (const mark of marks.sort((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start)) {
    const taken = new Set(placed.filter((other) => other.start < mark.end && mark.start < other.end).map((other) => other.lane));
    mark.lane = 0;
    while (taken.has(mark.lane)) mark.lane += 1;
    placed.push(mark);
  }
  return placed;
}

function markedText(example, marks) {
  if (!example.text) return element("p", { class: "quiet" }, "No text was given.");
  const chars = Array.from(example.text); // ranges count characters, strings of this language count halves of some
  const ends = new Set([0, chars.length]);
  for (const mark of marks) ends.add(mark.start).add(mark.end);
  const cuts = [...ends].filter((end) => end <= chars.length).sort((a, b) => a - b);
  const lanes = Math.min(LANES, 1 + Math.max(0, ...marks.map((mark) => mark.lane)));
  const text = element("p", { class: `text lanes-${lanes}`, dir: "auto" });
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const [start, end] = [cuts[i], cuts[i + 1]];
    const over = marks.filter((mark) => mark.start <= start && end <= mark.end).sort((a, b) => a.lane - b.lane);
    let piece = shown(chars.slice(start, end).join(""));
    for (const mark of over) piece = [markElement(mark, piece)];
    text.append(...piece);
    text.append(...labels(over.filter((mark) => mark.end === end)));
  }
  return text;
}

function markElement(mark, children) {
  const lane = Math.min(mark.lane, LANES - 1);
  return element("mark", { class: `${mark.fate} lane-${lane}`, "data-units": mark.units.join(" "), title: mark.said }, children);
}

const short = (text) => (text.length > LABEL_LENGTH ? `${text.slice(0, LABEL_LENGTH)}…` : text);

// The labels of the marks that end at one place; where they are many, the last ones are only counted.
function labels(marks) {
  const made = marks.slice(0, LABELS).map((mark) =>
    element("span", { class: `label ${mark.fate}`, "data-units": mark.units.join(" "), title: mark.said }, name(short(mark.label))));
  const left = marks.slice(LABELS);
  if (left.length) {
    const units = left.flatMap((mark) => mark.units).join(" ");
    made.push(element("span", { class: "label", "data-units": units, title: left.map((mark) => mark.label).join(", ") }, `and ${left.length} more`));
  }
  return made;
}
