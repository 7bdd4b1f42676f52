// SPDX-License-Identifier: Apache-2.0
// The kinds of figure of a report; each returns a <figure>.
"use strict";

const kSeries = ["blue", "orange", "teal", "purple", "pink", "gold"].map((name) => `var(--${name})`);
const seriesColor = (k) => kSeries[k % kSeries.length];

// Lines over x: series of {label, color, mark, points: [{x, y}], dots?}, and rules {label, color, y}.
function lineChart({ title, caption, series, rules = [], x, y, kind }) {
  const drawn = series.filter(({ points }) => points.length > 0);
  const draw = (width) =>
    plot(width, {
      height: Math.round(Math.min(300, Math.max(220, width * 0.6))),
      x: { label: x.label, ticks: width < 400 ? 5 : 8, tickFormat: d3.format(".4~g"), zero: true, ...x.scale },
      y: { label: y.label, nice: true, grid: true, ticks: 6, insetTop: 4, ...y.scale },
      marks: [
        rules.map((rule) =>
          Plot.ruleY([rule.y], { stroke: rule.color, strokeWidth: 1.6, strokeDasharray: "5 3" }),
        ),
        drawn.map(({ points, color, mark, dots }) => [
          Plot.line(points, {
            x: "x",
            y: "y",
            stroke: color,
            strokeWidth: mark === "dashed" ? 1.5 : 2.2,
            strokeDasharray: mark === "dashed" ? "5 3" : null,
          }),
          (dots && points.length <= 40) || points.length < 3
            ? Plot.dot(points, { x: "x", y: "y", r: 3, fill: color })
            : null,
        ]),
        Plot.tip(
          drawn.flatMap(({ points, label }) => points.map((point) => ({ ...point, label }))),
          Plot.pointer({
            x: "x",
            y: "y",
            title: ({ label, x: at, y: value }) => `${label}\n${x.show(at)}: ${y.show(value)}`,
          }),
        ),
      ],
    });
  const entries = [
    ...drawn.map(({ label, color, mark }) => ({ label, color, mark })),
    ...rules.map(({ label, color }) => ({ label, color, mark: "dashed" })),
  ];
  const numbers = () => ({
    columns: ["series", x.column ?? x.label, y.label],
    rows: [
      ...drawn.flatMap(({ label, points }) => points.map((point) => [label, point.x * (x.factor ?? 1), point.y])),
      ...rules.map(({ label, y: at }) => [label, null, at]),
    ],
  });
  return figure({ title, caption, entries, draw, numbers, kind });
}

// Names on the left and notes on the right of a line above each row; a name that does not fit is cut.
function rowTexts(width, rows, dy) {
  const halo = { stroke: "var(--surface)", strokeWidth: 4 };
  return rows.map(({ label, note }, k) => [
    Plot.text([label], {
      y: () => k,
      text: (d) => d,
      title: (d) => d,
      frameAnchor: "left",
      textAnchor: "start",
      dy,
      textOverflow: "ellipsis",
      lineWidth: Math.max(6, (width - 52 - 6.6 * note.length) / 12),
      fill: "currentColor",
      ...halo,
    }),
    Plot.text([note], {
      y: () => k,
      text: (d) => d,
      frameAnchor: "right",
      textAnchor: "end",
      dy,
      fill: "var(--faint)",
      ...halo,
    }),
  ]);
}

// Bars with their names above them: rows of {label, value, note, color, mark?: "diamond"}. On a
// logarithmic axis a bar begins a little below the smallest value.
function barChart({ title, caption, rows, unit, label, largest: full, log = false, entries, kind }) {
  const values = rows.map(({ value }) => value);
  const largest = full ?? d3.max(values);
  const axis = unit === "%" ? { factor: 1, unit, format: String } : axisUnit(largest, unit);
  const first = log ? 10 ** Math.floor(Math.log10(d3.min(values) / 1.5)) : 0;
  const draw = (width) => {
    const bars = rows.map((row, k) => ({ ...row, k }));
    return plot(width, {
      height: 36 * rows.length + 52,
      marginTop: 8,
      marginBottom: 40,
      marginLeft: log ? 26 : 8,
      marginRight: log ? 20 : 12,
      x: log
        ? {
            type: "log",
            domain: [first, largest * 1.6],
            label,
            tickFormat: logTick(unit),
            ticks: Math.max(2, Math.min(width / 90, Math.log10(largest / first))),
            grid: true,
          }
        : {
            domain: [0, largest * 1.0001 || 1],
            label: `${label} (${axis.unit})`,
            grid: true,
            tickFormat: axis.format,
            ticks: width < 400 ? 4 : 6,
          },
      y: { type: "band", domain: d3.range(rows.length), axis: null, paddingInner: 0, paddingOuter: 0 },
      marks: [
        Plot.barX(
          bars.filter(({ mark }) => !mark),
          {
            x1: first,
            x2: "value",
            y: "k",
            fill: (row) => row.color ?? "var(--blue)",
            insetTop: 22,
            insetBottom: 5,
            rx: 1.5,
          },
        ),
        Plot.ruleX(
          bars.filter(({ mark }) => mark),
          {
            x: "value",
            stroke: "var(--orange)",
            strokeDasharray: "2 3",
            strokeOpacity: 0.4,
          },
        ),
        Plot.dot(
          bars.filter(({ mark }) => mark),
          {
            x: "value",
            y: "k",
            dy: 8,
            symbol: "diamond",
            r: 5.5,
            fill: "var(--orange)",
          },
        ),
        rowTexts(width, rows, -6),
        log ? null : Plot.ruleX([0], { stroke: "var(--grey)" }),
      ],
    });
  };
  const numbers = () => ({ columns: ["", `${label} (${unit})`], rows: rows.map(({ label: name, value }) => [name, value]) });
  return figure({ title, caption, entries, draw, numbers, kind });
}

// Colours of shares, from what the page is to blue.
const shareColors = () =>
  d3.piecewise(
    d3.interpolateLab,
    isDark() ? ["#171b20", "#24497c", "#6ba8ff"] : ["#ffffff", "#8fb6ea", "#164f9f"],
  );

// True classes x predicted ones; the colour is the share of the true class.
function confusionChart({ matrix, classes, caption }) {
  const names = matrix.map((_, k) => classes[k] ?? String(k));
  const cells = matrix.flatMap((row, truth) => {
    const all = d3.sum(row);
    return row.map((number, guess) => ({ truth, guess, number, share: all > 0 ? number / all : 0 }));
  });
  const longest = d3.max(names, (name) => name.length);
  const draw = (width) => {
    const left = Math.min(0.3 * width, 16 + 6.6 * longest);
    const inner = Math.min(width - left - 4, 80 * names.length),
      side = inner / names.length;
    const upright = longest * 6.6 < side;
    const bottom = upright ? 42 : 30 + Math.min(90, 5.4 * longest);
    const height = inner * (width < 500 ? 1 : 0.72);
    const shown = names.length > 30 ? (k) => (k % 10 === 0 ? names[k] : "") : (k) => names[k];
    const color = shareColors();
    const text = (share) => (share > 0.5 ? (isDark() ? "#0b1220" : "#ffffff") : "var(--ink)");
    const chart = plot(left + inner + 4, {
      height: 4 + height + bottom,
      marginTop: 4,
      marginRight: 4,
      marginLeft: left,
      marginBottom: bottom,
      padding: names.length > 30 ? 0 : 0.04,
      x: {
        type: "band",
        domain: d3.range(names.length),
        label: "predicted class",
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: bottom - 4,
        tickFormat: shown,
        tickSize: 0,
        tickRotate: upright ? 0 : -60,
      },
      y: { type: "band", domain: d3.range(names.length), label: null, tickFormat: shown, tickSize: 0 },
      marks: [
        Plot.cell(cells, {
          x: "guess",
          y: "truth",
          fill: (d) => color(d.share),
          title: (d) =>
            `${names[d.truth]}, taken for ${names[d.guess]}: ${count(d.number)} (${percent(d.share, 1)})`,
        }),
        side < 17
          ? null
          : Plot.text(
              cells.filter(({ number }) => number > 0),
              {
                x: "guess",
                y: "truth",
                text: (d) => String(d.number),
                fontSize: side < 30 ? 9.5 : 12,
                fill: (d) => text(d.share),
                pointerEvents: "none",
              },
            ),
        Plot.frame({ stroke: "var(--line)" }),
      ],
    });
    return [chart, colorRamp(width, color, [0, 100], "share of the true class (%)")];
  };
  const numbers = () => ({
    columns: ["true class", "predicted class", "samples"],
    rows: cells.map(({ truth, guess, number }) => [names[truth], names[guess], number]),
  });
  return figure({ title: "True classes in rows, predicted classes in columns", caption, draw, numbers });
}

// A matrix of `rows` x `columns` as a map, row 0 above. `values` are the means of blocks: map_rows x
// map_columns of them, each over block_rows x block_columns; `domain` has a number for each of `colors`.
function rasterMap(width, map) {
  const { rows, columns, map_rows, map_columns, block_rows, block_columns, values, colors, domain } = map;
  // (no cell is larger than a thumb, no map flatter than can be seen)
  const inner = Math.min(width - 58, 48 * columns);
  const height = Math.min(48 * rows, Math.max(100, Math.min(0.8 * inner, (inner * rows) / columns)));
  const whole = (last, most) => d3.ticks(0, last, Math.min(last, most)).filter(Number.isInteger);
  const axis = { labelArrow: "none", labelAnchor: "center", tickFormat: "d" };
  // a small array can be read number by number
  const whole_cells = block_rows === 1 && block_columns === 1 && map_rows === rows && map_columns === columns;
  const side = Math.min(inner / columns, height / rows);
  const small = whole_cells && rows <= 12 && columns <= 12 && inner / columns >= 26 && side >= 12;
  const digits = inner / columns < 40 ? 2 : 3;
  return plot(inner + 58, {
    height: height + 46,
    marginTop: 8,
    marginLeft: 50,
    marginRight: 8,
    marginBottom: 38,
    x: { ...axis, domain: [0, columns], label: map.x, labelOffset: 34, ticks: whole(columns, 6) },
    y: { ...axis, domain: [rows, 0], label: map.y, labelOffset: 44, ticks: whole(rows, height < 120 ? 3 : 5) },
    color: { type: "linear", domain, range: colors, interpolate: "lab", clamp: true },
    marks: [
      // (what draws a saved picture may smooth the points of a raster)
      whole_cells && values.length <= 400
        ? Plot.rect(values, {
            x1: (_, k) => k % columns,
            x2: (_, k) => (k % columns) + 1,
            y1: (_, k) => Math.floor(k / columns),
            y2: (_, k) => Math.floor(k / columns) + 1,
            fill: (value) => value,
            inset: -0.2,
          })
        : Plot.raster(values, {
            width: map_columns,
            height: map_rows,
            x1: 0,
            y1: 0,
            x2: map_columns * block_columns,
            y2: map_rows * block_rows,
            imageRendering: "pixelated",
            clip: true,
          }),
      small
        ? Plot.text(values, {
            x: (_, k) => (k % columns) + 0.5,
            y: (_, k) => Math.floor(k / columns) + 0.5,
            text: (value) => (value === 0 ? "0" : signed(value.toPrecision(digits))),
            fontSize: inner / columns < 34 ? 9 : 10.5,
            fill: "var(--ink)",
            stroke: "var(--surface)",
            strokeWidth: 3,
            pointerEvents: "none",
          })
        : null,
      Plot.frame({ stroke: "var(--line)" }),
    ],
  });
}

// The legend of a colour scale, from interpolate(0) to interpolate(1).
function colorRamp(width, interpolate, [low, high], label, format) {
  const at = (k) => low + ((high - low) * k) / 64;
  return plot(Math.min(320, width), {
    height: 50,
    marginTop: 6,
    marginBottom: 34,
    marginLeft: 12,
    marginRight: 20,
    className: "ramp",
    x: {
      domain: [low, high],
      label,
      ticks: 5,
      labelArrow: "none",
      labelAnchor: "left",
      tickSize: 4,
      ...(format ? { tickFormat: format } : {}),
    },
    y: { axis: null },
    marks: [
      Plot.rect(d3.range(64), {
        x1: at,
        x2: (k) => at(k + 1),
        y1: 0,
        y2: 1,
        insetLeft: -0.3,
        insetRight: -0.3,
        fill: (k) => interpolate((k + 0.5) / 64),
      }),
    ],
  });
}

// One row for each of {label, color, values, mean, spread, marks}: all values, and mean +- spread.
function dotChart({ title, caption, rows, label, show, factor, keys = [], kind }) {
  const scaled = (value) => value * factor;
  const points = rows.flatMap(({ values }, k) => values.map((value) => ({ k, x: scaled(value) })));
  const means = rows.flatMap(({ mean, spread, color, mark }, k) =>
    known(mean)
      ? [
          {
            k,
            x: scaled(mean),
            color,
            mark,
            x1: scaled(mean - (spread ?? 0)),
            x2: scaled(mean + (spread ?? 0)),
          },
        ]
      : [],
  );
  const extent = d3.extent([...points.map(({ x }) => x), ...means.flatMap(({ x1, x2 }) => [x1, x2])]);
  const pad = 0.06 * (extent[1] - extent[0] || 1);
  const dy = 7;
  const draw = (width) =>
    plot(width, {
      height: 38 * rows.length + 52,
      marginTop: 8,
      marginBottom: 40,
      marginLeft: 8,
      marginRight: 12,
      x: { domain: [extent[0] - pad, extent[1] + pad], label, grid: true, ticks: width < 400 ? 4 : 8 },
      y: { type: "band", domain: d3.range(rows.length), axis: null },
      marks: [
        Plot.ruleY(d3.range(rows.length), { y: (k) => k, dy, stroke: "var(--line)" }),
        Plot.dot(points, { x: "x", y: "k", dy, r: 3.6, fill: (d) => rows[d.k].color, fillOpacity: 0.45 }),
        Plot.ruleY(
          means.filter(({ x1, x2 }) => x2 > x1),
          {
            y: "k",
            x1: "x1",
            x2: "x2",
            dy,
            stroke: "color",
            strokeWidth: 2,
          },
        ),
        Plot.dot(means, {
          x: "x",
          y: "k",
          dy,
          r: 5.5,
          fill: "color",
          stroke: "var(--surface)",
          strokeWidth: 1.5,
          symbol: (d) => d.mark ?? "circle",
        }),
        rowTexts(
          width,
          rows.map((row) => ({ label: row.label, note: show(row) })),
          -9,
        ),
      ],
    });
  const entries = [
    ...keys,
    { label: "one seed", color: "var(--grey)", mark: "faintdot" },
    { label: "mean ± spread", color: "var(--grey)", mark: "dot" },
  ];
  if (rows.some(({ mark }) => mark))
    entries.push({ label: "baseline", color: "var(--orange)", mark: "diamond" });
  const numbers = () => ({
    columns: ["", "value", label],
    rows: rows.flatMap((row) => [
      ...row.values.map((value, k) => [row.label, `seed ${k}`, scaled(value)]),
      ...(known(row.mean) ? [[row.label, "mean", scaled(row.mean)]] : []),
      ...(known(row.spread) ? [[row.label, "spread", scaled(row.spread)]] : []),
    ]),
  });
  return figure({ title, caption, entries, draw, numbers, kind });
}
