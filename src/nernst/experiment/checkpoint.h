// SPDX-License-Identifier: Apache-2.0
// A checkpoint: everything that a run needs to go on, bit by bit, in one HDF5 file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nernst/base/planes.h"
#include "nernst/chip/ledger.h"

namespace nernst {

// Where a run stands.
struct RunPosition {
  std::uint64_t epoch = 0;          // epochs done
  std::uint64_t sample = 0;         // samples done of the epoch under way
  std::uint64_t step = 0;           // mini-batches done since the beginning
  double loss = 0;                  // sum over the samples since the last line of metrics
  std::uint64_t correct = 0;        // and how many of them were right
  std::uint64_t seen = 0;           // and how many they were
  std::uint64_t metrics_bytes = 0;  // length of metrics.jsonl that belongs to this position
  std::string metrics_digest;       // and the digest of so much of it
  std::uint64_t prepared = 0;       // 1 when what comes before the first sample is done
  std::uint64_t aged = 0;           // 1 when the chip has lain on the shelf
  double common_shift = 0;          // of all weights on the shelf, in w
  double wall_s = 0;                // time that training took, for samples per second only
};

// The two books: training, and evaluation during it.
struct Books {
  LedgerCounts training, evaluation;
  std::int64_t signal_words_peak = 0, weight_words_peak = 0;
};

// What a run is: a checkpoint of another run is refused.
struct RunIdentity {
  std::string config, data;  // digests
  std::string numbers;       // of the back-end: "double" of the reference, else "float"
};

// Throws ConfigError that names `where` when something begun as `begun` would go on as `now`.
void check_identity(const std::string& where, const RunIdentity& now, const RunIdentity& begun);

void write_checkpoint(const std::filesystem::path& path, const RunIdentity& identity,
                      const RunPosition& position, const Books& books,
                      const std::vector<PlaneView>& state);

// Fills `state` (the planes of a chip made from the same config), position and books. Where the
// text of metrics.jsonl is given, fills nothing and returns false when the checkpoint counts on
// more than that. Throws ConfigError when the file is damaged or belongs to another config or other
// data, or to other metrics.
bool read_checkpoint(const std::filesystem::path& path, const RunIdentity& identity,
                     RunPosition& position, Books& books, const std::vector<PlaneView>& state,
                     std::optional<std::string_view> metrics = std::nullopt);

// Hex digest of all state, name by name.
std::string digest_of_state(const std::vector<PlaneView>& state);

}  // namespace nernst
