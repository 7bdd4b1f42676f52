// SPDX-License-Identifier: Apache-2.0
// A checkpoint is what was written, or refused: also where somebody wrote it anew with other
// numbers (what flips in a file as it lies is refused by the checksums of its compression).
#include "nernst/experiment/checkpoint.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

#include "nernst/io/hash.h"
#include "nernst/io/test_help.h"

namespace nernst {
namespace {

const RunIdentity kIdentity{"c", "d", "float"};
constexpr const char* kMetrics = "{\"epoch\":1}\n";

class Checkpoint : public ::testing::Test {
 protected:
  void SetUp() override {
    position.epoch = 1;
    position.loss = 0.25;
    position.metrics_bytes = std::string(kMetrics).size();
    position.metrics_digest = io::digest_of(kMetrics);
    books.training.pulses = 7;
    write_checkpoint(path, kIdentity, position, books, state());
  }
  std::vector<PlaneView> state() { return {{"w", std::span(weights)}, {"n", std::span(counts)}}; }
  bool read(std::optional<std::string_view> metrics = kMetrics) {
    return read_checkpoint(path, kIdentity, position, books, state(), metrics);
  }
  io::TestFolder folder;
  const std::filesystem::path path = folder / "checkpoint.h5";
  std::vector<float> weights = {0.5F, -0.25F};
  std::vector<std::uint32_t> counts = {3};
  RunPosition position;
  Books books;
};

TEST_F(Checkpoint, GivesBackWhatWasWritten) {
  weights = {0, 0};
  counts = {0};
  position = {};
  books = {};
  ASSERT_TRUE(read());
  EXPECT_EQ(weights, (std::vector<float>{0.5F, -0.25F}));
  EXPECT_EQ(counts[0], 3u);
  EXPECT_EQ(position.epoch, 1u);
  EXPECT_EQ(position.loss, 0.25);
  EXPECT_EQ(books.training.pulses, 7);
  // a part of the state is as good
  weights = {0, 0};
  ASSERT_TRUE(read_checkpoint(path, kIdentity, position, books, {{"w", std::span(weights)}}));
  EXPECT_EQ(weights[0], 0.5F);
}

TEST_F(Checkpoint, BelongsToItsMetricsAndItsNumbers) {
  EXPECT_TRUE(read("{\"epoch\":1}\n{\"epoch\":2}\n"));  // what came later is written again
  EXPECT_FALSE(read("{\"epoch\":1}"));                  // what was lost is made again
  EXPECT_NE(io::complaint([&] { read("{\"epoch\":2}\n"); }).find("metrics.jsonl"),
            std::string::npos);
  const auto of = [&](const char* config, const char* data, const char* numbers) {
    return io::complaint([&] {
      read_checkpoint(path, {config, data, numbers}, position, books, state());
    });
  };
  EXPECT_NE(of("x", "d", "float").find("another config"), std::string::npos);
  EXPECT_NE(of("c", "x", "float").find("other data"), std::string::npos);
  EXPECT_NE(of("c", "d", "double").find("NERNST_BACKEND=fast"), std::string::npos);
}

}  // namespace
}  // namespace nernst
