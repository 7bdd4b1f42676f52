// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/checkpoint.h"

#include "nernst/base/error.h"
#include "nernst/io/file.h"
#include "nernst/io/hash.h"
#include "nernst/io/hdf5.h"
#include "nernst/io/json.h"

namespace nernst {

namespace {

Tree write_counts(const LedgerCounts& original) {
  LedgerCounts counts = original;
  Tree tree = write_fields(fields_of(counts));
  tree["time"] = write_fields(fields_of(counts.time));
  tree["energy"] = write_fields(fields_of(counts.energy));
  return tree;
}

LedgerCounts read_counts(const Tree& tree, const std::string& where) {
  LedgerCounts counts;
  read_fields(tree, where, fields_of(counts), {"time", "energy"});
  if (tree.contains("time")) read_fields(tree["time"], where, fields_of(counts.time));
  if (tree.contains("energy")) read_fields(tree["energy"], where, fields_of(counts.energy));
  return counts;
}

// The numbers of a position in the order of their storage.
std::vector<std::uint64_t> position_counts(const RunPosition& p) {
  return {p.epoch, p.sample, p.step, p.correct, p.seen, p.metrics_bytes, p.prepared, p.aged};
}

void read_planes(const io::Hdf5Reader& file, const std::vector<PlaneView>& state) {
  for (const PlaneView& plane : state)
    std::visit([&](const auto& values) { file.read_into("/state/" + plane.name, values); },
               plane.values);
}

RunPosition read_position(const io::Hdf5Reader& file, const std::string& where,
                          const RunIdentity& identity) {
  check_identity(where, identity,
                 {file.read_text("/identity/config"), file.read_text("/identity/data"),
                  file.read_text("/identity/numbers")});
  std::vector<std::uint64_t> counts = position_counts({});
  std::vector<double> sums(3);
  file.read_into("/position/counts", std::span(counts));
  file.read_into("/position/sums", std::span(sums));
  return {.epoch = counts[0],
          .sample = counts[1],
          .step = counts[2],
          .loss = sums[0],
          .correct = counts[3],
          .seen = counts[4],
          .metrics_bytes = counts[5],
          .metrics_digest = file.read_text("/position/metrics"),
          .prepared = counts[6],
          .aged = counts[7],
          .common_shift = sums[2],
          .wall_s = sums[1]};
}

}  // namespace

void check_identity(const std::string& where, const RunIdentity& now, const RunIdentity& begun) {
  if (now.config != begun.config)
    throw ConfigError(where, "",
                      "belongs to another config; restore config.toml and device.toml of this run");
  if (now.data != begun.data)
    throw ConfigError(where, "",
                      "was made with other data; give this run the data that it began with");
  if (now.numbers != begun.numbers)
    throw ConfigError(where, "",
                      begun.numbers == "double"
                          ? "has the numbers of the reference back-end: set "
                            "NERNST_BACKEND=reference"
                          : "has the numbers of a fast back-end: set NERNST_BACKEND=fast");
}

void write_checkpoint(const std::filesystem::path& path, const RunIdentity& identity,
                      const RunPosition& position, const Books& books,
                      const std::vector<PlaneView>& state) {
  io::Hdf5Writer file;
  file.write_text("/identity/config", identity.config);
  file.write_text("/identity/data", identity.data);
  file.write_text("/identity/numbers", identity.numbers);
  const std::vector<std::uint64_t> counts = position_counts(position);
  file.write("/position/counts", std::span(counts));
  const std::vector<double> sums = {position.loss, position.wall_s, position.common_shift};
  file.write("/position/sums", std::span(sums));
  file.write_text("/position/metrics", position.metrics_digest);
  file.write_text("/books/training",
                  io::to_json(write_counts(books.training), io::JsonLayout::line));
  file.write_text("/books/evaluation",
                  io::to_json(write_counts(books.evaluation), io::JsonLayout::line));
  const std::vector<std::int64_t> peaks = {books.signal_words_peak, books.weight_words_peak};
  file.write("/books/peaks", std::span(peaks));
  for (const PlaneView& plane : state)
    std::visit(
        [&](const auto& values) {
          using Value = typename std::decay_t<decltype(values)>::element_type;
          file.write("/state/" + plane.name, std::span<const Value>(values));
        },
        plane.values);
  io::write_file_atomically(path, file.finish());
}

bool read_checkpoint(const std::filesystem::path& path, const RunIdentity& identity,
                     RunPosition& position, Books& books, const std::vector<PlaneView>& state,
                     std::optional<std::string_view> metrics) {
  const io::Hdf5Reader file(io::read_file(path), path.string());
  const RunPosition found = read_position(file, path.string(), identity);
  if (metrics && found.metrics_bytes > metrics->size()) return false;
  if (metrics && io::digest_of(metrics->substr(0, found.metrics_bytes)) != found.metrics_digest)
    throw ConfigError((path.parent_path() / "metrics.jsonl").string(), "",
                      "is not what this run has written; restore it, or delete checkpoint.h5 too "
                      "and begin the run again");
  position = found;
  std::vector<std::int64_t> peaks(2);
  file.read_into("/books/peaks", std::span(peaks));
  const std::string where = path.string() + " books";
  books.training = read_counts(io::parse_json(file.read_text("/books/training"), where), where);
  books.evaluation = read_counts(io::parse_json(file.read_text("/books/evaluation"), where), where);
  books.signal_words_peak = peaks[0];
  books.weight_words_peak = peaks[1];
  read_planes(file, state);
  return true;
}

std::string digest_of_state(const std::vector<PlaneView>& state) {
  io::Digest digest;
  for (const PlaneView& plane : state) {
    digest.add(plane.name);
    std::visit([&](const auto& values) { digest.add(std::as_bytes(values)); }, plane.values);
  }
  return digest.hex();
}

}  // namespace nernst
