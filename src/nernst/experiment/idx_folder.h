// SPDX-License-Identifier: Apache-2.0
// Images in the layout of MNIST: four IDX files in a folder, gzip or plain.
#pragma once

#include <span>
#include <string_view>

#include "nernst/experiment/raw_data.h"
#include "nernst/io/file.h"

namespace nernst {

// transposed: rows and columns of each image are exchanged (EMNIST's lie on their side).
enum class ImageOrder { as_stored, transposed };

// True when the folder has the images to train with.
bool has_idx_files(const io::Path& folder);

// The samples of `train-images-idx3-ubyte` and `train-labels-idx1-ubyte` in `folder`, and the test
// samples of `t10k-...` or `test-...` where both files are there; each may end in .gz, have a dot
// for the dash before `idx`, and hold other numbers than bytes. All names may begin with the name
// of the set (`emnist-letters-train-images-idx3-ubyte`); `folder/emnist-letters` chooses one of
// several. An NPZ file of one array may stand for each (`k49-train-imgs.npz`). A class is a label
// that training samples have; label k is called class_names[k], or "k" where there are no names.
// Throws ConfigError for whatever does not fit together.
RawData read_idx_folder(const io::Path& folder, std::span<const std::string_view> class_names,
                        ImageOrder order = ImageOrder::as_stored);

}  // namespace nernst
