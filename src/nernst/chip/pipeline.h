// SPDX-License-Identifier: Apache-2.0
// Layers that work at the same time on different samples: a list of tasks for each sample, in
// order, each on one layer's tiles, which do one task at a time.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace nernst {

struct PipelineTask {
  std::string name;       // "forward", "error", "update", "backward"
  std::size_t layer = 0;  // whose tiles are busy
  double t_s = 0;
};

// A task of a sample as it came to be done.
struct PipelineSlot {
  std::size_t sample = 0, task = 0;
  double begin_s = 0, end_s = 0;
};

struct PipelineRun {
  std::vector<PipelineSlot> slots;  // in the order of their beginning
  double latency_s = 0;             // from the first to the last task of a sample, the mean
  double interval_s = 0;            // between samples that are done, once it runs steadily
};

// Time of a sample alone: the sum of its tasks.
double serial_time_s(const std::vector<PipelineTask>& tasks);

// The least time between samples, however many are on their way: the work of the busiest layer.
double bottleneck_s(const std::vector<PipelineTask>& tasks);

// `samples` samples with at most `in_flight` on their way (their signals must be held). The
// earliest possible task is done first, of two the older sample's. The interval is that of the last
// half of the samples.
PipelineRun run_pipeline(const std::vector<PipelineTask>& tasks, std::size_t samples,
                         std::size_t in_flight);

}  // namespace nernst
