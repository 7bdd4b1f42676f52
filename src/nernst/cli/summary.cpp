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
  double amount = 0, share = 0;
};

// The parts of a time or an energy that matter, the largest first.
template <class Parts>
std::vector<Part> largest_parts(Parts of) {
  constexpr std::size_t most = 4;
  constexpr double least_share = 0.01;
  const Fields fields = fields_of(of);
  double total = 0;
  for (const Field& field : fields.all()) total += field.value().get<double>();
  std::vector<Part> parts;
  for (const Field& field : fields.all()) {
    const double amount = field.value().get<double>();
    if (amount > least_share * total) parts.push_back({field.note.help, amount, amount / total});
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.amount > b.amount; });
  parts.resize(std::min(most, parts.size()));
  return parts;
}

}  // namespace

std::string summary_of(const RunResult& result, const Look& look) {
  const LedgerCounts& ledger = result.books.training;
  const std::string title = fmt::format(
      "{} on {}: {}", result.data, result.device,
      result.epochs == 0 ? std::string("weights that were transferred")
                         : fmt::format("{}, {}, {} {}", result.schedule, result.update,
                                       result.epochs, result.epochs == 1 ? "epoch" : "epochs"));
  TextTable table({Align::left, Align::right, Align::left});
  const auto row = [&](std::string name, std::string value, std::string remark = "") {
    table.row({std::move(name), std::move(value), std::move(remark)},
              {Shade::plain, Shade::plain, Shade::faint});
  };
  table.row({"test accuracy of the chip", percent(result.test_accuracy, 2)},
            {Shade::strong, Shade::strong});
  const ClassShares shares = class_shares(result.confusion);
  if (shares.uneven)
    row("  mean over the classes", percent(shares.balanced, 2), "balanced accuracy");
  row("  largest class alone", percent(shares.largest, 2), "of the test samples");
  if (result.validation_accuracy)
    row("validation accuracy of the chip", percent(*result.validation_accuracy, 2));
  if (result.reference_accuracy)
    row("test accuracy in float", percent(*result.reference_accuracy, 2),
        !result.transfer         ? "same network, conventional back-propagation"
        : result.host_operations ? "what was written to the chip"
                                 : "the network of the file, as it was written to the chip");
  if (shares.uneven && result.reference_balanced_accuracy)
    row("  mean over the classes", percent(*result.reference_balanced_accuracy, 2));
  if (!result.reference_diverged.empty()) row("test accuracy in float", "diverged");
  if (result.transfer && result.transfer->written.failed > 0)
    row("cells that did not reach their weights", count(result.transfer->written.failed),
        fmt::format("out of tries or of reach, by {:.4g} at most",
                    result.transfer->written.largest_error));
  if (result.transfer && result.transfer->clipped > 0)
    row("weights beyond full scale, clipped", count(result.transfer->clipped),
        fmt::format("by {:.4g} at most; a larger full_scale_weight takes them",
                    result.transfer->clipped_by));
  const auto with_parts = [&](const char* name, double total, const char* unit, const char* remark,
                              const std::vector<Part>& parts) {
    row(name, quantity(total, unit, look), remark);
    for (const Part& part : parts)
      row("  " + part.help, quantity(part.amount, unit, look), percent(part.share, 0));
  };
  with_parts("chip time", ledger.time_s, "s", "of training", largest_parts(ledger.time));
  with_parts("energy", ledger.energy.total_J(), "J", "", largest_parts(ledger.energy));
  row("pulses", count(ledger.pulses));
  if (ledger.short_cells > 0)
    row("pulses that could not be sent", rounded_count(ledger.unsent_pulses),
        fmt::format("for {} cells, update by update", count(ledger.short_cells)));
  if (ledger.saturated_outputs > 0)
    row("outputs clipped by the ADC", count(ledger.saturated_outputs));
  row("most pulses on one cell", count(result.pulses_per_cell_max));
  if (result.wires) {
    row("what the wires take, rms", fmt::format("{:.4f}", result.wires->rms_effect()),
        "of w, as solved");
    row("  error between solutions, rms", fmt::format("{:.4f}", result.wires->rms_error()),
        fmt::format("{:.4f} at most, in {} solutions of tiles", result.wires->largest_error,
                    count(static_cast<std::int64_t>(result.wires->solutions))));
    row("  error of a solution, most", fmt::format("{:.1e}", result.wires->solver_error),
        "of the mean current of a line");
  }
  if (result.common_shift)
    row("common shift of the weights", fmt::format("{:+.4f}", *result.common_shift),
        "of w, their mean on the shelf");
  row("signal words held, peak", count(result.books.signal_words_peak));
  row("weight words held, peak", count(result.books.weight_words_peak));
  row("cells read", count(ledger.cell_reads));
  row("between host and chip", quantity(static_cast<double>(ledger.host_bytes), "B", look));
  if (result.samples_per_second > 0)
    row("speed of the simulation", rounded_count(result.samples_per_second), "samples/s");
  std::string remarks;
  for (const std::string& remark : remarks_on(result))
    remarks += shaded("  " + remark, Shade::bad, look) + "\n";
  return shaded(title, Shade::strong, look) + "\n" + table.text(look) + remarks +
         "  run: " + result.run + "\n";
}

}  // namespace nernst
