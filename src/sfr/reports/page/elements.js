// Elements of the page. Whatever comes from data goes in as text, never as markup.

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
const KEPT = new Set(["\n", "\t", "\u200c", "\u200d"]); // joiners belong to how words are written

// An element with attributes and children; strings become text.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

// Text of others: what cannot be seen, or turns the direction of its neighbours, is shown by its number.
function shown(text) {
  if (!HIDDEN.test(text)) return [text];
  const parts = [];
  let plain = "";
  for (const char of text) {
    if (!HIDDEN.test(char) || KEPT.has(char)) {
      plain += char;
      continue;
    }
    if (plain) parts.push(plain);
    plain = "";
    const code = char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    parts.push(element("span", { class: "hidden-char", title: `character U+${code}` }, `U+${code}`));
  }
  if (plain) parts.push(plain);
  return parts;
}

// A name of others, apart from the direction of what stands around it.
function name(text, attributes = {}) {
  return element("bdi", attributes, shown(text));
}

const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(3);
const percent = (value) => (100 * value).toFixed(1);
