// SPDX-License-Identifier: Apache-2.0
// Puts the page together from the data in it: {title, nernst, runs, comparison, circuit, floorplan}.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const runs = data.runs ?? [];
// two runs of one name are told apart by their place
runs.forEach((run, k) => {
  if (runs.filter(({ name }) => name === run.name).length > 1) run.label = `${run.name} (${k + 1})`;
});
runs.forEach((run) => (run.name = run.label ?? run.name));
const report = document.getElementById("report");
const one = runs.length === 1 && !data.comparison;

document.getElementById("version").textContent = data.nernst;
const title = data.circuit?.title ?? data.floorplan?.title ?? data.comparison?.title ?? (one ? runTitle(runs[0]) : data.title);
document.title = `${title} – Nernst`;
report.replaceChildren(element("h1", {}, title));
if (data.circuit) report.append(...circuitPage(data.circuit));
if (data.floorplan) report.append(...floorplanPage(data.floorplan));
if (data.comparison) report.append(...comparisonPage(data.comparison).filter(Boolean));
if (one) {
  report.append(element("p", { class: "lead" }, runLead(runs[0])), ...runPage(runs[0]).filter(Boolean));
} else if (runs.length > 0) {
  if (runs.length > 1) report.append(...severalRuns(runs).filter(Boolean));
  for (const run of runs)
    report.append(
      element(
        "details",
        { class: "run" },
        element("summary", {}, run.name),
        element("p", { class: "lead" }, `${runTitle(run)}. ${runLead(run)}`),
        ...runPage(run).filter(Boolean),
      ),
    );
}
