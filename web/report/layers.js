// SPDX-License-Identifier: Apache-2.0
// The layers of a chip: maps and histograms of their cells at two moments.
"use strict";

// The part of a run's page that shows its layers.
function layersOf(run) {
  const before = "as fabricated",
    after = run.finished ? "after training" : "at the last checkpoint";
  const parts = run.layers.map((layer, k) => {
    const reduced =
      layer.block_rows * layer.block_columns > 1
        ? `Each point is the mean of ${layer.block_rows}${kSpace}×${kSpace}${layer.block_columns} cells. `
        : "";
    const moments = [{ title: before, now: layer.before, color: "var(--area)", mark: "area" }];
    if (layer.after) moments.push({ title: after, now: layer.after, color: "var(--blue)", mark: "line" });
    const spread = ({ deviation }) => quantity(deviation * layer.full_scale_S, "S");
    const outside = moments.map(({ now }) => now.outside).reduce((a, b) => a + b, 0);
    const maps = mapChart({
      layer,
      title: `Layer ${k}: conductance of its ${count(layer.rows)} × ${count(layer.columns)} cells`,
      moments: moments.map(({ title, now }) => ({ title, values: now.map })),
      caption:
        `Rows are outputs${layer.spec?.bias ? ", the last column is the bias" : ""}. ${reduced}` +
        "Colours end where only one point in 200 is beyond.",
    });
    const histogram = histogramChart({
      layer,
      title: `Layer ${k}: distribution over the window`,
      moments: moments.map(({ title, now, color, mark }) => ({ title, counts: now.histogram, color, mark })),
      caption:
        `Standard deviation ${moments.map(({ title, now }) => `${spread(now)} ${title}`).join(", ")}. ` +
        `The axes span ${layer.limit > 1 ? "all but a thousandth of the cells" : "the nominal window"}` +
        (outside > 0 ? `; ${plural(outside, "value")} beyond ${outside === 1 ? "is" : "are"} not shown.` : "."),
    });
    return element("div", { class: "figures layer" }, maps, histogram);
  });
  return [
    element("h2", {}, "The chip, layer by layer"),
    element(
      "p",
      { class: "note" },
      "What a cell conducts more (orange) or less (blue) than its " +
        "reference, without the noise of a read. The weight is proportional to it and stands at the upper edge of the histograms.",
    ),
    ...parts,
  ];
}

// Colours of signed numbers: blue below zero, orange above, in the middle what the page itself is.
const divergingColors = () =>
  isDark()
    ? ["#8cbcff", "#3f78c9", "#1c3557", "#171b20", "#4a2c17", "#bf692a", "#ffb070"]
    : ["#0c3f8f", "#5490dc", "#c9dcf3", "#ffffff", "#f9dcc4", "#e0853c", "#9a3d00"];
// Maps of a layer (see report_layers.h) at the moments {title, values}, in one scale of colours.
function mapChart({ layer, moments, title, caption }) {
  const toSiemens = layer.map_step * layer.full_scale_S;
  const sizes = Float64Array.from(
    moments.flatMap(({ values }) => values),
    Math.abs,
  ).sort();
  const limit = (d3.quantileSorted(sizes, 0.995) || 1) * toSiemens;
  const axis = axisUnit(limit, "S"),
    scaled = limit / axis.factor;
  const draw = (width) => {
    const colors = divergingColors();
    const domain = d3.range(colors.length).map((k) => ((2 * k) / (colors.length - 1) - 1) * scaled);
    const map = ({ title: moment, values }) =>
      element(
        "div",
        {},
        element("h4", {}, moment),
        rasterMap(width, {
          ...layer,
          x: "input",
          y: "output",
          values: values.map((value) => (value * toSiemens) / axis.factor),
          colors,
          domain,
        }),
      );
    const ramp = colorRamp(
      width,
      d3.piecewise(d3.interpolateLab, colors),
      [-scaled, scaled],
      `${conductanceName(layer)} (${axis.unit})`,
      (value) => signed(d3.format(".3~g")(value)),
    );
    return [...moments.map(map), ramp];
  };
  const numbers = () => ({
    columns: ["moment", "output", "input", "outputs", "inputs", "mean conductance (S)"],
    rows: moments.flatMap(({ title: moment, values }) =>
      values.map((value, k) => [
        moment,
        Math.floor(k / layer.map_columns) * layer.block_rows,
        (k % layer.map_columns) * layer.block_columns,
        layer.block_rows,
        layer.block_columns,
        value * toSiemens,
      ]),
    ),
  });
  return figure({ title, caption, draw, numbers, drawing: "maps" });
}

// What the numbers of a layer are as conductance.
const conductanceName = ({ conductance, gains }) =>
  gains.length > 1 ? `Σ gain · (${conductance})` : conductance;

// Histograms of a layer at the moments {title, counts, color, mark}, over conductance and weight.
function histogramChart({ layer, moments, title, caption }) {
  const cells = layer.rows * layer.columns;
  const limit_S = layer.limit * layer.full_scale_S,
    axis = axisUnit(limit_S, "S");
  const edge = (k) => (((2 * k) / moments[0].counts.length - 1) * limit_S) / axis.factor;
  const weight = (x) => ((x * axis.factor) / layer.full_scale_S) * layer.full_scale_weight;
  const draw = (width) => {
    const ticks = width < 400 ? 4 : 6;
    const weightTicks = d3.ticks(weight(edge(0)), weight(edge(moments[0].counts.length)), ticks);
    return plot(width, {
      height: Math.round(Math.min(340, Math.max(240, width * 0.66))),
      marginTop: 44,
      marginBottom: 40,
      x: { domain: [edge(0), edge(moments[0].counts.length)], axis: null },
      y: { axis: null, nice: true, insetTop: 6 },
      marks: [
        Plot.gridY({ ticks: 5 }),
        Plot.axisY({ label: "cells (%)", labelArrow: "none", labelOffset: 40, ticks: 5 }),
        Plot.ruleY([0], { stroke: "var(--grey)" }),
        Plot.axisX({
          label: `${conductanceName(layer)} (${axis.unit})`,
          labelArrow: "none",
          labelAnchor: "center",
          labelOffset: 36,
          ticks,
          tickFormat: (value) => signed(d3.format(".3~g")(value)),
        }),
        Plot.axisX(
          weightTicks.map((w) => w / weight(1)),
          {
            anchor: "top",
            label: "weight",
            labelArrow: "none",
            labelAnchor: "center",
            labelOffset: 38,
            tickFormat: (value) => signed(d3.format(".2~g")(weight(value))),
          },
        ),
        moments.map(({ counts, color, mark }) => {
          const bars = counts.map((number, k) => ({ x1: edge(k), x2: edge(k + 1), y: (100 * number) / cells }));
          if (mark === "area")
            return Plot.rectY(bars, {
              x1: "x1",
              x2: "x2",
              y: "y",
              fill: "var(--area)",
              insetLeft: 0,
              insetRight: 0,
            });
          const steps = bars.flatMap(({ x1, x2, y }) => [
            { x: x1, y },
            { x: x2, y },
          ]);
          return Plot.line(steps, { x: "x", y: "y", stroke: color, strokeWidth: 1.8, strokeLinejoin: "miter" });
        }),
      ],
    });
  };
  const entries = moments.map(({ title: label, color, mark }) => ({ label, color, mark }));
  const numbers = () => ({
    columns: ["moment", "from (S)", "to (S)", "cells"],
    rows: moments.flatMap(({ title: moment, counts }) =>
      counts.map((number, k) => [moment, edge(k) * axis.factor, edge(k + 1) * axis.factor, number]),
    ),
  });
  return figure({ title, caption, entries, draw, numbers });
}
