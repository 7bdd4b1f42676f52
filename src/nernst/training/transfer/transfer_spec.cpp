// SPDX-License-Identifier: Apache-2.0
#include "nernst/training/transfer/transfer_spec.h"

namespace nernst {

void TransferSpec::describe(Fields& f) {
  f.text("source", source,
         "none = learn in situ; float = train in float for training.epochs and write the result to "
         "the chip; or a file of weights to write: FILE.npz or FILE.onnx");
  f.choice("write", write, {"open_loop", "program_verify"}, "how weights are written")
      .where(is_not("source", {"none"}));
  // a refresh verifies as a transfer does
  const Switch refreshes = is_not_zero("training.refresh_every");
  f.all_where({is_not("source", {"none"}), refreshes}, [&] {
    f.all_where({is("write", {"program_verify"}), refreshes}, [&] { verify.describe(f); });
  });
  f.real("noise", noise,
         {.min = 0,
          .max = 1,
          .help = "float: spread of noise on the weights while they are trained, of full scale"})
      .where(is("source", {"float"}));
  f.integer("fine_tune_epochs", fine_tune_epochs,
            {.min = 0, .max = 1e9, .help = "epochs in situ after the transfer"})
      .where(is_not("source", {"none"}));
}

void TransferSpec::check() const {
  if (!from_file()) return;
  if (!source.ends_with(".npz") && !source.ends_with(".onnx"))
    throw ConfigError("transfer.source", source,
                      "give none, float, or a file that ends in .npz or .onnx");
  if (noise > 0)
    throw ConfigError("transfer.noise", noise,
                      "is for training in float: transfer.source = \"float\"");
}

void TransferReport::describe(Fields& f) {
  written.describe(f);
  f.integer("clipped", clipped, {.min = 0, .help = "weights beyond the window of a nominal cell"});
  f.real("clipped_by", clipped_by,
         {.min = 0, .help = "the most that one of them lost, in weights"});
  f.real("source_accuracy", source_accuracy,
         {.min = 0, .max = 1, .help = "test accuracy of the network that was transferred"});
  f.real("source_balanced_accuracy", source_balanced_accuracy,
         {.min = 0, .max = 1, .help = "mean over classes of its accuracy on each"});
}

}  // namespace nernst
