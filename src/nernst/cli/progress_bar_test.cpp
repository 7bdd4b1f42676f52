// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/progress_bar.h"

#include <gtest/gtest.h>

namespace nernst {

namespace {

Progress halfway() {
  return {.phase = RunPhase::training,
          .fraction = 0.5,
          .epoch = 1,
          .epochs = 3,
          .accuracy = 0.812,
          .samples_per_second = 4812,
          .seconds_left = 32};
}

}  // namespace

TEST(ProgressBar, SaysHowFarItIsAndHowLongItTakes) {
  EXPECT_EQ(progress_bar(halfway(), 100, {.unicode = true}),
            "epoch 2/3   ━━━━━━━━━━━━━━━───────────────  accuracy 81.2 %    4,812 samples/s   "
            "0:32 left");
  EXPECT_EQ(progress_sentence(halfway()), "epoch 2/3, accuracy 81.2 %, 4,812 samples/s, 0:32 left");
}

// (a percentage beside "epoch 2/3" could be that of the epoch or of the run)
TEST(ProgressBar, APercentageStandsOnlyWhereNothingElseCounts) {
  Progress progress = halfway();
  progress.phase = RunPhase::evaluating;
  EXPECT_EQ(progress_sentence(progress), "testing: 50 %, 4,812 samples/s, 0:32 left");
  EXPECT_NE(progress_bar(progress, 100, Look()).find(" 50 %"), std::string::npos);
  progress.phase = RunPhase::comparing;
  EXPECT_EQ(progress_sentence(progress), "run 2/3, 4,812 samples/s, 0:32 left");
}

TEST(ProgressBar, AnUnknownTimeIsNotGuessed) {
  Progress progress = halfway();
  progress.seconds_left = Progress::kUnknown;
  EXPECT_EQ(progress_sentence(progress), "epoch 2/3, accuracy 81.2 %, 4,812 samples/s");
  EXPECT_NE(progress_bar(progress, 100, Look()).find("-:-- left"), std::string::npos);
  EXPECT_EQ(columns_of(progress_bar(progress, 90, Look())),
            columns_of(progress_bar(halfway(), 90, Look())));
}

TEST(ProgressBar, WhatComesAfterAndTakesItsOwnTimeIsNamed) {
  Progress progress = halfway();
  progress.phase = RunPhase::reference;
  progress.then = "programming";
  EXPECT_EQ(progress_sentence(progress), "float 2/3, 4,812 samples/s, 0:32 left, then programming");
  EXPECT_NE(progress_bar(progress, 100, Look()).find("left, then programming"), std::string::npos);
}

TEST(ProgressBar, FitsEveryWidthAndHasEveryPhase) {
  for (const RunPhase phase : {RunPhase::training, RunPhase::evaluating, RunPhase::reference}) {
    for (const double fraction : {-1.0, 0.0, 0.333, 1.0, 2.0}) {
      for (std::size_t columns = 0; columns < 200; ++columns) {
        Progress progress = halfway();
        progress.phase = phase;
        progress.fraction = fraction;
        EXPECT_LE(columns_of(progress_bar(progress, columns, {.unicode = true})), columns);
        EXPECT_LE(progress_bar(progress, columns, Look()).size(), columns);
      }
    }
  }
}

TEST(ProgressBar, IsPlainTextWithoutUnicodeAndColour) {
  for (const char c : progress_bar(halfway(), 80, Look())) EXPECT_TRUE(c >= ' ' && c < 127);
}

TEST(ProgressBar, KeepsItsPlaceWhileNumbersGrow) {
  Progress slow = halfway(), fast = halfway();
  slow.samples_per_second = 9;
  fast.samples_per_second = 123456;
  EXPECT_EQ(columns_of(progress_bar(slow, 90, Look())), columns_of(progress_bar(fast, 90, Look())));
}

TEST(ProgressBar, DoesNotPassTheLastEpoch) {
  Progress done = halfway();
  done.epoch = 3;
  done.fraction = 1;
  EXPECT_TRUE(progress_sentence(done).starts_with("epoch 3/3,"));
}

}  // namespace nernst
