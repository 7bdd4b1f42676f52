// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/progress_bar.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "nernst/cli/quantity.h"

namespace nernst {

namespace {

// What is being done: "epoch 2/3", "test", "float 2/3".
std::string label(const Progress& progress) {
  const std::uint64_t epoch = std::min(progress.epoch + 1, progress.epochs);
  switch (progress.phase) {
    case RunPhase::reading:
      return "reading the data";
    case RunPhase::making:
      return "making the chip";
    case RunPhase::saving:
      return "saving";
    case RunPhase::working:
      return "working";
    case RunPhase::training:
      return fmt::format("epoch {}/{}", epoch, progress.epochs);
    case RunPhase::evaluating:
      return "testing";
    case RunPhase::comparing:
      return fmt::format("run {}/{}", epoch, progress.epochs);
    case RunPhase::programming:
      return "programming";
    case RunPhase::reference:
      return fmt::format("float {}/{}", epoch, progress.epochs);
  }
  return "";
}

std::string bar(double fraction, std::size_t length, const Look& look) {
  const auto full = static_cast<std::size_t>(std::lround(fraction * static_cast<double>(length)));
  const auto repeated = [](const char* piece, std::size_t times) {
    std::string text;
    for (std::size_t k = 0; k < times; ++k) text += piece;
    return text;
  };
  return shaded(repeated(look.unicode ? "━" : "#", full), Shade::good, look) +
         shaded(repeated(look.unicode ? "─" : "-", length - full), Shade::faint, look);
}

// How much of a phase is done that does not count by itself, as "epoch 2/3" does.
std::string percent_done(const Progress& progress, fmt::format_string<double> form) {
  const bool counts = progress.phase == RunPhase::training ||
                      progress.phase == RunPhase::reference ||
                      progress.phase == RunPhase::comparing;
  if (counts) return "";
  return fmt::format(form, std::floor(100 * std::clamp(progress.fraction, 0.0, 1.0)));
}

std::string then_of(const Progress& progress) {
  const std::string_view then = progress.then;
  return then.empty() ? "" : fmt::format(", then {}", then);
}

bool has_fraction(const Progress& progress) {
  return progress.phase != RunPhase::reading && progress.phase != RunPhase::making &&
         progress.phase != RunPhase::saving && progress.phase != RunPhase::working;
}

bool has_accuracy(const Progress& progress) {
  return progress.phase == RunPhase::training && progress.accuracy > 0;
}

std::string speed(const Progress& progress) { return rounded_count(progress.samples_per_second); }

}  // namespace

std::string progress_bar(const Progress& progress, std::size_t columns, const Look& look) {
  if (!has_fraction(progress)) return progress_sentence(progress).substr(0, columns);
  constexpr std::size_t label_width = 12, shortest_bar = 8, longest_bar = 30;
  const double fraction = std::clamp(progress.fraction, 0.0, 1.0);
  const std::string head = fmt::format("{:<{}} ", label(progress), label_width - 1);
  const std::string done = percent_done(progress, " {:>3.0f} %");

  // from the fullest wording to the barest
  const std::string accuracy =
      has_accuracy(progress) ? "  accuracy " + percent(progress.accuracy, 1) : "";
  // in fields of a fixed width, so that nothing jumps
  const std::string rate = fmt::format("{:>7}", speed(progress));
  const std::string left = fmt::format("{:>5} left", minutes(progress.seconds_left));
  const std::string then = then_of(progress);
  const bool has_speed = progress.samples_per_second > 0;
  std::vector<std::string> tails = {
      fmt::format("{}  {} samples/s  {}{}", accuracy, rate, left, then),
      fmt::format("{}  {} samples/s  {}", accuracy, rate, left),
      fmt::format("{}  {}/s  {}", accuracy, rate, left),
      fmt::format("{}  {}{}", accuracy, left, then),
      fmt::format("{}  {}", accuracy, left),
      fmt::format("  {}", left),
      ""};
  if (!has_speed) tails.erase(tails.begin(), tails.begin() + 3);
  for (const std::string& tail : tails) {
    const std::size_t taken = columns_of(head) + columns_of(done) + columns_of(tail);
    if (taken + shortest_bar > columns) continue;
    return head + bar(fraction, std::min(longest_bar, columns - taken), look) + done + tail;
  }
  return (label(progress) + done).substr(0, columns);
}

std::string progress_sentence(const Progress& progress) {
  if (!has_fraction(progress))
    return label(progress) +
           (progress.spent_s > 0 ? fmt::format(", {} so far", minutes(progress.spent_s)) : "");
  std::string text = label(progress) + percent_done(progress, ": {:.0f} %");
  if (has_accuracy(progress)) text += ", accuracy " + percent(progress.accuracy, 1);
  if (progress.samples_per_second > 0) text += fmt::format(", {} samples/s", speed(progress));
  if (std::isnan(progress.seconds_left)) return text;
  return text + fmt::format(", {} left{}", minutes(progress.seconds_left), then_of(progress));
}

std::string epoch_sentence(const Progress& progress) {
  return fmt::format("{} done: accuracy {} while it learned, {} samples/s", label(progress),
                     percent(progress.accuracy, 1), speed(progress));
}

void ProgressReport::show(const Progress& progress, double now_s) {
  // an evaluation that has only begun is most often over by the time it could be read
  if (progress.phase == RunPhase::evaluating && progress.fraction == 0) return;
  if (console_->err().terminal) {
    // three columns stay free: for the ^C that a terminal shows, and for the cursor
    return console_->draw(progress_bar(
        progress, std::max<std::size_t>(console_->err_columns(), 3) - 3, console_->err()));
  }
  // a line every ten seconds, and where an epoch ended that took its time
  constexpr double spacing_s = 10, spacing_of_epochs_s = 2;
  if (!last_) told_s_ = now_s;
  const bool epoch_ended = last_ && last_->phase == RunPhase::training &&
                           (progress.phase != last_->phase || progress.epoch != last_->epoch);
  if (epoch_ended && now_s - told_s_ >= spacing_of_epochs_s) {
    console_->note(epoch_sentence(*last_));
    told_s_ = now_s;
  } else if (now_s - told_s_ >= spacing_s) {
    console_->note(progress_sentence(progress));
    told_s_ = now_s;
  }
  last_ = progress;
}

}  // namespace nernst
