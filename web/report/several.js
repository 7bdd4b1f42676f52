// SPDX-License-Identifier: Apache-2.0
// Several runs beside each other, and the comparison of `nernst compare`.
"use strict";

// The settings as {"training.seed": 1, ...}.
function flat(value, path = "") {
  if (value === null || typeof value !== "object") return { [path]: String(value) };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, below]) => flat(below, path ? `${path}.${key}` : key)),
  );
}

function severalRuns(runs) {
  const settings = runs.map((run) => flat(run.settings));
  const keys = [...new Set(settings.flatMap(Object.keys))];
  const differ = keys.filter((key) => new Set(settings.map((one) => one[key])).size > 1);
  const row = (label, show) => [label, ...runs.map(show)];
  const ofLedger = (name, show) => (run) => (known(trained(run, name)) ? show(trained(run, name)) : "–");
  const rows = [
    row("test accuracy of the chip", (run) => percent(lastAccuracy(run))),
    row("balanced accuracy of the chip", (run) => percent(lastTest(run).balanced_accuracy)),
    row("largest class alone", (run) => percent(lastTest(run).largest_class_share)),
    row("test accuracy in float", (run) => percent(run.result?.reference_accuracy)),
    row(
      "chip time",
      ofLedger("time_s", (value) => quantity(value, "s")),
    ),
    row(
      "energy",
      ofLedger("energy_J", (value) => quantity(value, "J")),
    ),
    row("pulses", ofLedger("pulses", count)),
    row("most pulses on one cell", ofLedger("pulses_per_cell_max", count)),
    row("signal words held, peak", ofLedger("signal_words_peak", count)),
    row("weight words held, peak", ofLedger("weight_words_peak", count)),
    row("cells read", ofLedger("cell_reads", count)),
    row(
      "between host and chip",
      ofLedger("host_bytes", (value) => quantity(value, "B")),
    ),
    row("epochs done", (run) => `${count(run.epochs_done)} of ${count(run.epochs)}`),
    ...(differ.length ? [["where the configs differ"]] : []),
    ...differ.map((key) => [breakable(key), ...settings.map((one) => one[key] ?? "–")]),
  ];
  const name = (run, k) =>
    element("span", {}, element("i", { class: "swatch", style: `background:${seriesColor(k)}` }), run.name);
  const series = (x, y) =>
    runs.map((run, k) => ({
      label: run.name,
      color: seriesColor(k),
      mark: k < kSeries.length ? "line" : "dashed",
      dots: true,
      points: run.metrics
        .filter((line) => known(x(line)) && known(y(line)))
        .map((line) => ({ x: x(line), y: y(line) })),
    }));
  const accuracy = (line) => 100 * (line.test_accuracy ?? NaN);
  const inPercent = { label: "test accuracy (%)", show: (value) => `${value.toFixed(2)}${kNarrow}%` };
  return [
    element(
      "div",
      { class: "figures" },
      lineChart({
        title: "Test accuracy as it learned",
        x: epochAxis,
        y: inPercent,
        series: series((line) => line.epoch, accuracy),
        caption: "On the test samples, after each epoch.",
      }),
      lineChart({
        title: "Test accuracy for the energy spent",
        y: inPercent,
        series: series((line) => (line.energy_J > 0 ? line.energy_J : NaN), accuracy),
        x: {
          label: "energy of training",
          column: "energy of training (J)",
          show: (value) => quantity(value, "J"),
          // (ways to train differ by orders of magnitude)
          scale: { type: "log", zero: false, nice: true, tickFormat: logTick("J"), ticks: 3 },
        },
        caption: "The same points over the energy that the chip had taken by then; the axis is logarithmic.",
      }),
      lineChart({
        title: "Loss while it learned",
        x: epochAxis,
        kind: "wide",
        y: { label: "mean loss", show: (value) => value.toFixed(4) },
        series: series(
          (line) => line.epoch,
          (line) => line.train_loss,
        ).map((one) => ({ ...one, dots: false })),
        caption: "Mean loss of the training samples since the point before.",
      }),
    ),
    table(
      [{ title: "" }, ...runs.map((run, k) => ({ title: name(run, k), number: true }))],
      rows,
      "sticky nowrap",
    ),
  ];
}

function comparisonPage(comparison) {
  const strategies = comparison.strategies ?? [],
    baseline = comparison.baseline ?? [];
  const names = [...new Set(strategies.map(({ name }) => name))];
  const devices = [...new Set(strategies.map(({ device }) => device))];
  const label = ({ name, device }) => (devices.length > 1 ? `${name} · ${device}` : name);
  // a colour for each device; orange is what the baselines have
  const colors = kSeries.filter((_, k) => k !== 1);
  const color = ({ device }) => colors[devices.indexOf(device) % colors.length];
  const keys = (mark) =>
    devices.length > 1 ? devices.map((device) => ({ label: device, color: color({ device }), mark })) : [];
  // 5.00 ± 0.02 mJ: the spread in the unit and to the digits of the mean; without one that rounds to zero
  const withSpread = ({ mean, spread }, unit) => {
    if (!(known(spread) && spread > 0)) return quantity(mean, unit);
    const [number, prefixed] = quantity(mean, unit).split(kSpace);
    const factor = prefixed === unit ? 1 : prefixFor(Math.abs(mean)).factor;
    const decimals = number.split(".")[1]?.length ?? 0;
    const spreadText = (spread / factor).toFixed(decimals);
    return Number(spreadText) > 0 ? `${number} ± ${spreadText}${kSpace}${prefixed}` : quantity(mean, unit);
  };
  const accuracy = (entry) =>
    !known(entry?.mean)
      ? "–"
      : known(entry.spread)
        ? `${(100 * entry.mean).toFixed(2)} ± ${(100 * entry.spread).toFixed(2)}${kNarrow}%`
        : percent(entry.mean);
  const number = (value) =>
    value >= 1e6
      ? quantity(value, " ").trim()
      : value < 100
        ? quantity(Number(value.toPrecision(3)))
        : count(value);
  const columns = [
    ["test accuracy", (s) => accuracy(s.test_accuracy)],
    ["balanced", (s) => (comparison.uneven_classes ? accuracy(s.balanced_accuracy) : "–")],
    ["in float", (s) => accuracy(s.reference_accuracy)],
    ["seeds", (s) => count(s.seeds)],
    ["diverged", (s) => count(s.failed)],
    ["chip time", (s) => (known(s.time_s?.mean) ? withSpread(s.time_s, "s") : "–")],
    ["energy", (s) => (known(s.energy_J?.mean) ? withSpread(s.energy_J, "J") : "–")],
    ["pulses per weight", (s) => number(s.pulses_per_weight?.mean ?? NaN)],
    ["most on a cell", (s) => number(s.pulses_per_cell_max?.mean ?? NaN)],
    ["cells read", (s) => count(s.cell_reads?.mean)],
    ["verifies", (s) => count(s.verifies?.mean)],
    ["signal words", (s) => count(s.signal_words?.mean)],
    ["weight words", (s) => count(s.weight_words?.mean)],
    ["host and chip", (s) => quantity(s.host_bytes?.mean, "B")],
    ["digital operations", (s) => count(s.digital_operations?.mean)],
    ["host operations", (s) => count(s.host_operations?.mean)],
  ].filter(([, show]) => strategies.some((strategy) => show(strategy) !== "–"));
  const onlyAccuracy = (name, test_accuracy, more = {}) => [
    name,
    ...columns.map(([title]) => (title === "test accuracy" ? accuracy(test_accuracy) : (more[title] ?? "–"))),
  ];
  const rows = [
    ...strategies.map((strategy) => [breakable(label(strategy)), ...columns.map(([, show]) => show(strategy))]),
    ...(known(comparison.float_accuracy?.mean)
      ? [
          onlyAccuracy("in float, on a computer", comparison.float_accuracy, {
            balanced: accuracy(comparison.float_balanced_accuracy),
            seeds: count(comparison.float_accuracy.values?.length),
            "host operations": count(baseline[0]?.operations),
          }),
        ]
      : []),
    ...(known(comparison.largest_class_share)
      ? [onlyAccuracy("the largest class alone", { mean: comparison.largest_class_share })]
      : []),
  ];
  const dots = [
    ...strategies.map((strategy) => ({
      label: label(strategy),
      color: color(strategy),
      values: [],
      ...strategy.test_accuracy,
      failed: strategy.failed,
    })),
    // (on whatever machine it is computed, the network in float has one accuracy)
    ...(known(comparison.float_accuracy?.mean)
      ? [{ name: "in float, on a computer", ...comparison.float_accuracy }]
      : baseline
          .filter(({ test_accuracy }) => known(test_accuracy))
          .map(({ name, test_accuracy }) => ({ name, mean: test_accuracy, values: [] }))
    ).map(({ name, ...accuracies }) => ({
      label: name,
      color: "var(--orange)",
      mark: "diamond",
      ...accuracies,
    })),
    ...(known(comparison.largest_class_share)
      ? [
          {
            label: "the largest class alone",
            color: "var(--grey)",
            mark: "diamond",
            mean: comparison.largest_class_share,
            values: [],
          },
        ]
      : []),
  ];
  const bars = (key, unit) => [
    ...strategies
      .filter((strategy) => strategy[key]?.mean > 0)
      .map((strategy) => ({
        label: label(strategy),
        color: color(strategy),
        value: strategy[key].mean,
        note: withSpread(strategy[key], unit),
      })),
    ...baseline
      .filter((one) => one[key] > 0)
      .map((one) => ({
        label: one.name,
        mark: "diamond",
        value: one[key],
        note: quantity(one[key], unit),
      })),
  ];
  const costs = (key, unit, title, axis) => {
    const shown = bars(key, unit);
    return shown.length === 0
      ? null
      : barChart({
          title,
          label: axis,
          unit,
          log: true,
          rows: shown,
          entries: [
            ...(devices.length > 1
              ? keys("area")
              : [{ label: "mean of the seeds", color: color(strategies[0]), mark: "area" }]),
            ...(shown.some(({ mark }) => mark)
              ? [{ label: "baseline", color: "var(--orange)", mark: "diamond" }]
              : []),
          ],
          caption: "The axis is logarithmic. A spread below the last digit is left out.",
        });
  };
  return [
    element(
      "p",
      { class: "lead" },
      `${plural(names.length, "strategy").replace("strategys", "strategies")} on ` +
        `${comparison.data}${devices.length > 1 ? `, ${plural(devices.length, "device")}` : devices[0] ? `, ${devices[0]}` : ""}.`,
    ),
    ...strategies.flatMap((strategy) =>
      (strategy.remarks ?? []).map((sentence) => element("p", { class: "notice" }, `${label(strategy)}: ${sentence}.`)),
    ),
    ...(comparison.float_remarks ?? []).map((sentence) => element("p", { class: "notice" }, `In float: ${sentence}.`)),
    element(
      "div",
      { class: "figures" },
      dots.some(({ mean }) => known(mean))
        ? dotChart({
            title: "Test accuracy, every seed",
            rows: dots,
            label: "test accuracy (%)",
            factor: 100,
            kind: "wide",
            keys: keys("dot"),
            show: (row) =>
              known(row.mean)
                ? accuracy(row) + (row.failed > 0 ? `, ${count(row.failed)} diverged` : "")
                : "all diverged",
            caption: "A spread is the standard deviation over the seeds.",
          })
        : null,
      costs("energy_J", "J", "Energy of training", "energy"),
      costs("time_s", "s", "Chip time of training", "chip time"),
    ),
    table(
      [{ title: "strategy" }, ...columns.map(([title]) => ({ title, number: true }))],
      rows,
      "sticky nowrap",
    ),
    baseline.length
      ? element(
          "p",
          { class: "note" },
          "Baselines: " + baseline.map(({ name, source }) => `${name} (${source})`).join("; ") + ".",
        )
      : null,
  ];
}
