// SPDX-License-Identifier: Apache-2.0
// A table of samples from its bytes; the first byte chooses how it is laid out.
#include "fuzz.h"
#include "nernst/experiment/csv_data.h"
#include "nernst/experiment/fill_missing.h"
#include "nernst/experiment/input_scale.h"
#include "nernst/experiment/split.h"

using namespace nernst;

namespace {

DataSpec spec_from(unsigned char choices) {
  constexpr const char* columns[] = {"last", "first", "1", "kind"};
  DataSpec spec;
  // (blanks are among what automatic finds)
  spec.separator = static_cast<Separator>(choices & 3);
  spec.label_column = columns[(choices >> 2) & 3];
  spec.skip_lines = (choices >> 4) & 1;
  spec.missing = static_cast<Missing>(((choices >> 4) ^ choices) & 3);
  spec.scaling = static_cast<Scaling>(1 + (choices >> 5) % 3);
  return spec;
}

void check_part(const RawSamples& part, const RawData& raw) {
  const auto& inputs = std::get<Matrix<double>>(part.inputs);
  fuzz::ensure(part.size() > 0 && inputs.rows() == part.size() && inputs.columns() > 0);
  fuzz::ensure(part.features() == raw.train.features());
  for (const std::uint32_t label : part.labels) fuzz::ensure(label < raw.classes.size());
}

// What follows a byte 1 is the test file.
void load(std::string_view bytes) {
  const DataSpec spec = spec_from(bytes.empty() ? 0 : static_cast<unsigned char>(bytes[0]));
  if (!bytes.empty()) bytes.remove_prefix(1);
  const std::size_t middle = bytes.find('\x01');
  const CsvSource train{"x", bytes.substr(0, middle)};
  const CsvSource test{"y", middle < bytes.size() ? bytes.substr(middle + 1) : ""};
  RawData raw = csv_data(train, middle < bytes.size() ? &test : nullptr, spec);
  check_part(raw.train, raw);
  if (raw.test) check_part(*raw.test, raw);

  std::vector<std::uint32_t> all;
  for (std::uint32_t k = 0; k < raw.train.size(); ++k) all.push_back(k);
  const Split split = split_by_class(all, raw.train.labels, 0.25, 1, SplitFor::test);
  fuzz::ensure(split.rest.size() + split.kept.size() == all.size());
  fit_fillings(raw, split.rest, spec.missing);
  fill_missing(raw.train, raw.columns);
  const auto scales = feature_scales(spec.scaling, raw.train.inputs, split.rest);
  fuzz::ensure(scaled_samples(raw.train, split.kept, scales, "test").size() == split.kept.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, load);
}
