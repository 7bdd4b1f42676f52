// SPDX-License-Identifier: Apache-2.0
// One run: what it was, what it learned, what the chip became and what it cost.
"use strict";

const setting = (run, table, key) => run.settings?.[table]?.[key];
const networkName = (run) => [run.inputs, ...run.settings.network.layer.map(({ units }) => units)].join("–");
const dataName = (run) => run.result?.data ?? run.made_by.data;
const trained = (run, name) => run.ledger.find((row) => row.name === name)?.training;
const tested = (run) => run.metrics.filter(({ test_accuracy }) => known(test_accuracy));
// What the last test says of it beside its accuracy: the largest class alone, the mean over classes.
const lastTest = (run) => (known(run.result?.largest_class_share) ? run.result : tested(run).at(-1)) ?? {};
const lastAccuracy = (run) => run.result?.test_accuracy ?? tested(run).at(-1)?.test_accuracy;

const runTitle = (run) => `${dataName(run)} on ${run.device.name}`;
const runLead = (run) =>
  `A ${networkName(run)} network that learned ${
    setting(run, "transfer", "source") === "none" || !run.settings.transfer
      ? "in situ"
      : "elsewhere and was transferred"
  }: ${setting(run, "training", "schedule")}, ` +
  `${setting(run, "training", "update")}, ${plural(run.epochs, "epoch")}, seed ${setting(run, "training", "seed")}.`;

const tile = (value, label) =>
  element("div", { class: "tile" }, element("b", {}, value), element("span", {}, label));

function tiles(run) {
  const reference = run.result?.reference_accuracy;
  const time_s = trained(run, "time_s"),
    energy_J = trained(run, "energy_J"),
    pulses = trained(run, "pulses");
  const most = trained(run, "pulses_per_cell_max"),
    words = trained(run, "signal_words_peak");
  const weights = trained(run, "weight_words_peak");
  return element("div", { class: "tiles" }, [
    known(lastAccuracy(run)) ? tile(percent(lastAccuracy(run)), "test accuracy of the chip") : null,
    lastTest(run).uneven_classes
      ? tile(percent(lastTest(run).balanced_accuracy), "balanced: mean over the classes")
      : null,
    known(lastTest(run).largest_class_share)
      ? tile(percent(lastTest(run).largest_class_share), "of the test samples are in the largest class")
      : null,
    known(reference)
      ? tile(
          percent(reference),
          run.result.transfer
            ? "of the network that was transferred"
            : "of the same network in float, by back-propagation",
        )
      : null,
    known(time_s) ? tile(quantity(time_s, "s"), "chip time of training") : null,
    known(energy_J) ? tile(quantity(energy_J, "J"), "energy of training") : null,
    known(pulses) ? tile(short(pulses), `pulses, at most ${count(most)} on one cell`) : null,
    known(words) ? tile(`${count(words)} + ${count(weights)}`, "words held at most: signals + weights") : null,
  ]);
}

// What a reader of the accuracy must know: who is no better than chance, what diverged.
const remarksOf = (run) =>
  [...(run.result?.remarks ?? []), run.result?.reference_diverged].filter(Boolean).map((sentence) =>
    element("p", { class: "notice" }, `${sentence[0].toUpperCase()}${sentence.slice(1)}.`),
  );

function notice(run) {
  if (run.finished) return remarksOf(run);
  const begun = run.ledger.length > 0;
  return element(
    "p",
    { class: "notice" },
    `This run is not finished: ${count(run.epochs_done)} of ${plural(run.epochs, "epoch")} done. ` +
      (begun ? "What follows is as of its last checkpoint; " : "It has no checkpoint yet; ") +
      "go on with ",
    element("code", {}, "nernst train --resume"),
    " and its folder.",
  );
}

// A value with its unit, where there is one.
const valueText = ({ value, unit }) =>
  typeof value === "number"
    ? !unit && Number.isInteger(value)
      ? count(value)
      : quantity(value, unit)
    : Array.isArray(value)
      ? value.join(", ")
      : String(value);

function whatWasRun(run) {
  const bits = (number) => (number > 0 ? plural(number, "bit") : "ideal");
  const chip = run.settings.chip,
    training = run.settings.training;
  const chipFacts = [
    ["data", `${dataName(run)}, ${plural(run.inputs, "feature")}`],
    ["device", `${run.device.title} (${run.device.law})`],
    ["published in", run.device.citation],
    ["tiles, sign, coding", `${chip.tile.join(" × ")}, ${chip.weight}, ${chip.coding}`],
    [
      "converters",
      `${chip.dac_bits === 1 ? "1 bit (sign, on or off)" : bits(chip.dac_bits)} in, ` +
        `${chip.adc_bits === 1 ? "comparators" : bits(chip.adc_bits)} out`,
    ],
  ];
  const trainingFacts = [
    ["schedule, update", `${training.schedule}, ${training.update}`],
    [
      "learning rate",
      `${training.learning_rate}, ${training.learning_rate_shape ?? "constant"}; mini-batches of ${training.batch}`,
    ],
    ["seed", String(training.seed)],
    [
      "made by",
      `Nernst ${run.made_by.nernst}, ${run.made_by.compiler}, ${run.made_by.backend} back-end, ` +
        `${run.made_by.instruction_set}`,
    ],
    run.result ? ["digest of the weights", element("code", {}, run.result.weights_digest)] : null,
  ].filter(Boolean);
  const layers = run.layers.map((layer, k) => [
    String(k),
    `${count(layer.rows)}${kSpace}×${kSpace}${count(layer.columns)}`,
    layer.spec?.activation ?? "–",
    Number(layer.full_scale_weight.toPrecision(4)).toString(),
  ]);
  const device = [...run.device.physical, ...run.device.cell, ...run.device.spread].filter(
    ({ value }) => value !== 0 && value !== false,
  );
  return [
    element("h2", {}, "What was run"),
    element(
      "div",
      { class: "facts" },
      element(
        "div",
        {},
        table([{}, {}], chipFacts, "plain"),
        run.device.below_zero ? element("p", { class: "notice" }, `${run.device.below_zero}.`) : null,
        element(
          "details",
          {},
          element("summary", {}, "Figures of the device"),
          table(
            [{ title: "figure" }, { title: "meaning" }, { title: "value", number: true }],
            device.map((row) => [row.name, row.help, valueText(row)]),
          ),
        ),
      ),
      element(
        "div",
        {},
        table([{}, {}], trainingFacts, "plain"),
        table(
          [
            { title: "layer" },
            { title: "outputs × inputs" },
            { title: "activation" },
            { title: "full-scale weight", number: true },
          ],
          layers,
        ),
        element(
          "p",
          { class: "note" },
          "The inputs count the column of the bias. The full-scale weight stands at the edge of a cell's window.",
        ),
        run.transfer
          ? table(
              [{ title: "the transfer" }, { number: true }],
              run.transfer.map((row) => [
                row.help,
                row.name.endsWith("accuracy") ? percent(row.value) : valueText(row),
              ]),
            )
          : null,
      ),
    ),
  ];
}

const epochAxis = { label: "epoch", show: (epoch) => `epoch ${d3.format(".3~f")(epoch)}` };

function learning(run) {
  const points = (key, factor = 1) =>
    run.metrics.filter((line) => known(line[key])).map((line) => ({ x: line.epoch, y: factor * line[key] }));
  const curves = (key, factor) => [
    { label: "while it learned", color: "var(--grey)", mark: "line", points: points(`train_${key}`, factor) },
    {
      label: "validation",
      color: "var(--teal)",
      mark: "line",
      dots: true,
      points: points(`validation_${key}`, factor),
    },
    { label: "test", color: "var(--blue)", mark: "line", dots: true, points: points(`test_${key}`, factor) },
  ];
  const reference = run.result?.reference_accuracy;
  if (run.metrics.length === 0)
    return [element("h2", {}, "Learning"), element("p", { class: "note" }, "There are no metrics yet.")];
  const accuracy = lineChart({
    title: "Accuracy",
    x: epochAxis,
    series: curves("accuracy", 100),
    y: { label: "accuracy (%)", show: (value) => `${value.toFixed(2)}${kNarrow}%` },
    rules: [
      known(reference)
        ? {
            label: run.result.transfer ? "before the transfer" : "float, in the end",
            color: "var(--orange)",
            y: 100 * reference,
          }
        : null,
      known(lastTest(run).largest_class_share)
        ? { label: "largest class alone", color: "var(--grey)", y: 100 * lastTest(run).largest_class_share }
        : null,
    ].filter(Boolean),
    caption:
      "The grey line is the share of the samples since its last point that were right before they were learned.",
  });
  const loss = lineChart({
    title: "Loss",
    x: epochAxis,
    series: curves("loss", 1),
    y: { label: "mean loss", show: (value) => value.toFixed(4) },
    caption: "Mean over the same samples as the accuracy.",
  });
  const layers = d3.max(run.metrics, ({ rho }) => rho?.length ?? 0);
  const monitored = d3
    .range(layers)
    .map((k) => ({
      label: `layer ${k}`,
      mark: "line",
      points: run.metrics.filter(({ rho }) => rho?.[k] > 0).map((line) => ({ x: line.epoch, y: line.rho[k] })),
    }))
    .filter(({ points }) => points.length > 1)
    .map((series, k) => ({ ...series, color: seriesColor(k) }));
  const threshold = setting(run, "training", "monitor_threshold");
  const monitor =
    monitored.length === 0
      ? null
      : lineChart({
          title: "The monitor ρ",
          x: epochAxis,
          series: monitored,
          kind: "wide",
          y: { label: "ρ", show: (value) => value.toPrecision(3), scale: { zero: true } },
          rules:
            threshold > 0 &&
            threshold <
              3 *
                d3.max(
                  monitored.flatMap(({ points }) => points),
                  ({ y }) => y,
                )
              ? [{ label: "a warning is given", color: "var(--grey)", y: threshold }]
              : [],
          caption:
            "How large the update of a layer is beside the error that travels on through it. A progressive schedule " +
            "sends errors through arrays that are updated already; it departs from back-propagation as ρ grows.",
        });
  return [element("h2", {}, "Learning"), element("div", { class: "figures" }, accuracy, loss, monitor)];
}

// The four combinations of a logic task: what comes out, and what should.
function truthTable(run) {
  if (!run.truth_table?.length) return [];
  const rows = run.truth_table.map(({ inputs, target, answer, outputs }) => [
    inputs.join("   "),
    target,
    element("b", { class: target === answer ? "right" : "wrong" }, `${answer} ${target === answer ? "✓" : "✗"}`),
    outputs.map((value) => value.toFixed(3)).join("   "),
  ]);
  return [
    element("h2", {}, "Truth table"),
    element("p", { class: "note" }, "Each combination sent through the chip once more, as it stands."),
    table(
      [
        { title: "inputs" },
        { title: "should be", number: true },
        { title: "chip", number: true },
        { title: "outputs of the last layer", number: true },
      ],
      rows,
      "narrow",
    ),
  ];
}

function confusion(run) {
  const matrix = run.result?.confusion;
  if (!matrix?.length) return [];
  const name = (k) => run.classes[k] ?? String(k);
  const shares = matrix
    .map((row, k) => ({ k, all: d3.sum(row), right: row[k] / d3.sum(row) }))
    .filter(({ all }) => all > 0);
  const worst = d3.least(shares, ({ right }) => right),
    best = d3.greatest(shares, ({ right }) => right);
  const wrong = d3.greatest(
    d3.range(matrix.length).filter((k) => k !== worst.k),
    (k) => matrix[worst.k][k],
  );
  const caption =
    worst.right === 1
      ? "Every sample is right."
      : `“${name(best.k)}” is recognised best (${percent(best.right, 1)}), “${name(worst.k)}” worst ` +
        `(${percent(worst.right, 1)}); it is most often taken for “${name(wrong)}”.`;
  return [
    element("h2", {}, "Confusion matrix"),
    element("p", { class: "note" }, `All ${count(d3.sum(matrix.flat()))} test samples, after training.`),
    element(
      "div",
      { class: "figures" },
      confusionChart({ matrix, classes: run.classes, caption }),
      recallChart(shares.map(({ k, right }) => ({ label: name(k), value: right }))),
    ),
  ];
}

// Each class by the share that is recognised.
function recallChart(rows) {
  const sorted = d3.sort(rows, ({ value }) => -value);
  return barChart({
    title: "Recognised, class by class",
    label: "share of the class",
    unit: "%",
    largest: 100,
    caption: "The diagonal of the matrix, the best class first.",
    rows: sorted.map(({ label, value }) => ({ label, value: 100 * value, note: percent(value, 1) })),
  });
}

function cost(run) {
  const share = (part) => (part < 5e-5 ? `< 0.01${kNarrow}%` : percent(part, part < 0.01 ? 2 : 1));
  const rowsOf = (parts, unit) => {
    const sorted = d3.sort(
      parts.filter(({ training }) => training > 0),
      ({ training }) => -training,
    );
    const all = d3.sum(sorted, ({ training }) => training);
    return sorted.map(({ help, training }) => ({
      label: help,
      value: training,
      note: `${quantity(training, unit)}  ${share(training / all)}`,
    }));
  };
  const energy = rowsOf(run.energy, "J"),
    time = rowsOf(run.time, "s");
  if (energy.length === 0 && time.length === 0) return [];
  const samples = (total, unit) => {
    const steps = run.metrics.at(-1)?.step,
      batch = setting(run, "training", "batch");
    return steps > 0 && batch > 0 ? `, ${quantity(total / (steps * batch), unit)} for each sample` : "";
  };
  return [
    element("h2", {}, "Energy and time"),
    element(
      "div",
      { class: "figures" },
      energy.length
        ? barChart({
            title: "Energy of training",
            label: "energy",
            unit: "J",
            rows: energy,
            caption: `Together ${quantity(trained(run, "energy_J"), "J")}${samples(trained(run, "energy_J"), "J")}.`,
          })
        : null,
      time.length
        ? barChart({
            title: "Chip time of training",
            label: "time",
            unit: "s",
            rows: time,
            caption:
              `Together ${quantity(trained(run, "time_s"), "s")}${samples(trained(run, "time_s"), "s")}. ` +
              "One thing at a time; reads, digital work and the link follow from their counts, the rest is what remains.",
          })
        : null,
    ),
  ];
}

function ledger(run) {
  if (run.ledger.length === 0) return [];
  const text = (value, unit) => (known(value) ? (unit ? quantity(value, unit) : count(value)) : "–");
  return [
    element("h2", {}, "Ledger"),
    element(
      "p",
      { class: "note" },
      "Everything that the chip did. Tests and validation are entered in a book of their own.",
    ),
    table(
      [{ title: "entry" }, { title: "training", number: true }, { title: "evaluation", number: true }],
      run.ledger.map(({ help, unit, training, evaluation }) => [
        help,
        text(training, unit),
        text(evaluation, unit),
      ]),
    ),
  ];
}

function repeat(run) {
  const file = `${run.name}.toml`;
  const preset = !/[/]|\.toml$/.test(run.settings.chip.device);
  return [
    element("h2", {}, "To repeat it"),
    element(
      "p",
      {},
      "Save this config as ",
      element("code", {}, file),
      " and give ",
      element("code", {}, `nernst train ${file}`),
      preset ? ": the same version gives the same bits." : "; its device is below, to be saved as ",
      preset ? null : element("code", {}, run.settings.chip.device),
      preset ? null : ".",
    ),
    element("details", { open: "" }, element("summary", {}, "Config"), element("pre", {}, run.config)),
    element(
      "details",
      {},
      element("summary", {}, "Device, with the changes of the config"),
      element("pre", {}, run.device_text),
    ),
  ];
}

function runPage(run) {
  return [
    notice(run),
    tiles(run),
    whatWasRun(run),
    learning(run),
    truthTable(run),
    confusion(run),
    layersOf(run),
    cost(run),
    ledger(run),
    repeat(run),
  ].flat();
}
