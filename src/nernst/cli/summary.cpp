// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "nernst/cli/quantity.h"
#include "nernst/cli/text_table.h"

namespace nernst {

namespace {

struct Part {
  std::string help;
  double energy_J = 0;
};

// The parts of the energy that matter, the largest first.
std::vector<Part> largest_parts(EnergyParts energy) {
  constexpr std::size_t most = 4;
  constexpr double least_share = 0.01;
  std::vector<Part> parts;
  const Fields fields = fields_of(energy);
  for (const Field& field : fields.all()) {
    const double energy_J = field.value().get<double>();
    if (energy_J > least_share * energy.total_J()) parts.push_back({field.note.help, energy_J});
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.energy_J > b.energy_J; });
  parts.resize(std::min(most, parts.size()));
  return parts;
}

}  // namespace

std::string summary_of(const RunResult& result, const Look& look) {
  const LedgerCounts& ledger = result.books.training;
  const std::string title =
      fmt::format("{} on {}: {}, {}, {} {}", result.data, result.device, result.schedule,
                  result.update, result.epochs, result.epochs == 1 ? "epoch" : "epochs");
  TextTable table({Align::left, Align::right, Align::left});
  const auto row = [&](std::string name, std::string value, std::string remark = "") {
    table.row({std::move(name), std::move(value), std::move(remark)},
              {Shade::plain, Shade::plain, Shade::faint});
  };
  table.row({"test accuracy of the chip", percent(result.test_accuracy, 2)},
            {Shade::strong, Shade::strong});
  if (result.validation_accuracy)
    row("validation accuracy of the chip", percent(*result.validation_accuracy, 2));
  if (result.reference_accuracy)
    row("test accuracy in float", percent(*result.reference_accuracy, 2),
        "same network, conventional back-propagation");
  row("chip time", quantity(ledger.time_s, "s", look), "of training");
  const double energy_J = ledger.energy.total_J();
  row("energy", quantity(energy_J, "J", look));
  for (const Part& part : largest_parts(ledger.energy))
    row("  " + part.help, quantity(part.energy_J, "J", look), percent(part.energy_J / energy_J, 0));
  row("pulses", count(ledger.pulses));
  row("most pulses on one cell", count(result.pulses_per_cell_max));
  if (result.wires && result.wires->refreshes > 0) {
    row("what the wires take, rms", fmt::format("{:.4f}", result.wires->rms_effect()),
        "of w, as solved");
    row("  error between solutions, rms", fmt::format("{:.4f}", result.wires->rms_error()),
        fmt::format("{:.4f} at most; {} solutions", result.wires->largest_error,
                    count(static_cast<std::int64_t>(result.wires->refreshes))));
  }
  row("signal words held, peak", count(result.books.signal_words_peak));
  row("weight words held, peak", count(result.books.weight_words_peak));
  row("cells read", count(ledger.cell_reads));
  row("between host and chip", quantity(static_cast<double>(ledger.host_bytes), "B", look));
  row("speed of the simulation",
      count(static_cast<std::int64_t>(std::llround(result.samples_per_second))), "samples/s");
  return shaded(title, Shade::strong, look) + "\n" + table.text(look) + "  run: " + result.run +
         "\n";
}

}  // namespace nernst
