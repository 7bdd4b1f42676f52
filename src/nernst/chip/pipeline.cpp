// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/pipeline.h"

#include <algorithm>

#include "nernst/base/error.h"

namespace nernst {

double serial_time_s(const std::vector<PipelineTask>& tasks) {
  double sum_s = 0;
  for (const PipelineTask& task : tasks) sum_s += task.t_s;
  return sum_s;
}

double bottleneck_s(const std::vector<PipelineTask>& tasks) {
  std::vector<double> busy_s;
  for (const PipelineTask& task : tasks) {
    busy_s.resize(std::max(busy_s.size(), task.layer + 1), 0.0);
    busy_s[task.layer] += task.t_s;
  }
  return busy_s.empty() ? 0 : *std::ranges::max_element(busy_s);
}

PipelineRun run_pipeline(const std::vector<PipelineTask>& tasks, std::size_t samples,
                         std::size_t in_flight) {
  NERNST_CHECK(!tasks.empty() && samples >= 2 && in_flight >= 1);
  std::size_t layers = 0;
  for (const PipelineTask& task : tasks) layers = std::max(layers, task.layer + 1);
  std::vector<double> free_s(layers, 0.0), begun_s(samples, 0.0), done_s(samples, 0.0);
  std::vector<double> ready_s(samples, 0.0);
  std::vector<std::size_t> next(samples, 0);
  PipelineRun run;
  std::size_t oldest = 0;
  while (oldest < samples) {
    // a sample enters when one is done that left room for it
    const std::size_t last = std::min(samples, oldest + in_flight);
    std::size_t best = last;
    double best_s = 0;
    for (std::size_t k = oldest; k < last; ++k) {
      if (next[k] == tasks.size()) continue;
      const double room_s = next[k] == 0 && k >= in_flight ? done_s[k - in_flight] : 0;
      const double at_s = std::max({ready_s[k], room_s, free_s[tasks[next[k]].layer]});
      if (best == last || at_s < best_s) best = k, best_s = at_s;
    }
    const PipelineTask& task = tasks[next[best]];
    const double end_s = best_s + task.t_s;
    run.slots.push_back({best, next[best], best_s, end_s});
    if (next[best] == 0) begun_s[best] = best_s;
    free_s[task.layer] = ready_s[best] = end_s;
    if (++next[best] == tasks.size()) done_s[best] = end_s;
    while (oldest < samples && next[oldest] == tasks.size()) ++oldest;
  }
  std::ranges::stable_sort(run.slots, {}, &PipelineSlot::begin_s);
  for (std::size_t k = 0; k < samples; ++k)
    run.latency_s += (done_s[k] - begun_s[k]) / static_cast<double>(samples);
  std::ranges::sort(done_s);
  const std::size_t half = samples / 2;
  run.interval_s = (done_s.back() - done_s[half - 1]) / static_cast<double>(samples - half);
  return run;
}

}  // namespace nernst
