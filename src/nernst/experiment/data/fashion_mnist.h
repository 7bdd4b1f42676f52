// SPDX-License-Identifier: Apache-2.0
// Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747): 60,000 + 10,000 images of 28 x 28.
#pragma once

#include <string>
#include <string_view>

#include "nernst/base/error.h"
#include "nernst/experiment/idx_folder.h"

namespace nernst {

struct FashionMnist {
  static constexpr std::string_view kName = "fashion-mnist";
  static constexpr std::string_view kHelp =
      "Fashion-MNIST, 60,000 + 10,000 images of 28 x 28 in 10 classes (package "
      "dataset-fashion-mnist)";
  static constexpr std::string_view kFolder = "/usr/share/datasets/fashion-mnist";

  static RawData load(const DataSpec& spec) {
    if (spec.path.empty()) return load_from(kFolder);
    if (!has_idx_files(spec.path))
      throw ConfigError(
          "data.path", in_quotes(spec.path),
          "has no images of Fashion-MNIST; give their folder, or none after `apt install "
          "dataset-fashion-mnist`");
    return load_from(spec.path);
  }

  static RawData load_from(const io::Path& folder) {
    if (!has_idx_files(folder))
      throw ConfigError("data.name", "\"fashion-mnist\"",
                        "is not on this machine; `apt install dataset-fashion-mnist` brings it, or "
                        "give its folder as data.path");
    constexpr std::string_view classes[] = {"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                            "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                            "Bag",         "Ankle boot"};
    RawData raw = read_idx_folder(folder, classes);
    raw.title = "Fashion-MNIST";
    return raw;
  }

  static Availability found() {
    if (has_idx_files(kFolder)) return {true, std::string(kFolder)};
    return {false, "apt install dataset-fashion-mnist"};
  }
};

}  // namespace nernst
