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

// What stands in a checkpoint beside the state.
struct Pages {
  std::vector<std::uint64_t> counts = position_counts({});
  std::vector<double> sums = {0, 0};
  std::vector<std::int64_t> peaks = {0, 0};
  std::string metrics, training, evaluation;
};

std::string digest_of(const Pages& pages) {
  io::Digest digest;
  digest.add(std::as_bytes(std::span(pages.counts)));
  digest.add(std::as_bytes(std::span(pages.sums)));
  digest.add(std::as_bytes(std::span(pages.peaks)));
  for (const std::string* text : {&pages.metrics, &pages.training, &pages.evaluation})
    digest.add(*text);
  return digest.hex();
}

// What is read of the state is proven plane by plane, as some read only those of the chip.
std::string digests_of(const std::vector<PlaneView>& state) {
  Tree digests = Tree::object();
  for (const PlaneView& plane : state) digests[plane.name] = digest_of_state({plane});
  return io::to_json(digests, io::JsonLayout::line);
}

[[noreturn]] void damaged(const std::filesystem::path& path) {
  throw ConfigError(path.string(), "",
                    "is damaged: it does not have the digest that it was written with; restore "
                    "it, or delete it and begin the run again");
}

RunPosition position_of(const Pages& pages) {
  const std::vector<std::uint64_t>& counts = pages.counts;
  return {.epoch = counts[0],
          .sample = counts[1],
          .step = counts[2],
          .loss = pages.sums[0],
          .correct = counts[3],
          .seen = counts[4],
          .metrics_bytes = counts[5],
          .metrics_digest = pages.metrics,
          .prepared = counts[6],
          .aged = counts[7],
          .wall_s = pages.sums[1]};
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
  const Pages pages{
      .counts = position_counts(position),
      .sums = {position.loss, position.wall_s},
      .peaks = {books.signal_words_peak, books.weight_words_peak},
      .metrics = position.metrics_digest,
      .training = io::to_json(write_counts(books.training), io::JsonLayout::line),
      .evaluation = io::to_json(write_counts(books.evaluation), io::JsonLayout::line)};
  file.write("/position/counts", std::span(pages.counts));
  file.write("/position/sums", std::span(pages.sums));
  file.write_text("/position/metrics", pages.metrics);
  file.write_text("/books/training", pages.training);
  file.write_text("/books/evaluation", pages.evaluation);
  file.write("/books/peaks", std::span(pages.peaks));
  file.write_text("/digest/pages", digest_of(pages));
  file.write_text("/digest/state", digests_of(state));
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
  check_identity(path.string(), identity,
                 {file.read_text("/identity/config"), file.read_text("/identity/data"),
                  file.read_text("/identity/numbers")});
  Pages pages;
  file.read_into("/position/counts", std::span(pages.counts));
  file.read_into("/position/sums", std::span(pages.sums));
  pages.metrics = file.read_text("/position/metrics");
  const RunPosition found = position_of(pages);
  if (metrics && found.metrics_bytes > metrics->size()) return false;
  file.read_into("/books/peaks", std::span(pages.peaks));
  pages.training = file.read_text("/books/training");
  pages.evaluation = file.read_text("/books/evaluation");
  for (const PlaneView& plane : state)
    std::visit([&](const auto& values) { file.read_into("/state/" + plane.name, values); },
               plane.values);
  const Tree digests = io::parse_json(file.read_text("/digest/state"), path.string());
  if (digest_of(pages) != file.read_text("/digest/pages") || !digests.is_object()) damaged(path);
  for (const PlaneView& plane : state)
    if (!digests.contains(plane.name) || digests[plane.name] != digest_of_state({plane}))
      damaged(path);
  if (metrics && io::digest_of(metrics->substr(0, found.metrics_bytes)) != pages.metrics)
    throw ConfigError((path.parent_path() / "metrics.jsonl").string(), "",
                      "is not what this run has written; restore it, or delete checkpoint.h5 too "
                      "and begin the run again");
  position = found;
  const std::string where = path.string() + " books";
  books.training = read_counts(io::parse_json(pages.training, where), where);
  books.evaluation = read_counts(io::parse_json(pages.evaluation, where), where);
  books.signal_words_peak = pages.peaks[0];
  books.weight_words_peak = pages.peaks[1];
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
