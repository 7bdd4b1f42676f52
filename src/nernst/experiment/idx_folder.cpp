// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/idx_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/io/idx.h"

namespace nernst {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 30;

struct Names {
  std::string images, labels;
};
const Names kTrain{"train-images-idx3-ubyte", "train-labels-idx1-ubyte"};
const Names kTest{"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

// The file of this name in any of its spellings.
std::optional<io::Path> find_file(const io::Path& folder, const std::string& name) {
  std::string dotted = name;
  dotted[dotted.find("-idx")] = '.';
  for (const std::string& spelling : {name, name + ".gz", dotted, dotted + ".gz"})
    if (io::path_exists(folder / spelling)) return folder / spelling;
  return std::nullopt;
}

io::Path need_file(const io::Path& folder, const std::string& name) {
  if (const auto path = find_file(folder, name)) return *path;
  throw ConfigError(folder.string(), "", fmt::format("has no file {} or {}.gz", name, name));
}

// Images and labels as they are in their files, and what errors call them.
struct Part {
  io::Path images_path, labels_path;
  io::IdxArray images, labels;
};

Part read_part(const io::Path& folder, const Names& names) {
  Part part{need_file(folder, names.images), need_file(folder, names.labels), {}, {}};
  part.images = io::read_idx(part.images_path, kMaxBytes);
  part.labels = io::read_idx(part.labels_path, kMaxBytes);
  const auto& image_shape = part.images.shape;
  if (image_shape.size() < 2)
    throw ConfigError(part.images_path.string(), "",
                      "has one dimension; give one array per sample");
  if (part.labels.shape.size() != 1)
    throw ConfigError(
        part.labels_path.string(), "",
        fmt::format("has {} dimensions; give one label per sample", part.labels.shape.size()));
  if (part.images.values.empty()) throw ConfigError(part.images_path.string(), "", "has no pixels");
  if (image_shape[0] != part.labels.shape[0])
    throw ConfigError(
        part.labels_path.string(), "",
        fmt::format("has {} labels for {} images", part.labels.shape[0], image_shape[0]));
  return part;
}

// The class of each label that occurs, in the order of the labels.
class Classes {
 public:
  Classes(const Part& train, std::span<const std::string_view> class_names) {
    std::array<bool, 256> occurs{};
    for (const std::uint8_t label : train.labels.values) occurs[label] = true;
    for (std::size_t label = 0; label < occurs.size(); ++label) {
      if (!occurs[label]) continue;
      if (!class_names.empty() && label >= class_names.size())
        throw ConfigError(train.labels_path.string(), static_cast<double>(label),
                          fmt::format("labels are 0 to {} here", class_names.size() - 1));
      class_of_[label] = static_cast<std::uint32_t>(names_.size());
      labels_.push_back(std::to_string(label));
      names_.push_back(class_names.empty() ? labels_.back() : std::string(class_names[label]));
    }
  }

  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& labels() const { return labels_; }

  std::vector<std::uint32_t> of(const Part& part) const {
    std::vector<std::uint32_t> classes;
    classes.reserve(part.labels.values.size());
    for (const std::uint8_t label : part.labels.values) {
      if (!class_of_[label])
        throw ConfigError(part.labels_path.string(), static_cast<double>(label),
                          "no training sample has this label");
      classes.push_back(*class_of_[label]);
    }
    return classes;
  }

 private:
  std::array<std::optional<std::uint32_t>, 256> class_of_{};
  std::vector<std::string> names_, labels_;
};

RawSamples samples_of(Part part, const Classes& classes) {
  const std::size_t samples = part.images.shape[0];
  Matrix<std::uint8_t> pixels;
  pixels = Matrix<std::uint8_t>(samples, part.images.values.size() / samples);
  pixels.values() = std::move(part.images.values);
  return {std::move(pixels), classes.of(part)};
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text;
  for (std::size_t k = 1; k < shape.size(); ++k)
    text += fmt::format("{}{}", k > 1 ? " x " : "", shape[k]);
  return text;
}

}  // namespace

bool has_idx_files(const io::Path& folder) { return find_file(folder, kTrain.images).has_value(); }

RawData read_idx_folder(const io::Path& folder, std::span<const std::string_view> class_names) {
  Part train = read_part(folder, kTrain);
  const Classes classes(train, class_names);
  const std::vector<std::size_t> shape = train.images.shape;
  RawData raw{.title = {}, .classes = classes.names(), .train = {}, .test = {}};
  raw.labels = classes.labels();
  raw.train = samples_of(std::move(train), classes);

  // one of the two files alone is a mistake, none is a set without a test
  if (!find_file(folder, kTest.images) && !find_file(folder, kTest.labels)) return raw;
  Part test = read_part(folder, kTest);
  if (!std::equal(shape.begin() + 1, shape.end(), test.images.shape.begin() + 1,
                  test.images.shape.end()))
    throw ConfigError(test.images_path.string(), shape_text(test.images.shape),
                      fmt::format("the training images are {}", shape_text(shape)));
  raw.test = samples_of(std::move(test), classes);
  return raw;
}

}  // namespace nernst
