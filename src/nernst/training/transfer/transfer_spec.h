// SPDX-License-Identifier: Apache-2.0
// The `[transfer]` table: a network trained elsewhere is written to the chip before anything is
// learned there.
#pragma once

#include <cstdint>
#include <string>

#include "nernst/training/transfer/program_verify.h"

namespace nernst {

enum class WriteMode { open_loop, program_verify };

struct TransferSpec {
  // none (learned in situ), float (trained in float by Nernst), or a file .npz or .onnx
  std::string source = "none";
  WriteMode write = WriteMode::program_verify;
  VerifySpec verify;
  double noise = 0;                   // spread injected into the weights while they are trained
  std::int64_t fine_tune_epochs = 0;  // in situ, afterwards
  void describe(Fields& f);

  bool enabled() const { return source != "none"; }
  bool from_file() const { return enabled() && source != "float"; }
  // Throws ConfigError about transfer.source or transfer.noise.
  void check() const;
};

// How a transfer went.
struct TransferReport {
  ProgramReport written;
  std::int64_t clipped = 0;  // weights beyond the window of the nominal cell
  double clipped_by = 0;     // the most that one of them is beyond it
  double source_accuracy = 0, source_balanced_accuracy = 0;
  void describe(Fields& f);
};

}  // namespace nernst
