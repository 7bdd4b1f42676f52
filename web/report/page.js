// SPDX-License-Identifier: Apache-2.0
// What every part of the page uses: numbers as people read them, elements, and figures that are drawn
// again when their width or the colours change.
"use strict";

const kMinus = "−",
  kNarrow = "\u202f",
  kSpace = "\u00a0";
const known = (value) => typeof value === "number" && Number.isFinite(value);

// Three significant digits, 9.995 and above without needless ones.
const threeDigits = (size) => size.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
const signed = (text) => text.replace("-", kMinus);

// The prefix that suits a number of this size: {factor, prefix}.
function prefixFor(size) {
  const prefixes = ["a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P"];
  let place = 0;
  while (place < prefixes.length - 1 && size / 10 ** (3 * (place - 6)) >= 999.5) ++place;
  return { factor: 10 ** (3 * (place - 6)), prefix: prefixes[place] };
}

// quantity(8.5e-8, "S") is "85.0 nS"; seconds from 1000 on and numbers without a unit have no prefix.
function quantity(value, unit) {
  if (!known(value)) return "–";
  const size = Math.abs(value);
  if (!unit || unit === "K") return signed(String(Number(value.toPrecision(6))));
  if (size === 0) return `0${kSpace}${unit}`;
  if (unit === "s" && size >= 999.5) return `${count(value)}${kSpace}s`;
  const { factor, prefix } = prefixFor(size);
  const scaled = size / factor;
  const text = scaled < 0.995 || scaled >= 999.5 ? scaled.toPrecision(3) : threeDigits(scaled);
  return `${value < 0 ? kMinus : ""}${text}${kSpace}${prefix}${unit}`;
}

// 1,234,567
const count = (value) => (known(value) ? signed(Math.round(value).toLocaleString("en-US")) : "–");
// 48.1 M: a count as short as a headline wants it.
const short = (value) => (value < 1e7 ? count(value) : quantity(value, " ").trimEnd());
const percent = (fraction, decimals = 2) =>
  known(fraction) ? `${signed((100 * fraction).toFixed(decimals))}${kNarrow}%` : "–";
const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

// An axis in the unit that suits its largest value: {factor, unit, format}.
function axisUnit(largest, unit) {
  const { factor, prefix } = largest > 0 ? prefixFor(largest) : { factor: 1, prefix: "" };
  const digits = d3.format(".4~g");
  return { factor, unit: prefix + unit, format: (value) => signed(digits(value / factor)) };
}
// Ticks of a logarithmic axis, each with a prefix of its own.
const logTick = (unit) => (value) => {
  const { factor, prefix } = prefixFor(value);
  return `${Number((value / factor).toPrecision(3))}${kSpace}${prefix}${unit}`;
};

// element("td", {class: "number"}, "7"): an element with its attributes and children.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

// A name that may go on in the next line after a dot or an underscore.
const breakable = (name) =>
  element(
    "span",
    {},
    name.split(/(?<=[._])/).flatMap((part, k) => (k === 0 ? [part] : [element("wbr"), part])),
  );

// A table whose columns are {title, number?: true}; a cell is a text or an element. A row of one cell is
// the heading of a group.
function table(columns, rows, kind = "") {
  const cell = (name, k, content) => {
    const classes = [columns[k].number ? "number" : "", content === "0" ? "zero" : ""];
    const scope = name === "th" ? { scope: k === 0 ? "row" : "col" } : {};
    return element(name, { class: classes.join(" ").trim(), ...scope }, content);
  };
  const titles = columns.some((column) => column.title)
    ? element(
        "thead",
        {},
        element(
          "tr",
          {},
          columns.map((column, k) =>
            element("th", { class: column.number ? "number" : "", scope: "col" }, column.title),
          ),
        ),
      )
    : null;
  const body = rows.map((row) =>
    row.length === 1
      ? element("tr", { class: "group" }, element("th", { colspan: columns.length }, row[0]))
      : element(
          "tr",
          {},
          row.map((content, k) => cell(k === 0 ? "th" : "td", k, content)),
        ),
  );
  const frame = element(
    "div",
    { class: "scroll", tabindex: "0" },
    element("table", { class: kind }, titles, element("tbody", {}, body)),
  );
  // what does not fit says so
  const hint = element("p", { class: "note hint", hidden: "" }, "The table goes on to the right: scroll it.");
  new ResizeObserver(() => {
    hint.hidden = frame.scrollWidth <= frame.clientWidth + 1;
    frame.tabIndex = hint.hidden ? -1 : 0;
  }).observe(frame);
  return element("div", {}, frame, hint);
}

// Entries {label, color, mark: "line" | "dashed" | "dot" | "area" | "diamond"}.
function legend(entries) {
  const marks = {
    line: (c) => `<path d="M0 6H20" stroke="${c}" stroke-width="2.2"/>`,
    dashed: (c) => `<path d="M0 6H20" stroke="${c}" stroke-width="1.8" stroke-dasharray="5 3"/>`,
    dot: (c) => `<circle cx="10" cy="6" r="4.2" fill="${c}"/>`,
    faintdot: (c) => `<circle cx="10" cy="6" r="3.2" fill="${c}" fill-opacity="0.45"/>`,
    diamond: (c) => `<path d="M10 1L15 6L10 11L5 6Z" fill="${c}"/>`,
    area: (c) => `<rect x="1" y="1" width="18" height="10" rx="1.5" fill="${c}"/>`,
  };
  return element(
    "div",
    { class: "legend" },
    entries.map(({ label, color, mark }) => {
      const sign = element("span", { "aria-hidden": "true" });
      sign.innerHTML = `<svg width="20" height="12">${marks[mark](color)}</svg>`;
      return element("span", {}, sign, label);
    }),
  );
}

// Figures are drawn when they have a width, and again when it changes or the colours do.
const figures = new Map();
const widths = new ResizeObserver((entries) => entries.forEach(({ target }) => redraw(target)));
function redraw(drawing, always = false) {
  const width = Math.floor(drawing.clientWidth);
  if (width === 0 || (!always && drawing.drawnWidth === width)) return;
  drawing.drawnWidth = width;
  drawing.replaceChildren(...[figures.get(drawing)(width)].flat());
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const drawing of figures.keys()) redraw(drawing, true);
});
const isDark = () => !savingLight && matchMedia("(prefers-color-scheme: dark)").matches;

// A figure with its title, caption and legend; `draw(width)` returns what is to be seen, and `numbers()`
// what of it goes into a table: {columns, rows}.
function figure({ title, caption, entries, draw, numbers, kind = "", drawing = "" }) {
  const place = element("div", { class: `drawing ${drawing}`.trim() });
  figures.set(place, draw);
  widths.observe(place);
  return element(
    "figure",
    { class: kind },
    element("strong", {}, title),
    entries ? legend(entries) : null,
    place,
    caption ? element("figcaption", {}, caption) : null,
    saveButtons({ title, entries, draw, numbers }),
  );
}

// Options that every plot shares.
const plot = (width, options) =>
  Plot.plot({
    width,
    marginTop: 22,
    marginRight: 14,
    marginBottom: 36,
    marginLeft: 46,
    ...options,
    style: { fontSize: "12px", ...options.style },
  });
