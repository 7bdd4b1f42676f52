// SPDX-License-Identifier: Apache-2.0
// Reports of small runs in a real browser: everything is drawn, nothing is asked of a network, nothing
// sticks out of a phone.
//   node web/report/test.mjs [PROGRAM [FOLDER OF SCREENSHOTS]]
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  accessSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url)),
  root = resolve(here, "../..");
const program = resolve(process.argv[2] ?? join(root, "build/release/nernst"));
const screenshots = resolve(process.argv[3] ?? join(root, "build/report"));

const nernst = (...words) =>
  execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

// The first program of these names on the PATH.
function onPath(...names) {
  for (const name of names)
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {} // not there
    }
  throw new Error(`none of ${names.join(", ")} is on the PATH; \`scripts/setup test\` installs chromium`);
}

// The pages to look at: [{name, path, says: [what must be read there, ...]}].
function makePages(folder) {
  const train = (name, ...settings) =>
    nernst(
      "train",
      join(root, "examples/two_layer.toml"),
      "--quiet",
      "--out",
      join(folder, name),
      "--set",
      "data.train_limit=300",
      "--set",
      "data.test_limit=200",
      ...settings.flatMap((setting) => ["--set", setting]),
    );
  train("progressive", "training.epochs=2");
  train("conventional", "training.epochs=2", "training.schedule=conventional", "data.validation_fraction=0.1");
  nernst("train", join(root, "examples/logic.toml"), "--quiet", "--out", join(folder, "logic"));

  // stopped before the end, and before its first checkpoint
  for (const [name, gone] of [
    ["stopped", []],
    ["begun", ["checkpoint.h5", "metrics.jsonl"]],
  ]) {
    cpSync(join(folder, "progressive"), join(folder, name), { recursive: true });
    for (const file of ["result.json", ...gone]) rmSync(join(folder, name, file));
  }

  const says = { logic: ["Truth table", "should be", "1 ✓"], progressive: ["Layer 0: conductance", "Layer 1: conductance"] };
  const pages = ["progressive", "logic", "stopped", "begun"].map((name) => {
    const { report, bytes } = JSON.parse(nernst("report", join(folder, name), "--json"));
    assert.equal(readFileSync(report).length, bytes);
    return { name, path: report, says: says[name] };
  });
  const several = join(folder, "several.html");
  nernst("report", join(folder, "progressive"), join(folder, "conventional"), "--out", several);
  pages.push({ name: "several", path: several });

  // a crossbar that was solved
  const cells = Array.from({ length: 24 }, (_, r) =>
    Array.from({ length: 40 }, (_, c) => (2e-5 * (1.2 + Math.sin(r) * Math.cos(c))).toExponential(6)).join(","),
  );
  writeFileSync(join(folder, "conductances.csv"), cells.join("\n") + "\n");
  nernst("circuit", "solve", join(folder, "conductances.csv"), "--wire", "5", "--quiet", "--out", join(folder, "solved"));
  pages.push({
    name: "circuit",
    path: join(folder, "solved/report.html"),
    says: ["24 x 40 cells", "The wires take", "5 Ω a segment along rows", "What the wires take of it"],
  });

  // a network on its tiles
  const floorplan = join(folder, "floorplan.html");
  nernst("circuit", "floorplan", join(folder, "progressive"), "--quiet", "--out", floorplan);
  pages.push({ name: "floorplan", path: floorplan, says: ["The chip, to scale", "samples on their way", "← backward", "are assumed and have no source"] });

  // what nernst compare puts into the same page
  const comparison = JSON.parse(readFileSync(join(here, "fixtures/comparison.json"), "utf8"));
  const html = readFileSync(pages[0].path, "utf8");
  const [before, data, after] = html.split(/(?<=id="data">)(.*?)(?=<\/script>)/s);
  const path = join(folder, "comparison.html");
  writeFileSync(path, before + JSON.stringify({ ...JSON.parse(data), comparison }) + after);
  pages.push({ name: "comparison", path, says: ["in float, on a computer", "4,250 ± 15 s", "5.00 ± 0.02 mJ", "7.20 ± 0.10 mJ"] });
  return pages;
}

// In the page: what is wrong with its figures, one sentence each.
function faultsOfFigures() {
  const faults = [];
  for (const figure of document.querySelectorAll("figure")) {
    const title = figure.querySelector("strong")?.textContent ?? "a figure without a title";
    const fault = (sentence) => faults.push(`${title}: ${sentence}`);
    const box = figure.getBoundingClientRect();
    const drawings = [...figure.querySelectorAll(".drawing svg")];
    if (drawings.length === 0) fault("has no drawing");
    if (!figure.querySelector("figcaption, .legend")) fault("has neither caption nor legend");
    for (const svg of drawings) {
      const { width, height } = svg.getBoundingClientRect();
      if (!(width > 100 && height > 20)) fault(`is ${width} x ${height}`);
      if (svg.querySelectorAll("path, rect, line, circle, image").length < 3) fault("has no marks");
      if (!svg.querySelector("[aria-label*='axis label']")) fault("has an axis without a name");
      if (/NaN|Infinity|undefined/.test(svg.outerHTML.replace(/data:[^"]*/g, "")))
        fault("has numbers that are none");
      const texts = [...svg.querySelectorAll("text")]
        .map((text) => ({ text, area: text.getBoundingClientRect() }))
        .filter(({ area }) => area.width > 0);
      for (const { text, area } of texts)
        if (area.left < box.left - 1 || area.right > box.right + 1) fault(`"${text.textContent}" sticks out`);
      // (what is turned has an area much larger than itself)
      const level = texts.filter(({ text }) => !/rotate/.test(text.getAttribute("transform") ?? ""));
      level.forEach((one, k) =>
        level.slice(k + 1).forEach((other) => {
          const across = Math.min(one.area.right, other.area.right) - Math.max(one.area.left, other.area.left);
          const down = Math.min(one.area.bottom, other.area.bottom) - Math.max(one.area.top, other.area.top);
          if (across > 1 && down > 5)
            fault(`"${one.text.textContent}" is written over "${other.text.textContent}"`);
        }),
      );
    }
  }
  if (/\bNaN\b|\bundefined\b|\[object/.test(document.querySelector("main").innerText))
    faults.push("the text has a value that is none");
  for (const row of document.querySelectorAll("tr"))
    if (row.clientHeight > 200)
      faults.push(`the row "${row.innerText.slice(0, 20)}" is ${row.clientHeight} px high`);
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) faults.push(`the page is ${wide} px wide in a window of ${innerWidth} px`);
  return faults;
}

// What is wrong with the files that the buttons of a page save, one sentence each.
async function faultsOfFiles(page) {
  const faults = [];
  // (a browser takes ten files of a page in a row and no more: what it is given is looked at instead)
  await page.evaluate(() => {
    window.saved = [];
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      window.saved.push({ blob });
      return make(blob);
    };
    HTMLAnchorElement.prototype.click = function () {
      window.saved.at(-1).name = this.download;
    };
  });
  for (const figure of await page.locator("figure").all()) {
    const title = await figure.locator("strong").first().innerText();
    for (const kind of ["SVG", "CSV"]) {
      const button = figure.locator(".save button", { hasText: kind });
      if ((await button.count()) !== 1) {
        faults.push(`${title}: there is no button for ${kind}`);
        continue;
      }
      await button.click();
      const { name, text } = await page.evaluate(async () => {
        const { name, blob } = window.saved.at(-1);
        return { name, text: await blob.text() };
      });
      if (kind === "SVG") {
        const error = await page.evaluate(
          (svg) => new DOMParser().parseFromString(svg, "image/svg+xml").querySelector("parsererror")?.textContent,
          text,
        );
        if (error) faults.push(`${title}: its SVG is none: ${error}`);
        if (/var\(--(?!plot)|NaN|undefined/.test(text.replace(/data:[^"]*/g, "")))
          faults.push(`${title}: its SVG has colours or numbers of the page left in it`);
        writeFileSync(join(screenshots, `saved-${name}`), text);
      } else {
        const lines = text.trimEnd().split("\n");
        const fields = lines.map((line) => line.replace(/"([^"]|"")*"/g, "").split(",").length);
        if (lines.length < 2 || new Set(fields).size !== 1) faults.push(`${title}: its CSV is no table`);
        if (/NaN|undefined|\[object/.test(text)) faults.push(`${title}: its CSV has numbers that are none`);
      }
    }
  }
  return faults;
}

// What is wrong with a page in a window of this width and colour scheme.
async function faultsOf(browser, { name, path, says = [] }, width, colorScheme) {
  const faults = [],
    page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const own = pathToFileURL(path).href;
  page.on("console", (message) => faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== own && !request.url().startsWith("data:")) faults.push(`asks for ${request.url()}`);
  });
  await page.goto(own);
  // runs are folded away until somebody opens them
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  await page
    .waitForFunction(
      () => [...document.querySelectorAll(".drawing")].every((drawing) => drawing.children.length > 0),
      undefined,
      { timeout: 10000 },
    )
    .catch(() => faults.push("not every figure was drawn in 10 s"));
  faults.push(...(await page.evaluate(faultsOfFigures)));
  const text = (await page.locator("main").innerText()).replaceAll("\u00a0", " ");
  for (const words of says) if (!text.includes(words)) faults.push(`"${words}" is not there`);
  await page.evaluate(() =>
    document
      .querySelectorAll("main details:not(.run), footer details")
      .forEach((details) => (details.open = false)),
  );
  await page.screenshot({ path: join(screenshots, `${name}-${width}-${colorScheme}.png`), fullPage: true });

  if (width > 1000 && colorScheme === "dark") faults.push(...(await faultsOfFiles(page)));

  // a change of colours draws it all again
  await page.emulateMedia({ colorScheme: colorScheme === "dark" ? "light" : "dark" });
  faults.push(...(await page.evaluate(faultsOfFigures)).map((fault) => `${fault} (other colours)`));
  await page.close();
  return faults.map((fault) => `${name}, ${width} px, ${colorScheme}: ${fault}`);
}

const browser = await chromium.launch({
  executablePath: onPath("chromium", "chromium-browser", "google-chrome"),
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
const folder = mkdtempSync(join(tmpdir(), "nernst_report_"));
try {
  rmSync(screenshots, { recursive: true, force: true });
  mkdirSync(screenshots, { recursive: true });
  const pages = makePages(folder),
    faults = [];
  for (const page of pages)
    for (const width of [1280, 390])
      for (const scheme of ["light", "dark"]) faults.push(...(await faultsOf(browser, page, width, scheme)));
  for (const fault of new Set(faults)) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.log(`${pages.length} reports are drawn in full; screenshots are in ${screenshots}`);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
