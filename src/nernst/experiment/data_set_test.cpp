// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/data_set.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>

#include "nernst/experiment/raw_data.h"
#include "nernst/experiment/split.h"
#include "nernst/io/file.h"
#include "nernst/io/test_help.h"
#include "nernst/test_paths.h"

namespace nernst {
namespace {

using io::complaint;
using io::TestFolder;
using Labels = std::vector<std::uint32_t>;
using Names = std::vector<std::string>;

void write(const io::Path& path, std::string_view bytes) { io::write_file_atomically(path, bytes); }

void write_gzip(const io::Path& path, std::string_view bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  ASSERT_EQ(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())),
            static_cast<int>(bytes.size()));
  ASSERT_EQ(gzclose(file), Z_OK);
}

std::string complaint_of_load(const DataSpec& spec) {
  return complaint([&] { load_data(spec); });
}

std::vector<std::size_t> class_counts(const DataSet& data, const Samples& samples) {
  std::vector<std::size_t> counts(data.classes.size());
  for (const std::uint32_t label : samples.labels) ++counts[label];
  return counts;
}

// `size` lines of a sample's number, its square and one of three classes
std::string numbered_csv(int size) {
  std::string text;
  for (int k = 0; k < size; ++k) text += fmt::format("{},{},{}\n", k, k * k, "abc"[k % 3]);
  return text;
}

// the first feature, which numbered_csv makes the number of the sample
std::vector<int> sample_numbers(const Samples& samples) {
  std::vector<int> numbers;
  for (std::size_t k = 0; k < samples.size(); ++k)
    numbers.push_back(static_cast<int>(samples.inputs(k, 0)));
  return numbers;
}

TEST(DataSet, EveryKindIsListedWithWhereItIs) {
  std::set<std::string> names;
  for (const DataSetInfo& info : data_sets()) {
    names.emplace(info.name);
    EXPECT_FALSE(info.help.empty()) << info.name;
    EXPECT_FALSE(info.where.empty()) << info.name;
  }
  for (const char* name : {"csv", "fashion-mnist", "idx", "logic"}) EXPECT_TRUE(names.count(name));
}

TEST(DataSet, AnUnknownNameGetsTheNearest) {
  EXPECT_EQ(complaint_of_load({.name = "fashion_mnist"}),
            "data.name = \"fashion_mnist\": no such data set; did you mean \"fashion-mnist\"?");
  const std::string unlike_any = complaint_of_load({.name = "imagenet-22k"});
  EXPECT_EQ(unlike_any.find("data.name = \"imagenet-22k\": no such data set; there are csv, "), 0u);
}

TEST(DataSet, EveryKeyIsReadBackAsItWasWritten) {
  DataSpec spec;
  const Tree defaults = write_fields(fields_of(spec));
  EXPECT_EQ(defaults["scaling"], "auto");
  read_fields(Tree{{"gate", "nand"},
                   {"scaling", "standard"},
                   {"label_column", "kind"},
                   {"separator", "tab"},
                   {"test_limit", 7}},
              "data", fields_of(spec));
  EXPECT_EQ(spec.gate, Gate::nand_gate);
  EXPECT_EQ(spec.scaling, Scaling::standard);
  EXPECT_EQ(spec.separator, Separator::tab);
  DataSpec again;
  read_fields(write_fields(fields_of(spec)), "data", fields_of(again));
  EXPECT_EQ(write_fields(fields_of(again)), write_fields(fields_of(spec)));
  const Fields fields = fields_of(spec);
  for (const Field& field : fields.all()) EXPECT_FALSE(field.note.help.empty());
}

TEST(DataSet, TestAndValidationTakeTheirPartOfEachClass) {
  const TestFolder folder;
  write(folder / "x.csv", numbered_csv(300));
  const DataSpec spec{.name = "csv",
                      .path = folder / "x.csv",
                      .test_fraction = 0.2,
                      .validation_fraction = 0.25,
                      .scaling = Scaling::none};
  const DataSet data = load_data(spec);
  EXPECT_EQ(data.title, "x.csv");
  EXPECT_EQ(data.classes, (Names{"a", "b", "c"}));
  EXPECT_EQ(data.features(), 2u);
  EXPECT_EQ(class_counts(data, data.test), (std::vector<std::size_t>{20, 20, 20}));
  EXPECT_EQ(class_counts(data, data.validation), (std::vector<std::size_t>{20, 20, 20}));
  EXPECT_EQ(class_counts(data, data.train), (std::vector<std::size_t>{60, 60, 60}));

  // no sample is in two parts, each has its own label and square, and the order is the file's
  std::set<int> seen;
  for (const Samples* part : {&data.train, &data.validation, &data.test}) {
    const std::vector<int> numbers = sample_numbers(*part);
    EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      EXPECT_TRUE(seen.insert(numbers[k]).second);
      EXPECT_EQ(part->labels[k], static_cast<std::uint32_t>(numbers[k] % 3));
      EXPECT_EQ(part->inputs(k, 1), static_cast<float>(numbers[k] * numbers[k]));
    }
  }
  EXPECT_EQ(seen.size(), 300u);
}

TEST(DataSet, TheSeedDecidesTheSplitAndNothingElseDoes) {
  const TestFolder folder;
  write(folder / "x.csv", numbered_csv(300));
  DataSpec spec{.name = "csv", .path = folder / "x.csv", .scaling = Scaling::none};
  const DataSet data = load_data(spec);
  EXPECT_EQ(load_data(spec).checksum, data.checksum);

  DataSpec other_seed = spec;
  other_seed.split_seed = 2;
  EXPECT_NE(sample_numbers(load_data(other_seed).test), sample_numbers(data.test));
  EXPECT_NE(load_data(other_seed).checksum, data.checksum);

  // a validation part leaves the test as it was; limits cut both in the order of the file
  DataSpec validated = spec;
  validated.validation_fraction = 0.1;
  EXPECT_EQ(sample_numbers(load_data(validated).test), sample_numbers(data.test));
  DataSpec limited = spec;
  limited.train_limit = 7;
  limited.test_limit = 5;
  const std::vector<int> train = sample_numbers(data.train), test = sample_numbers(data.test);
  const DataSet few = load_data(limited);
  EXPECT_EQ(sample_numbers(few.train), std::vector<int>(train.begin(), train.begin() + 7));
  EXPECT_EQ(sample_numbers(few.test), std::vector<int>(test.begin(), test.begin() + 5));
  EXPECT_EQ(few.classes, data.classes);
  limited.train_limit = limited.test_limit = 1000000;
  EXPECT_EQ(load_data(limited).checksum, data.checksum);
}

TEST(DataSet, ValidationIsDrawnForItself) {
  const TestFolder folder;
  write(folder / "train.csv", numbered_csv(300));
  write(folder / "test.csv", numbered_csv(3));
  const DataSet data = load_data({.name = "csv",
                                  .path = folder / "train.csv",
                                  .test_path = folder / "test.csv",
                                  .validation_fraction = 0.2,
                                  .scaling = Scaling::none});
  Labels all(300), labels(300);
  for (std::uint32_t k = 0; k < 300; ++k) {
    all[k] = k;
    labels[k] = k % 3;
  }
  const Split split = split_by_class(all, labels, 0.2, 1, SplitFor::validation);
  EXPECT_EQ(sample_numbers(data.validation),
            std::vector<int>(split.kept.begin(), split.kept.end()));
  EXPECT_EQ(sample_numbers(data.train), std::vector<int>(split.rest.begin(), split.rest.end()));
}

TEST(DataSet, APartOfNoSampleIsRefused) {
  const TestFolder folder;
  write(folder / "x.csv", "1,a\n2,a\n3,b\n4,b\n");
  const DataSpec spec{.name = "csv", .path = folder / "x.csv"};
  EXPECT_EQ(
      complaint_of_load(spec),
      "data.test_fraction = 0.2: leaves no sample, as x.csv has 4 in 2 classes; give a larger part "
      "or more data");
  DataSpec half = spec;
  half.test_fraction = 0.5;
  EXPECT_EQ(load_data(half).test.size(), 2u);
  half.validation_fraction = 0.5;
  EXPECT_EQ(complaint_of_load(half).find("data.validation_fraction = 0.5: leaves no sample"), 0u);
}

TEST(DataSet, OneClassIsNothingToLearn) {
  const TestFolder folder;
  write(folder / "x.csv", "1,a\n2,a\n3,a\n4,a\n");
  EXPECT_EQ(complaint_of_load({.name = "csv", .path = folder / "x.csv"}),
            "x.csv: has one class only, \"a\"; give samples of at least two");
}

TEST(DataSet, ScalingUsesTheTrainingSamplesOnly) {
  const TestFolder folder;
  // the second feature never changes in training
  write(folder / "train.csv", "1e9,5,-3,a\n1000000002,5,1,b\n1000000004,5,5,a\n");
  write(folder / "test.csv", "1000000003,6,7,a\n");
  DataSpec spec{.name = "csv", .path = folder / "train.csv", .test_path = folder / "test.csv"};
  spec.scaling = Scaling::none;
  const DataSet unscaled = load_data(spec);
  EXPECT_EQ(unscaled.test.inputs.values(), (std::vector<float>{1e9f, 6, 7}));

  spec.scaling = Scaling::range;
  const DataSet range = load_data(spec);
  EXPECT_EQ(range.train.inputs.values(), (std::vector<float>{0, 0, 0, 0.5f, 0, 0.5f, 1, 0, 1}));
  EXPECT_EQ(range.test.inputs.values(), (std::vector<float>{0.75f, 0, 1.25f}));
  spec.scaling = Scaling::automatic;
  EXPECT_EQ(load_data(spec).checksum, range.checksum) << "a table is scaled to its range by itself";

  // deviations sqrt(8/3) and sqrt(32/3)
  spec.scaling = Scaling::standard;
  const DataSet standard = load_data(spec);
  const double step = std::sqrt(1.5);
  for (std::size_t feature : {0u, 2u}) {
    EXPECT_FLOAT_EQ(standard.train.inputs(0, feature), static_cast<float>(-step));
    EXPECT_EQ(standard.train.inputs(1, feature), 0);
    EXPECT_FLOAT_EQ(standard.train.inputs(2, feature), static_cast<float>(step));
  }
  EXPECT_FLOAT_EQ(standard.test.inputs(0, 0), static_cast<float>(step / 2));
  EXPECT_EQ(standard.test.inputs(0, 1), 0);
  EXPECT_FLOAT_EQ(standard.test.inputs(0, 2), static_cast<float>(step * 1.5));

  // the limit comes first: what is not learned from says nothing
  spec.scaling = Scaling::range;
  spec.train_limit = 2;
  const DataSet limited = load_data(spec);
  EXPECT_EQ(limited.train.inputs.values(), (std::vector<float>{0, 0, 0, 1, 0, 1}));
}

// the mean of ten times 0.1 is not quite 0.1, and what is left must not count as a deviation
TEST(DataSet, RoundingIsNoDeviation) {
  const TestFolder folder;
  std::string text;
  for (int k = 0; k < 10; ++k) text += fmt::format("0.1,{}\n", k % 2);
  write(folder / "train.csv", text);
  write(folder / "test.csv", "0.2,1\n");
  const DataSet data = load_data({.name = "csv",
                                  .path = folder / "train.csv",
                                  .test_path = folder / "test.csv",
                                  .scaling = Scaling::standard});
  EXPECT_EQ(data.train.inputs(0, 0), 0);
  EXPECT_EQ(data.test.inputs(0, 0), 0);
}

TEST(DataSet, StandardInputsHaveMeanZeroAndDeviationOne) {
  const TestFolder folder;
  write(folder / "x.csv", numbered_csv(1003));
  const DataSet data = load_data({.name = "csv",
                                  .path = folder / "x.csv",
                                  .validation_fraction = 0.1,
                                  .scaling = Scaling::standard});
  const auto count = static_cast<double>(data.train.size());
  for (std::size_t feature = 0; feature < 2; ++feature) {
    double sum = 0, squares = 0;
    for (std::size_t k = 0; k < data.train.size(); ++k) {
      const double x = data.train.inputs(k, feature);
      sum += x;
      squares += x * x;
    }
    EXPECT_NEAR(sum / count, 0, 1e-7);
    EXPECT_NEAR(squares / count, 1, 1e-6);
  }
}

TEST(DataSet, AValueThatNoFloatHoldsAfterScalingIsRefused) {
  const TestFolder folder;
  write(folder / "train.csv", "0,a\n1e-30,b\n");
  write(folder / "test.csv", "1e30,a\n");
  const DataSpec spec{
      .name = "csv", .path = folder / "train.csv", .test_path = folder / "test.csv"};
  EXPECT_EQ(complaint_of_load(spec),
            "data.scaling: feature 0 of sample 0 for the test (1e+30) is too far from the training "
            "samples to be scaled; correct it or give \"none\"");
  DataSpec unscaled = spec;
  unscaled.scaling = Scaling::none;
  EXPECT_EQ(load_data(unscaled).test.inputs(0, 0), 1e30f);
  // the largest numbers that are let in do not overflow on the way
  write(folder / "train.csv", "-3.4e38,a\n3.4e38,b\n");
  write(folder / "test.csv", "0,a\n");
  for (const Scaling scaling : {Scaling::range, Scaling::standard}) {
    DataSpec large = spec;
    large.scaling = scaling;
    EXPECT_EQ(load_data(large).test.inputs(0, 0), scaling == Scaling::range ? 0.5f : 0.0f);
  }
}

TEST(DataSet, TheChecksumSeesEveryValueLabelAndName) {
  const TestFolder folder;
  const auto checksum = [&](std::string_view text, DataSpec spec = {}) {
    write(folder / "x.csv", text);
    spec.name = "csv";
    spec.path = folder / "x.csv";
    spec.scaling = Scaling::none;
    spec.test_fraction = 0.5;
    return load_data(spec).checksum;
  };
  const std::string original = checksum("1,2,a\n3,4,a\n5,6,b\n7,8,b\n");
  EXPECT_EQ(original.size(), 32u);
  EXPECT_EQ(checksum("1,2,a\r\n3,4.0,a\r\n5,6,b\r\n7,8,b"), original)
      << "how it is written is no matter";
  for (const char* changed : {"1,2,a\n3,4.000001,a\n5,6,b\n7,8,b\n", "1,2,a\n3,4,b\n5,6,b\n7,8,a\n",
                              "1,2,a\n3,4,a\n5,6,c\n7,8,c\n", "3,4,a\n1,2,a\n5,6,b\n7,8,b\n",
                              "1,2,a\n3,4,a\n5,6,b\n7,8,b\n9,9,b\n"})
    EXPECT_NE(checksum(changed), original) << changed;
}

TEST(DataSet, ACompressedTableIsTheSameTable) {
  const TestFolder folder;
  write(folder / "x.csv", numbered_csv(30));
  write_gzip(folder / "x.csv.gz", numbered_csv(30));
  EXPECT_EQ(load_data({.name = "csv", .path = folder / "x.csv.gz"}).checksum,
            load_data({.name = "csv", .path = folder / "x.csv"}).checksum);
  const std::string bytes = io::read_file(folder / "x.csv.gz");
  write(folder / "cut.csv.gz", std::string_view(bytes).substr(0, bytes.size() / 2));
  EXPECT_NE(complaint_of_load({.name = "csv", .path = folder / "cut.csv.gz"}).find("cut short"),
            std::string::npos);
}

TEST(DataSet, AMissingFileIsNamed) {
  const TestFolder folder;
  EXPECT_EQ(complaint_of_load({.name = "csv"}), "data.path: give the path of a CSV file");
  EXPECT_EQ(complaint_of_load({.name = "csv", .path = "no/such.csv"}),
            "data.path = \"no/such.csv\": no such file");
  write(folder / "x.csv", numbered_csv(30));
  EXPECT_EQ(
      complaint_of_load({.name = "csv", .path = folder / "x.csv", .test_path = "no/such.csv"}),
      "data.test_path = \"no/such.csv\": no such file");
  EXPECT_NE(complaint_of_load({.name = "csv", .path = folder.path()}), "");
}

TEST(DataSet, HugeSetsAreRefusedBeforeTheyAreAllocated) {
  const std::size_t most = kMaxInputBytes / sizeof(float);
  EXPECT_EQ(complaint([&] { refuse_too_large(most, 1); }), "");
  EXPECT_EQ(complaint([&] { refuse_too_large(most / 1024, 1024); }), "");
  EXPECT_EQ(complaint([&] { refuse_too_large(most / 1024 + 1, 1024); }),
            "data = 2097153 samples of 1024 features: needs more than 8 GiB of memory; give "
            "data.train_limit and data.test_limit");
  constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  EXPECT_NE(complaint([] { refuse_too_large(all, all); }), "");
  EXPECT_EQ(complaint([] { refuse_too_large(0, all); }), "");
}

// What the project keeps for its tests, or nothing where it is not on this machine.
io::Path shared_data() {
  const char* named = std::getenv("NERNST_SHARED_DATA");
  return named != nullptr ? io::Path(named) : io::Path(NERNST_SOURCE_DIR) / "../shared/data";
}

TEST(DataSet, TheDigitsOfUciAreReadAsPublished) {
  const io::Path folder = shared_data() / "digits";
  if (!io::path_exists(folder)) GTEST_SKIP() << folder << " is not there";
  const DataSet data = load_data({.name = "csv",
                                  .path = folder / "digits_train.csv.gz",
                                  .test_path = folder / "digits_test.csv.gz"});
  EXPECT_EQ(data.train.size(), 3823u);
  EXPECT_EQ(data.test.size(), 1797u);
  EXPECT_EQ(data.features(), 64u);
  EXPECT_EQ(data.classes, (Names{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
  // optdigits.names of UCI, "Class Distribution"
  EXPECT_EQ(class_counts(data, data.train),
            (std::vector<std::size_t>{376, 389, 380, 389, 387, 376, 377, 387, 380, 382}));
  EXPECT_EQ(class_counts(data, data.test),
            (std::vector<std::size_t>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}));
  const auto& values = data.train.inputs.values();
  EXPECT_EQ(*std::min_element(values.begin(), values.end()), 0);
  EXPECT_EQ(*std::max_element(values.begin(), values.end()), 1);
}

}  // namespace
}  // namespace nernst
