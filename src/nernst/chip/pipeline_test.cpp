// SPDX-License-Identifier: Apache-2.0
#include "nernst/chip/pipeline.h"

#include <gtest/gtest.h>

#include <map>

namespace nernst {
namespace {

const std::vector<PipelineTask> kInference = {
    {"forward", 0, 3.0}, {"forward", 1, 5.0}, {"forward", 2, 1.0}};
const std::vector<PipelineTask> kTraining = {{"forward", 0, 3.0},
                                             {"forward", 1, 5.0},
                                             {"update", 1, 2.0},
                                             {"backward", 1, 4.0},
                                             {"update", 0, 2.0}};

TEST(Pipeline, OneSampleAtATimeTakesTheSumOfItsTasks) {
  const PipelineRun run = run_pipeline(kTraining, 20, 1);
  EXPECT_DOUBLE_EQ(run.latency_s, 16);
  EXPECT_DOUBLE_EQ(run.interval_s, 16);
  EXPECT_DOUBLE_EQ(serial_time_s(kTraining), 16);
}

TEST(Pipeline, InferenceRunsAtThePaceOfTheSlowestLayer) {
  const PipelineRun run = run_pipeline(kInference, 60, 3);
  EXPECT_DOUBLE_EQ(run.interval_s, 5);
  EXPECT_DOUBLE_EQ(bottleneck_s(kInference), 5);
}

TEST(Pipeline, TrainingIsBoundByTheWorkOfTheBusiestLayer) {
  EXPECT_DOUBLE_EQ(bottleneck_s(kTraining), 11);
  double before = 17;
  for (const std::size_t in_flight : {1, 2, 3, 8}) {
    const PipelineRun run = run_pipeline(kTraining, 100, in_flight);
    EXPECT_LE(run.interval_s, before + 1e-12);
    EXPECT_GE(run.interval_s, 11 - 1e-12);
    before = run.interval_s;
  }
  EXPECT_DOUBLE_EQ(before, 11);
}

TEST(Pipeline, NoLayerDoesTwoThingsAndNoSampleOvertakesItself) {
  const std::size_t in_flight = 3;
  const PipelineRun run = run_pipeline(kTraining, 30, in_flight);
  ASSERT_EQ(run.slots.size(), 30 * kTraining.size());
  std::map<std::size_t, double> layer_free, sample_ready;
  std::map<std::size_t, std::size_t> next;
  for (const PipelineSlot& slot : run.slots) {
    const PipelineTask& task = kTraining[slot.task];
    EXPECT_GE(slot.begin_s, layer_free[task.layer]);
    EXPECT_GE(slot.begin_s, sample_ready[slot.sample]);
    EXPECT_EQ(slot.task, next[slot.sample]++);
    layer_free[task.layer] = sample_ready[slot.sample] = slot.end_s;
    // never more on their way than may be
    std::size_t on_their_way = 0;
    for (const auto& [sample, tasks_done] : next)
      on_their_way += tasks_done < kTraining.size() || sample_ready[sample] > slot.begin_s ? 1 : 0;
    EXPECT_LE(on_their_way, in_flight);
  }
}

}  // namespace
}  // namespace nernst
