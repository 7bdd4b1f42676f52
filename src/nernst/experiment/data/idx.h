// SPDX-License-Identifier: Apache-2.0
// A user's own images: a folder of IDX files, such as MNIST.
#pragma once

#include <string_view>

#include "nernst/base/error.h"
#include "nernst/experiment/idx_folder.h"

namespace nernst {

struct Idx {
  static constexpr std::string_view kName = "idx";
  static constexpr std::string_view kHelp =
      "a folder of IDX files in the layout of MNIST, plain or gzip";

  static RawData load(const DataSpec& spec) {
    if (spec.path.empty())
      throw ConfigError("data.path", "", "give the path of a folder of IDX files");
    const io::Path folder = spec.path;
    if (!has_idx_files(folder))
      throw ConfigError("data.path", in_quotes(spec.path),
                        "give a folder of IDX files (train-images-idx3-ubyte and so on)");
    RawData raw = read_idx_folder(folder, {},
                                  spec.transpose ? ImageOrder::transposed : ImageOrder::as_stored);
    // "mnist/" has an empty last part
    raw.title = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
    return raw;
  }

  static Availability found() { return {true, "any folder, named by data.path"}; }
};

}  // namespace nernst
