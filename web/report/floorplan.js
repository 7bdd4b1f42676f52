// SPDX-License-Identifier: Apache-2.0
// A network on its tiles: what `nernst circuit floorplan --json` prints, and a title.
"use strict";

const kPartColors = {
  cells: "var(--blue)",
  DACs: "var(--orange)",
  ADCs: "var(--purple)",
  amplifiers: "var(--teal)",
  "pulse drivers": "var(--gold)",
  neurons: "var(--pink)",
  control: "var(--grey)",
};

function floorplanPage(plan) {
  const die = plan.width_m * plan.height_m;
  const fastest = ({ in_flight: runs }) => Math.max(...runs.map(({ samples_per_s }) => samples_per_s));
  const lead =
    `${squareMillimetres(die)} of chip, ${percent(plan.area_m2 / die, 0)} of it parts. ` +
    `${count(fastest(plan.inference))} samples/s recognised, ${count(fastest(plan.training))} learned, ` +
    `for ${quantity(plan.forward_J, "J")} and ${quantity(plan.training_J, "J")} each.`;
  return [
    element("p", { class: "lead" }, lead),
    chipPicture(plan),
    element("h2", {}, "What the parts take"),
    element("div", { class: "figures" }, partChart(plan, "area"), partChart(plan, "energy")),
    partTable(plan),
    element("h2", {}, "Layers at work"),
    layerTable(plan),
    element("div", { class: "figures" }, pipelineChart(plan.inference, "Inference"), pipelineChart(plan.training, "Training")),
    speedTable(plan),
    ...assumedTable(plan),
  ];
}

// The figures behind it, those that nobody measured marked.
function assumedTable({ figures = [] }) {
  if (figures.length === 0) return [];
  const assumed = figures.filter((row) => row.assumed).length;
  return [
    element("h2", {}, "The figures behind it"),
    element("p", { class: "note" }, `${count(assumed)} of ${count(figures.length)} are assumed and have no source; give your own with --set.`),
    table(
      [{ title: "key" }, { title: "value", number: true }, { title: "" }, { title: "meaning and source" }],
      figures.map(({ key, help, value, unit, assumed: guess }) => [
        breakable(key),
        valueText({ value, unit }),
        guess ? element("b", { class: "wrong" }, "assumed") : "",
        element("div", { class: "sentence" }, help),
      ]),
    ),
  ];
}

const squareMillimetres = (area) => `${d3.format(".3~r")(area * 1e6)} mm²`;

// The chip to scale.
function chipPicture(plan) {
  const millimetres = (macro) => ({
    x1: macro.x_m * 1e3,
    x2: (macro.x_m + macro.width_m) * 1e3,
    y1: macro.y_m * 1e3,
    y2: (macro.y_m + macro.height_m) * 1e3,
  });
  const parts = plan.macros.flatMap((macro) =>
    macro.parts.map((part) => ({ ...millimetres(part), part: part.part, what: macroName(macro) })),
  );
  const names = Object.keys(kPartColors).filter((name) => parts.some(({ part }) => part === name));
  const draw = (width) => {
    const scale = Math.min((width - 72) / plan.width_m, 560 / plan.height_m);
    const [right, bottom] = [plan.width_m * scale, plan.height_m * scale];
    const tiles = plan.macros.filter(({ part, width_m: wide }) => part === "tile" && wide * scale > 60);
    return plot(right + 72, {
      width: right + 72,
      height: bottom + 56,
      marginLeft: 60,
      marginRight: 12,
      marginTop: 12,
      marginBottom: 44,
      x: { domain: [0, plan.width_m * 1e3], label: "width (mm)", labelAnchor: "center", labelArrow: "none", labelOffset: 36, ticks: 4 },
      y: { domain: [plan.height_m * 1e3, 0], label: "height (mm)", labelAnchor: "center", labelArrow: "none", labelOffset: 48, ticks: 5 },
      marks: [
        Plot.frame({ fill: "var(--surface)", stroke: "var(--grey)" }),
        Plot.rect(parts, {
          x1: "x1",
          x2: "x2",
          y1: "y1",
          y2: "y2",
          fill: ({ part }) => kPartColors[part],
          fillOpacity: 0.85,
          title: ({ part, what }) => `${part}: ${what}`,
        }),
        Plot.text(
          tiles.map((macro) => ({ ...millimetres(macro.parts.find(({ part }) => part === "cells")), macro })),
          {
            x: ({ x1, x2 }) => (x1 + x2) / 2,
            y: ({ y1, y2 }) => (y1 + y2) / 2,
            text: ({ macro }) => `layer ${macro.layer}`,
            fill: "white",
            fontWeight: 600,
          },
        ),
      ],
    });
  };
  return figure({
    title: "The chip, to scale",
    caption: "Tiles are built whole; what stands round the cells serves the rows (left) and the columns (below).",
    entries: names.map((label) => ({ label, color: kPartColors[label], mark: "area" })),
    draw,
    numbers: () => ({
      columns: ["part", "of", "left (mm)", "right (mm)", "top (mm)", "bottom (mm)"],
      rows: parts.map(({ part, what, x1, x2, y1, y2 }) => [part, what, x1, x2, y1, y2]),
    }),
  });
}

const macroName = ({ part, layer, first_row: row, rows, first_column: column, columns }) =>
  part === "tile"
    ? `layer ${layer}, rows ${row} to ${row + rows - 1}, columns ${column} to ${column + columns - 1}`
    : `layer ${layer}, ${plural(rows, "neuron")}`;

// Area, or the energy of a sample, of each part.
function partChart(plan, what) {
  const area = what === "area";
  const rows = plan.parts
    .map(({ part, area_m2: square, forward_J: forward, backward_J: backward, update_J: update }) =>
      area
        ? { part, kind: "area", value: square }
        : [
            { part, kind: "forward", value: forward },
            { part, kind: "backward", value: backward },
            { part, kind: "update", value: update },
          ],
    )
    .flat();
  const totals = d3.rollup(rows, (of) => d3.sum(of, ({ value }) => value), ({ part }) => part);
  const axis = area ? { factor: 1e-6, unit: "mm²" } : axisUnit(Math.max(...totals.values()), "J");
  const kinds = area ? ["area"] : ["forward", "backward", "update"];
  const color = (kind) => seriesColor(kinds.indexOf(kind));
  const draw = (width) =>
    plot(width, {
      height: 270,
      marginLeft: 96,
      x: { label: `${area ? "area" : "energy of a sample"} (${axis.unit})`, labelArrow: "none", grid: true, ticks: 5 },
      y: { label: null, domain: plan.parts.map(({ part }) => part) },
      marks: [
        Plot.barX(rows, {
          x: ({ value }) => value / axis.factor,
          y: "part",
          fill: ({ kind }) => color(kind),
          title: ({ part, kind, value }) => `${part}, ${kind}: ${area ? squareMillimetres(value) : quantity(value, "J")}`,
        }),
        Plot.ruleX([0]),
      ],
    });
  return figure({
    title: area ? "Area" : "Energy",
    caption: area ? "Routing and gaps not counted." : "Of one sample that is learned; inference is its forward part.",
    entries: area ? [] : kinds.map((label) => ({ label, color: color(label), mark: "area" })),
    draw,
    numbers: () => ({
      columns: ["part", "of", area ? "area (m2)" : "energy of a sample (J)"],
      rows: rows.map(({ part, kind, value }) => [part, kind, value]),
    }),
  });
}

const numbered = (first, ...titles) => [{ title: first }, ...titles.map((title) => ({ title, number: true }))];
const orDash = (value, unit) => (value > 0 ? quantity(value, unit) : "–");

function partTable(plan) {
  return table(
    numbered("part", "number", "area", "forward", "backward", "update"),
    plan.parts.map((part) => [
      part.part,
      count(part.number),
      squareMillimetres(part.area_m2),
      orDash(part.forward_J, "J"),
      orDash(part.backward_J, "J"),
      orDash(part.update_J, "J"),
    ]),
  );
}

function layerTable(plan) {
  return table(
    numbered("layer", "weights", "tiles", "cells used", "forward", "backward", "update"),
    plan.layers.map((layer, k) => [
      `${k}`,
      `${count(layer.rows)} × ${count(layer.columns)}`,
      count(layer.tiles),
      percent(layer.used, 1),
      quantity(layer.forward_s, "s"),
      orDash(layer.backward_s, "s"),
      quantity(layer.update_s, "s"),
    ]),
  );
}

// The three passes over a layer, told apart also without colours.
const kDirections = {
  forward: { sign: "→", opacity: 1 },
  backward: { sign: "←", opacity: 0.7 },
  update: { sign: "↕", opacity: 0.4 },
};

// Which layer works on which sample.
function pipelineChart({ tasks, slots }, title) {
  const end = Math.max(...slots.map(({ end_s }) => end_s));
  const axis = axisUnit(end, "s");
  const layers = d3.max(tasks, ({ layer }) => layer) + 1;
  const samples = d3.max(slots, ({ sample }) => sample) + 1;
  const boxes = slots.map(({ sample, task, begin_s: from, end_s: to }) => ({
    sample,
    task: tasks[task],
    x1: from / axis.factor,
    x2: to / axis.factor,
  }));
  const draw = (width) =>
    plot(width, {
      height: 80 + 46 * layers,
      marginLeft: 60,
      marginBottom: 42,
      x: { label: `time (${axis.unit})`, labelArrow: "none", ticks: 6 },
      y: { type: "band", domain: d3.range(layers), label: null, tickFormat: (layer) => `layer ${layer}` },
      marks: [
        Plot.barX(boxes, {
          x1: "x1",
          x2: "x2",
          y: ({ task }) => task.layer,
          fill: ({ sample }) => seriesColor(sample),
          fillOpacity: ({ task }) => kDirections[task.name].opacity,
          stroke: "var(--surface)",
          title: ({ sample, task, x1, x2 }) =>
            `sample ${sample}: ${task.name}\n${quantity((x2 - x1) * axis.factor, "s")}`,
        }),
        // what a box is, where there is room to say so
        Plot.text(
          boxes.filter(({ x1, x2 }) => ((x2 - x1) / (end / axis.factor)) * (width - 80) > 12),
          {
            x: ({ x1, x2 }) => (x1 + x2) / 2,
            y: ({ task }) => task.layer,
            text: ({ task }) => kDirections[task.name].sign,
            fill: "var(--ink)",
            stroke: "var(--surface)",
            strokeWidth: 3,
            fontWeight: 600,
            pointerEvents: "none",
          },
        ),
      ],
    });
  return figure({
    title: `${title}: samples on their way`,
    caption:
      `${title === "Training" ? "→ forward, ← backward, ↕ update. " : ""}The first samples with every layer as busy as it can be` +
      (title === "Training" ? "; a sample then meets weights that earlier ones have not yet changed." : "."),
    entries: d3.range(samples).map((sample) => ({ label: `sample ${sample}`, color: seriesColor(sample), mark: "area" })),
    draw,
    numbers: () => ({
      columns: ["sample", "layer", "pass", "begins (s)", "ends (s)"],
      rows: slots.map(({ sample, task, begin_s, end_s }) => [sample, tasks[task].layer, tasks[task].name, begin_s, end_s]),
    }),
  });
}

function speedTable(plan) {
  const rows = (name, { in_flight: runs }) =>
    runs
      .filter(({ interval_s: now }, k) => k === 0 || now < runs[k - 1].interval_s * (1 - 1e-9))
      .map(({ samples, latency_s, interval_s, samples_per_s }) => [
        name,
        count(samples),
        quantity(latency_s, "s"),
        quantity(interval_s, "s"),
        count(samples_per_s),
      ]);
  return table(
    numbered("", "samples on their way", "latency", "one every", "samples/s"),
    [...rows("inference", plan.inference), ...rows("training", plan.training)],
  );
}
