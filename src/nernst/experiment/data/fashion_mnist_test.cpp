// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/data/fashion_mnist.h"

#include <gtest/gtest.h>

namespace nernst {
namespace {

std::vector<std::size_t> class_counts(const Samples& samples) {
  std::vector<std::size_t> counts(10);
  for (const std::uint32_t label : samples.labels) ++counts.at(label);
  return counts;
}

TEST(FashionMnist, IsReadAsPublished) {
  const Availability here = FashionMnist::found();
  if (!here.found) GTEST_SKIP() << here.where;
  const DataSet data = load_data({.validation_fraction = 0.1});
  EXPECT_EQ(data.title, "Fashion-MNIST");
  EXPECT_EQ(data.features(), 784u);
  EXPECT_EQ(data.classes.size(), 10u);
  EXPECT_EQ(class_counts(data.train), std::vector<std::size_t>(10, 5400));
  EXPECT_EQ(class_counts(data.validation), std::vector<std::size_t>(10, 600));
  EXPECT_EQ(class_counts(data.test), std::vector<std::size_t>(10, 1000));
  // the first of the test is an ankle boot
  EXPECT_EQ(data.classes[data.test.labels[0]], "Ankle boot");
  double sum = 0;
  for (const Samples* part : {&data.train, &data.validation}) {
    for (const float x : part->inputs.values()) {
      ASSERT_TRUE(x >= 0 && x <= 1);
      sum += x;
    }
  }
  // the mean that everybody's tutorial normalises by
  EXPECT_NEAR(sum / (60000.0 * 784), 0.2860, 0.00005);
}

}  // namespace
}  // namespace nernst
