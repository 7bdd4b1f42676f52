// SPDX-License-Identifier: Apache-2.0
// A solved crossbar: {title, lead, line, current_A, ideal_A, maps: [{title, unit, rows, columns, caption,
// and values as means of blocks: map_rows, map_columns, block_rows, block_columns, values}, ...]}.
"use strict";

function circuitPage(circuit) {
  return [
    element("p", { class: "lead" }, circuit.lead),
    element("p", { class: "faint" }, factsOf(circuit.facts)),
    currentChart(circuit),
    lossChart(circuit),
    element("h2", {}, "Cell by cell"),
    element("div", { class: "figures" }, circuit.maps.map(heatMap)),
  ];
}

// What was solved, in one line.
function factsOf(facts) {
  const sensed = facts.driven === "rows" ? "columns" : "rows";
  return (
    `${facts.driven} driven at ${endsOf(facts.driven_ends)} through ${facts.driver_Ohm} Ω, ${sensed} sensed at ` +
    `${endsOf(facts.sensed_ends)} through ${facts.sense_Ohm} Ω; wires of ${facts.row_wire_Ohm} Ω a segment along ` +
    `rows and ${facts.column_wire_Ohm} Ω along columns, ` +
    `${facts.end_segments ? "one" : "none"} between a terminal and the first cell; method ${facts.method}.`
  );
}
const endsOf = (ends) => (ends === "both" ? "both ends" : `the ${ends} crossing`);

// The lines, counted from 0; few of them have a mark each.
const axisOfLines = (line) => ({
  label: line,
  labelArrow: "none",
  labelAnchor: "center",
  labelOffset: 36,
  tickFormat: "d",
});
const markerFor = (values) => (values.length <= 40 ? "circle" : "none");

// The part of each current that the wires take.
function lossChart({ line, current_A: now, ideal_A: ideal }) {
  const lost = now.map((value, k) => ({ k, value: ideal[k] === 0 ? null : 100 * (1 - value / ideal[k]) }));
  const draw = (width) =>
    plot(width, {
      height: 220,
      marginLeft: 60,
      marginBottom: 42,
      x: axisOfLines(line),
      y: { label: "lost (%)", labelArrow: "none", nice: true, zero: true },
      marks: [
        Plot.gridY(),
        Plot.lineY(lost, {
          x: "k",
          y: "value",
          stroke: "var(--orange)",
          strokeWidth: 1.8,
          marker: markerFor(lost),
        }),
      ],
    });
  return figure({
    title: "What the wires take of it",
    caption: "Of what ideal wires would bring; a line that would carry nothing has no point.",
    entries: [],
    draw,
    numbers: () => ({ columns: [line, "lost (%)"], rows: lost.map(({ k, value }) => [k, value]) }),
  });
}

// What flows out of each line, beside what ideal wires would bring.
function currentChart({ line, current_A: now, ideal_A: ideal }) {
  const axis = axisUnit(Math.max(...[...now, ...ideal].map(Math.abs)), "A");
  const series = [
    { label: "through the wires", values: now, color: "var(--blue)", mark: "line" },
    { label: "with ideal wires", values: ideal, color: "var(--grey)", mark: "dashed" },
  ];
  const draw = (width) =>
    plot(width, {
      height: 280,
      marginLeft: 60,
      marginBottom: 42,
      x: axisOfLines(line),
      y: {
        label: `current (${axis.unit})`,
        labelArrow: "none",
        nice: true,
        zero: true,
        tickFormat: (value) => signed(d3.format(".3~g")(value)),
      },
      marks: [
        Plot.gridY(),
        series.map(({ values, color, mark }) =>
          Plot.lineY(
            values.map((value, k) => ({ k, value: value / axis.factor })),
            {
              x: "k",
              y: "value",
              stroke: color,
              strokeWidth: 1.8,
              strokeDasharray: mark === "dashed" ? "5 3" : null,
              marker: markerFor(values),
            },
          ),
        ),
      ],
    });
  return figure({
    title: `Current out of each ${line}`,
    caption: "Rows and columns are counted from 0.",
    entries: series,
    draw,
    numbers: () => ({
      columns: [line, ...series.map(({ label }) => `${label} (A)`)],
      rows: now.map((value, k) => [k, value, ideal[k]]),
    }),
  });
}

// A matrix in one scale of colours; from blue to orange where it has both signs.
function heatMap({ title, unit, rows, columns, values, caption, ...blocks }) {
  const [low, high] = d3.extent(values);
  const both = low < 0 && high > 0;
  const size = Math.max(Math.abs(low), Math.abs(high));
  const axis = axisUnit(size, unit);
  // (a scale needs two ends)
  const ends = both
    ? [-size, size]
    : low === high
      ? [Math.min(low, 0), Math.max(high, low === 0 ? 1 : 0)]
      : [low, high];
  const span = ends.map((end) => end / axis.factor);
  const draw = (width) => {
    const colors = both ? divergingColors() : sequentialColors();
    const domain = colors.map((_, k) => span[0] + ((span[1] - span[0]) * k) / (colors.length - 1));
    const scaled = values.map((value) => value / axis.factor);
    const map = rasterMap(width, { rows, columns, ...blocks, x: "column", y: "row", values: scaled, colors, domain });
    const ramp = colorRamp(width, d3.piecewise(d3.interpolateLab, colors), span, `${title} (${axis.unit})`, (value) =>
      signed(d3.format(".4~g")(value)),
    );
    return [map, ramp];
  };
  const numbers = () => ({
    columns: ["row", "column", "rows", "columns", `${title} (${unit})`],
    rows: values.map((value, k) => [
      Math.floor(k / blocks.map_columns) * blocks.block_rows,
      (k % blocks.map_columns) * blocks.block_columns,
      blocks.block_rows,
      blocks.block_columns,
      value,
    ]),
  });
  return figure({ title, caption, draw, numbers, drawing: "maps" });
}

// Colours of numbers of one sign: from the page itself to a deep blue.
const sequentialColors = () =>
  isDark() ? ["#171b20", "#1c3557", "#3f78c9", "#8cbcff"] : ["#f3f7fc", "#a9c8ec", "#5490dc", "#0c3f8f"];
