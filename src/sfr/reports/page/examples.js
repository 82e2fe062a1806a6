// The examples: read from the page, and found again by what is asked of them.

const NONE = -1;

async function readData() {
  const packed = Uint8Array.from(atob(document.getElementById("data").textContent), (char) => char.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const data = await new Response(stream).json();
  data.examples = data.examples.map((row, place) => readExample(row, place, data));
  return data;
}

function readExample([key, id, set, task, text, answers], place, data) {
  return { key, id, set, task, text, place, answers: answers.map((row) => readAnswer(row, data)) };
}

function readAnswer([output, status, units, groups, rungs, problems, f1, reward, terms, length], data) {
  const read = units.map(([kind, type, error, side, mentions, group, note]) => ({
    kind: data.kinds[kind], type, error, fate: data.fates[error], side: data.sides[side], mentions, group, note,
  }));
  // What filters ask of units: each type with each class, once.
  const codes = [...new Set(read.map((unit) => unit.type * data.errors.length + unit.error))];
  return { output, status, units: read, groups, rungs, problems, f1, reward, terms, length, codes };
}

// What one example is searched for in, in small letters; made when first needed.
function haystack(example, data) {
  if (example.haystack === undefined) {
    const parts = [example.id, example.text];
    for (const answer of example.answers) parts.push(answer.output ?? "", ...answer.problems.map((i) => data.problems[i]));
    example.haystack = parts.join("\n").toLowerCase();
  }
  return example.haystack;
}

// For each choice of each filter, how many examples it would leave; one example counts once.
class Counts {
  constructor(data) {
    const sizes = {
      system: data.systems.length, set: data.datasets.length, task: data.tasks.length,
      type: data.types.length, error: data.errors.length, status: data.statuses.length,
    };
    for (const [facet, size] of Object.entries(sizes)) this[facet] = new Int32Array(size);
    this.last = Object.fromEntries(Object.entries(sizes).map(([facet, size]) => [facet, new Int32Array(size).fill(NONE)]));
  }

  add(facet, value, example) {
    if (this.last[facet][value] === example.place) return;
    this.last[facet][value] = example.place;
    this[facet][value] += 1;
  }
}

// The examples that a view asks for, in its order, and for each choice of a filter how many it would leave.
function select(data, view) {
  const wanted = readView(data, view);
  const counts = new Counts(data);
  const found = [];
  for (const example of data.examples) {
    if (wanted.q && !haystack(example, data).includes(wanted.q)) continue;
    const set = wanted.set === null || example.set === wanted.set;
    const task = wanted.task === null || example.task === wanted.task;
    if ((!set && !task) || !matches(example, wanted, data, set && task ? counts : null)) continue;
    if (set && task) found.push(example);
    if (task) counts.add("set", example.set, example);
    if (set) counts.add("task", example.task, example);
  }
  return { found: sorted(found, data, view, wanted.system), counts };
}

// The numbers that a view's names stand for; null asks for nothing, NONE for what is not here.
function readView(data, view) {
  const number = (names, value) => (value ? names.indexOf(value) : null);
  const bound = (value, open) => (value === "" || value === undefined || isNaN(value) ? open : Number(value));
  return {
    q: (view.q || "").toLowerCase(),
    system: number(data.systems, view.system),
    set: view.set === undefined ? null : data.datasets.indexOf(view.set),
    task: number(data.tasks, view.task),
    type: number(data.types, view.type),
    error: number(data.errors, view.error),
    status: number(data.statuses, view.status),
    bounded: [view.min, view.max].some((value) => value !== undefined && value !== ""),
    min: bound(view.min, -Infinity),
    max: bound(view.max, Infinity),
  };
}

// Whether some answer has all that is asked of answers; counts what each other choice would find.
function matches(example, wanted, data, counts) {
  let any = false;
  for (let system = 0; system < example.answers.length; system += 1) {
    const answer = example.answers[system];
    if (wanted.bounded && (answer.reward === null || answer.reward < wanted.min || answer.reward > wanted.max)) continue;
    const here = wanted.system === null || wanted.system === system;
    const status = wanted.status === null || answer.status === wanted.status;
    if (!here && !status) continue;
    if (!hasUnit(example, answer, wanted, data, here && status ? counts : null)) continue;
    if (here && status) any = true;
    if (counts && here) counts.add("status", answer.status, example);
    if (counts && status) counts.add("system", system, example);
  }
  return any;
}

// Whether an answer has a unit of the type and the class that are asked for.
function hasUnit(example, answer, wanted, data, counts) {
  const classes = data.errors.length;
  let any = wanted.type === null && wanted.error === null;
  for (const code of answer.codes) {
    const error = code % classes;
    const type = (code - error) / classes;
    const sameType = wanted.type === null || type === wanted.type;
    const sameError = wanted.error === null || error === wanted.error;
    if (sameType && sameError) any = true;
    if (counts && sameError) counts.add("type", type, example);
    if (counts && sameType) counts.add("error", error, example);
  }
  return any;
}

const ORDERS = {
  "": "in the order of the data",
  "reward": "lowest reward first",
  "-reward": "highest reward first",
  "f1": "lowest F1 first",
  "-f1": "highest F1 first",
  "-length": "longest output first",
  "-apart": "systems furthest apart first",
};

function sorted(found, data, view, system) {
  const order = view.sort || "";
  const field = order.replace("-", "");
  if (!field || !(order in ORDERS)) return found;
  const down = order.startsWith("-");
  const worst = down ? -Infinity : Infinity;
  const value = (example) => {
    const answers = system === null ? example.answers : [example.answers[system]];
    const key = field === "apart" ? (answers[0].reward === null ? "f1" : "reward") : field;
    const values = (field === "apart" ? example.answers : answers).map((answer) => answer[key]).filter((x) => x !== null);
    if (!values.length) return worst;
    if (field === "apart") return Math.round(1e4 * (Math.max(...values) - Math.min(...values)));
    return down ? Math.max(...values) : Math.min(...values);
  };
  const keyed = found.map((example) => [value(example), example]);
  keyed.sort(([a, one], [b, two]) => (a === b ? one.place - two.place : down ? b - a : a - b));
  return keyed.map(([, example]) => example);
}
