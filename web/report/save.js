// SPDX-License-Identifier: Apache-2.0
// A figure as a file: its drawing as SVG that opens alone, its numbers as CSV.
"use strict";

// Files are for paper: whatever the page looks like, they have the light colours.
let savingLight = false;
const lightColors = () => {
  const rule = [...document.styleSheets[0].cssRules].find(({ selectorText }) => selectorText === ":root");
  return Object.fromEntries([...rule.style].filter((name) => name.startsWith("--")).map((name) => [name, rule.style.getPropertyValue(name).trim()]));
};

const escapeXml = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const slug = (title) => title.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "") || "figure";

// What is drawn, from above to below: {text} and {svg}.
function drawnParts(nodes) {
  return [nodes].flat().flatMap((node) => {
    if (node instanceof SVGSVGElement) return [{ svg: node }];
    if (node instanceof Element && node.tagName === "H4") return [{ text: node.textContent }];
    return node instanceof Element ? drawnParts([...node.children]) : [];
  });
}

// One SVG of a title, a legend and all that `draw` draws.
function svgOf({ title, entries, draw }) {
  const width = 760,
    pad = 16;
  savingLight = true;
  let parts;
  try {
    parts = drawnParts(draw(width));
  } finally {
    savingLight = false;
  }
  let y = pad + 14,
    body = `<text x="${pad}" y="${y}" font-size="15" font-weight="600">${escapeXml(title)}</text>`;
  y += 10;
  let x = pad;
  for (const { label, color } of entries ?? []) {
    const needed = 26 + 6.8 * label.length;
    if (x + needed > width && x > pad) {
      x = pad;
      y += 18;
    }
    body += `<rect x="${x}" y="${y + 2}" width="14" height="9" rx="1.5" fill="${color}"/>`;
    body += `<text x="${x + 19}" y="${y + 11}" font-size="12">${escapeXml(label)}</text>`;
    x += needed + 12;
  }
  if (entries?.length) y += 20;
  for (const { text, svg } of parts) {
    if (text !== undefined) {
      y += 18;
      body += `<text x="${pad}" y="${y - 4}" font-size="13" font-weight="600">${escapeXml(text)}</text>`;
      continue;
    }
    const copy = svg.cloneNode(true);
    const height = Number(copy.getAttribute("height"));
    copy.setAttribute("x", pad);
    copy.setAttribute("y", y);
    copy.setAttribute("overflow", "visible");
    body += new XMLSerializer().serializeToString(copy);
    y += height + 6;
  }
  const colors = lightColors();
  const whole =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 2 * pad}" height="${Math.ceil(y + pad)}" ` +
    `viewBox="0 0 ${width + 2 * pad} ${Math.ceil(y + pad)}" font-family="system-ui, sans-serif" fill="${colors["--ink"]}" ` +
    `color="${colors["--ink"]}"><rect width="100%" height="100%" fill="${colors["--surface"]}"/>${body}</svg>\n`;
  return whole.replace(/var\((--[a-z]+)\)/g, (all, name) => colors[name] ?? all);
}

// {columns: ["epoch", "energy (J)"], rows: [[1, 0.5], ...]} as RFC 4180 has it.
function csvOf({ columns, rows }) {
  const cell = (value) => {
    const text = value === null || value === undefined || Number.isNaN(value) ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

function download(name, kind, text) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type: kind })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// The buttons below a figure; `numbers()` gives what csvOf() takes.
function saveButtons(figure) {
  const button = (label, save) => {
    const made = element("button", { type: "button", "aria-label": `${label} of “${figure.title}”` }, label);
    made.addEventListener("click", save);
    return made;
  };
  const name = slug(figure.title);
  return element(
    "div",
    { class: "save" },
    button("SVG", () => download(`${name}.svg`, "image/svg+xml", svgOf(figure))),
    figure.numbers ? button("CSV", () => download(`${name}.csv`, "text/csv", csvOf(figure.numbers()))) : null,
  );
}
