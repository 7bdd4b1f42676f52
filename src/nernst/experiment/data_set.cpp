// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/data_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "nernst/base/error.h"
#include "nernst/experiment/all_data_sets.h"
#include "nernst/experiment/input_scale.h"
#include "nernst/experiment/raw_data.h"
#include "nernst/experiment/split.h"
#include "nernst/io/hash.h"
#include "nernst/io/text.h"

namespace nernst {

namespace {

template <DataSetKind... Kinds, template <class...> class List>
std::vector<DataSetInfo> infos(List<Kinds...>) {
  std::vector<DataSetInfo> result;
  const auto add = [&](std::string_view name, std::string_view help, Availability availability) {
    result.push_back({name, help, availability.found, std::move(availability.where)});
  };
  (add(Kinds::kName, Kinds::kHelp, Kinds::found()), ...);
  return result;
}

template <DataSetKind... Kinds, template <class...> class List>
std::vector<std::string> names(List<Kinds...>) {
  return {std::string(Kinds::kName)...};
}

template <DataSetKind... Kinds, template <class...> class List>
RawData load_raw(List<Kinds...> list, const DataSpec& spec) {
  std::optional<RawData> raw;
  (void)((spec.name == Kinds::kName && (raw = Kinds::load(spec), true)) || ...);
  if (raw) return std::move(*raw);
  const auto near = nearest_name(spec.name, names(list));
  throw ConfigError(
      "data.name", in_quotes(spec.name),
      near ? fmt::format("no such data set; did you mean \"{}\"?", *near)
           : fmt::format("no such data set; there are {}", fmt::join(names(list), ", ")));
}

// What the rest relies on; a loader that breaks it is at fault, but for a set of one class.
void check_raw(const RawData& raw) {
  const auto check_part = [&](const RawSamples& part) {
    const std::size_t rows = std::visit([](const auto& m) { return m.rows(); }, part.inputs);
    NERNST_CHECK(part.size() > 0 && part.size() == rows);
    NERNST_CHECK(part.size() <= std::numeric_limits<std::uint32_t>::max());
    NERNST_CHECK(part.features() == raw.train.features() && part.features() > 0);
    NERNST_CHECK(part.inputs.index() == raw.train.inputs.index());
    for (const std::uint32_t label : part.labels) NERNST_CHECK(label < raw.classes.size());
  };
  check_part(raw.train);
  if (raw.test) check_part(*raw.test);
  if (raw.classes.size() < 2)
    throw ConfigError(
        raw.title, "",
        fmt::format("has one class only, \"{}\"; give samples of at least two", raw.classes.at(0)));
}

// Sample numbers of each part; those of the test are into the test samples where there are some.
struct Parts {
  std::vector<std::uint32_t> train, validation, test;
};

std::vector<std::uint32_t> all_of(const RawSamples& samples) {
  std::vector<std::uint32_t> numbers(samples.size());
  std::iota(numbers.begin(), numbers.end(), 0u);
  return numbers;
}

// Takes `fraction` of each class from `train`. Throws ConfigError(field) when that is no sample at
// all.
std::vector<std::uint32_t> take(std::vector<std::uint32_t>& train, const RawData& raw,
                                double fraction, const DataSpec& spec, SplitFor purpose,
                                const char* field) {
  Split split = split_by_class(train, raw.train.labels, fraction,
                               static_cast<std::uint64_t>(spec.split_seed), purpose);
  if (split.kept.empty())
    throw ConfigError(
        field, fraction,
        fmt::format("leaves no sample, as {} has {} in {} classes; give a larger part or more data",
                    raw.title, train.size(), raw.classes.size()));
  train = std::move(split.rest);
  return std::move(split.kept);
}

Parts choose_parts(const RawData& raw, const DataSpec& spec) {
  Parts parts;
  parts.train = all_of(raw.train);
  parts.test = raw.test ? all_of(*raw.test)
                        : take(parts.train, raw, spec.test_fraction, spec, SplitFor::test,
                               "data.test_fraction");
  if (spec.validation_fraction > 0)
    parts.validation = take(parts.train, raw, spec.validation_fraction, spec, SplitFor::validation,
                            "data.validation_fraction");

  const auto limit = [](std::vector<std::uint32_t>& numbers, std::int64_t most) {
    if (most > 0 && static_cast<std::uint64_t>(most) < numbers.size())
      numbers.resize(static_cast<std::size_t>(most));
  };
  limit(parts.train, spec.train_limit);
  limit(parts.test, spec.test_limit);
  return parts;
}

std::string checksum_of(const DataSet& data) {
  io::Digest digest;
  // sizes first, so that no two different sets make the same bytes
  const auto add_size = [&](std::size_t size) { digest.add(fmt::format("{};", size)); };
  add_size(data.features());
  add_size(data.classes.size());
  for (const std::string& name : data.classes) {
    add_size(name.size());
    digest.add(name);
  }
  for (const Samples* part : {&data.train, &data.validation, &data.test}) {
    add_size(part->size());
    digest.add(std::as_bytes(std::span(part->inputs.values())));
    digest.add(std::as_bytes(std::span(part->labels)));
  }
  return digest.hex();
}

}  // namespace

void DataSpec::describe(Fields& f) {
  f.text("name", name, fmt::format("the data set: {}", fmt::join(names(AllDataSets()), ", ")));
  f.text("path", path,
         "csv: the file; idx: the folder; fashion-mnist: another folder than its package's")
      .where(is_not("name", {"logic"}));
  f.text("test_path", test_path, "csv: a file of its own with the test samples")
      .where(is("name", {"csv"}));
  f.text("label_column", label_column,
         "csv: the column of the labels: \"first\", \"last\", its number from 0, or its name")
      .where(is("name", {"csv"}));
  f.choice("separator", separator, {"comma", "semicolon", "tab", "blanks"},
           "csv: what stands between two fields of a line")
      .where(is("name", {"csv"}));
  f.integer("skip_lines", skip_lines,
            {.min = 0, .max = 1e6, .help = "csv: lines to pass over before the table"})
      .where(is("name", {"csv"}));
  f.choice("gate", gate, {"and", "or", "nand", "xor"}, "logic: the gate to learn")
      .where(is("name", {"logic"}));
  f.integer(
       "repeats", repeats,
       {.min = 1, .max = 1e6, .help = "logic: how often the four combinations come in one epoch"})
      .where(is("name", {"logic"}));
  f.real("test_fraction", test_fraction,
         {.min = 0,
          .max = 0.9,
          .help = "part of each class kept for the test, where the data have no test samples"})
      .where(Condition{is("name", {"csv", "idx"}), is_not("path", {""})})
      .where(is_not("name", {"logic"}))
      .where(Condition{is_not("name", {"csv"}), is("test_path", {""})});
  f.real("validation_fraction", validation_fraction,
         {.min = 0, .max = 0.9, .help = "part of each class of the rest kept for validation"});
  f.integer("split_seed", split_seed,
            {.min = 0, .max = 9e15, .help = "decides which samples are kept"});
  f.choice("scaling", scaling, {"auto", "none", "range", "standard"},
           "of the inputs: none, range (training samples to 0 .. 1, images by 255), standard "
           "(training samples to mean 0, deviation 1); auto: as suits the data set");
  f.integer("train_limit", train_limit,
            {.min = 0, .max = 9e15, .help = "only the first N training samples; 0 = all"});
  f.integer("test_limit", test_limit,
            {.min = 0, .max = 9e15, .help = "only the first N test samples; 0 = all"});
}

DataSet load_data(const DataSpec& spec) {
  RawData raw = load_raw(AllDataSets(), spec);
  check_raw(raw);
  const Parts parts = choose_parts(raw, spec);
  refuse_too_large(parts.train.size() + parts.validation.size() + parts.test.size(),
                   raw.train.features());

  // only samples that are learned from may decide the scale
  const Scaling scaling = spec.scaling == Scaling::automatic ? raw.scaling : spec.scaling;
  const auto scales = feature_scales(scaling, raw.train.inputs, parts.train);
  DataSet data;
  data.title = io::shown(raw.title);
  data.classes = std::move(raw.classes);
  data.train = scaled_samples(raw.train, parts.train, scales, "training");
  data.validation = scaled_samples(raw.train, parts.validation, scales, "validation");
  data.test = scaled_samples(raw.test ? *raw.test : raw.train, parts.test, scales, "the test");
  data.checksum = checksum_of(data);
  return data;
}

std::vector<DataSetInfo> data_sets() { return infos(AllDataSets()); }

}  // namespace nernst
