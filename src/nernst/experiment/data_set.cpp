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
#include "nernst/experiment/fill_missing.h"
#include "nernst/experiment/input_scale.h"
#include "nernst/experiment/raw_data.h"
#include "nernst/experiment/split.h"
#include "nernst/io/file.h"
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

// Calls `load` for the kind that the spec names, with a pointer to one (which is null).
template <DataSetKind... Kinds, template <class...> class List, class Load>
void with_kind(List<Kinds...> list, const DataSpec& spec, Load load) {
  if (((spec.name == Kinds::kName && (load(static_cast<Kinds*>(nullptr)), true)) || ...)) return;
  const auto near = nearest_name(spec.name, names(list));
  throw ConfigError(
      "data.name", in_quotes(spec.name),
      near ? fmt::format("no such data set; did you mean \"{}\"?", *near)
           : fmt::format("no such data set; there are {}", fmt::join(names(list), ", ")));
}

RawData load_raw(const DataSpec& spec) {
  RawData raw;
  with_kind(AllDataSets(), spec, [&]<class Kind>(Kind*) { raw = Kind::load(spec); });
  return raw;
}

// The class in `fit` of each class of `raw` that `part` has.
std::vector<std::uint32_t> classes_in_fit(const RawData& raw, const RawSamples& part,
                                          const DataFit& fit) {
  constexpr auto unknown = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> of_class(raw.classes.size(), unknown), result;
  for (const std::uint32_t label : part.labels) {
    if (of_class[label] == unknown) {
      const std::string& name = raw.labels.empty() ? raw.classes[label] : raw.labels[label];
      const std::size_t found = fit.class_of(name);
      if (found == fit.classes.size()) throw unknown_class(raw.title, name, fit);
      of_class[label] = static_cast<std::uint32_t>(found);
    }
    result.push_back(of_class[label]);
  }
  return result;
}

void check_features(const std::string& title, const RawSamples& samples, const DataFit& fit) {
  if (samples.features() != fit.features())
    throw ConfigError(title, static_cast<double>(samples.features()),
                      fmt::format("is the number of its features; the network was trained on {}",
                                  fit.features()));
}

GivenData load_given(const DataSpec& spec, const DataFit& fit) {
  GivenData given;
  with_kind(AllDataSets(), spec, [&]<class Kind>(Kind*) {
    if constexpr (ReadsForAFit<Kind>) {
      given = Kind::load_given(spec, fit);
      check_features(given.title, given.samples, fit);
    } else {
      RawData raw = Kind::load(spec);
      given.title = raw.title;
      given.test_part = raw.test.has_value();
      given.samples = raw.test ? std::move(*raw.test) : std::move(raw.train);
      check_features(given.title, given.samples, fit);
      given.samples.labels = classes_in_fit(raw, given.samples, fit);
    }
  });
  return given;
}

// What the rest relies on; a loader that breaks it is at fault, but for a set of one class.
void check_raw(const RawData& raw) {
  const auto check_part = [&](const RawSamples& part) {
    NERNST_CHECK(part.size() > 0 && part.size() == part.labels.size());
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

// Leaves the first `most`; all where that is 0.
void limit_to(std::vector<std::uint32_t>& numbers, std::int64_t most) {
  if (most > 0 && static_cast<std::uint64_t>(most) < numbers.size())
    numbers.resize(static_cast<std::size_t>(most));
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

  limit_to(parts.train, spec.train_limit);
  limit_to(parts.test, spec.test_limit);
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
         "csv: the file; idx: the folder; fashion-mnist: another folder than its package's; "
         "relative to the folder of the config, on the command line to that of the shell")
      .where(is_not("name", {"logic"}));
  f.text("test_path", test_path, "csv: a file of its own with the test samples")
      .where(is("name", {"csv"}));
  f.text("label_column", label_column,
         "csv: the column of the labels: \"first\", \"last\", its number from 0, or its name")
      .where(is("name", {"csv"}));
  f.texts("columns", columns,
          "csv: the columns to learn from, by names or numbers from 0; [] = all but the labels; "
          "those of texts become an input of 0 or 1 for each different text")
      .where(is("name", {"csv"}));
  f.texts("drop", drop, "csv: columns that are not learned from, by names or numbers from 0")
      .where(is("name", {"csv"}));
  f.texts("categories", categories,
          "csv: columns where numbers only name kinds, by names or numbers from 0; each becomes an "
          "input of 0 or 1 for each different value, as columns of texts do")
      .where(is("name", {"csv"}));
  f.choice("missing", missing, {"refuse", "drop", "mean", "most_frequent"},
           "csv: what becomes of a row where a value is missing (empty, ?, NA, NaN): refuse the "
           "file, drop the row, fill in the mean of the training samples (of texts the most "
           "frequent), or their most frequent value")
      .where(is("name", {"csv"}));
  f.choice("separator", separator, {"auto", "comma", "semicolon", "tab", "blanks"},
           "csv: what stands between two fields of a line; auto: as the file looks")
      .where(is("name", {"csv"}));
  f.choice("decimal", decimal, {"auto", "point", "comma"},
           "csv: what stands before the fraction of a number; auto: as the file looks, a comma "
           "only where fields are separated by something else")
      .where(is("name", {"csv"}));
  f.flag("transpose", transpose,
         "idx: exchange rows and columns of each image, as the files of EMNIST need it")
      .where(is("name", {"idx"}));
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

void read_data_spec(const Tree& original, DataSpec& spec) {
  Tree table = original;
  // a column may be meant by its number
  const auto as_text = [](Tree& value) {
    if (value.is_number_integer()) value = value.dump();
  };
  if (table.is_object()) {
    if (table.contains("label_column")) as_text(table["label_column"]);
    for (const char* list : {"columns", "drop", "categories"})
      if (table.contains(list) && table[list].is_array())
        for (Tree& one : table[list]) as_text(one);
  }
  read_fields(table, "data", fields_of(spec));
}

DataSet load_data(const DataSpec& spec) {
  RawData raw = load_raw(spec);
  check_raw(raw);
  const Parts parts = choose_parts(raw, spec);
  fit_fillings(raw, parts.train, spec.missing);
  std::size_t filled = fill_missing(raw.train, raw.columns);
  if (raw.test) filled += fill_missing(*raw.test, raw.columns);
  if (filled > 0)
    raw.remarks.push_back(fmt::format("{}: {} missing values are filled from the training samples",
                                      raw.title, filled));
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
  data.fit = {.kind = spec.name,
              .classes = data.classes,
              .labels = raw.labels.empty() ? data.classes : std::move(raw.labels),
              .label_name = std::move(raw.label_name),
              .feature_names = std::move(raw.feature_names),
              .scales = scales,
              .columns = std::move(raw.columns),
              .table_columns = raw.table_columns};
  for (const std::string& remark : raw.remarks) data.remarks.push_back(io::shown(remark, 400));
  return data;
}

DataToEvaluate load_given_data(const DataSpec& spec, const DataFit& fit) {
  GivenData given = load_given(spec, fit);
  if (const std::size_t filled = fill_missing(given.samples, fit.columns); filled > 0)
    given.remark += fmt::format("{}{} missing values are filled as in training",
                                given.remark.empty() ? "" : "; ", filled);
  std::vector<std::uint32_t> chosen = all_of(given.samples);
  limit_to(chosen, spec.test_limit);
  refuse_too_large(chosen.size(), fit.features());
  DataToEvaluate data;
  data.title = io::shown(given.title);
  data.part = given.test_part ? "test samples" : "samples";
  data.remark = given.remark;
  data.samples = scaled_samples(given.samples, chosen, fit.scales, "the evaluation");
  data.far_outside = part_far_outside(given.samples, chosen, fit.scales);
  io::Digest digest;
  digest.add(std::as_bytes(std::span(data.samples.inputs.values())));
  digest.add(std::as_bytes(std::span(data.samples.labels)));
  data.checksum = digest.hex();
  return data;
}

DataToEvaluate load_own_test(DataSpec spec, std::int64_t test_limit, const std::string& checksum) {
  DataSet data = load_data(spec);
  if (data.checksum != checksum)
    throw ConfigError(data.title, "",
                      "is not what the run was trained on any more, so that which samples are its "
                      "test is not known; name the file with --set data.path=FILE to evaluate all "
                      "of it");
  if (test_limit != spec.test_limit) {
    spec.test_limit = test_limit;
    data = load_data(spec);
  }
  DataToEvaluate own;
  own.title = spec.test_path.empty() ? std::move(data.title)
                                     : io::shown(io::Path(spec.test_path).filename().string());
  own.part = "test samples";
  own.samples = std::move(data.test);
  own.checksum = std::move(data.checksum);
  return own;
}

ConfigError unknown_class(const std::string& where, const std::string& label, const DataFit& fit) {
  constexpr std::size_t most = 20;
  std::vector<std::string> some = fit.classes;
  if (some.size() > most) some.resize(most);
  return ConfigError(
      where, in_quotes(label),
      fmt::format("is not a class that the network was trained on; those are {}{}",
                  fmt::join(some, ", "), some.size() < fit.classes.size() ? ", ..." : ""));
}

std::vector<DataSetInfo> data_sets() { return infos(AllDataSets()); }

}  // namespace nernst
