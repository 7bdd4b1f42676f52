// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/idx_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/io/idx.h"
#include "nernst/io/npz.h"

namespace nernst {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 30;

// A folder, and what all names of the files in it begin with.
struct Place {
  io::Path folder;
  std::string prefix;
};

// What stands before `-idx3-ubyte` (or another count and type, with a dot for the dash, with .gz)
// in the name of an IDX file, or before `.npz` in that of NumPy's, where images may be `imgs`;
// empty for other names.
std::string stem_of(std::string_view file) {
  if (file.ends_with(".npz")) {
    file.remove_suffix(4);
    if (file.ends_with("-imgs")) return std::string(file.substr(0, file.size() - 4)) + "images";
    return file.ends_with("-images") || file.ends_with("-labels") ? std::string(file) : "";
  }
  if (file.ends_with(".gz")) file.remove_suffix(3);
  for (const std::string_view mark : {"-idx", ".idx"}) {
    const std::size_t place = file.rfind(mark);
    if (place == std::string_view::npos) continue;
    const std::string_view count = file.substr(place + mark.size());
    if (count.size() > 2 && count[0] >= '1' && count[0] <= '9' && count[1] == '-')
      return std::string(file.substr(0, place));
  }
  return "";
}

// The files in a folder, in the order of their names; none where it is no folder.
std::vector<std::string> files_in(const io::Path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// The file of this name, such as train-images, in any of its spellings.
std::optional<io::Path> find_file(const Place& place, const std::string& name) {
  for (const std::string& file : files_in(place.folder))
    if (stem_of(file) == place.prefix + name) return place.folder / file;
  return std::nullopt;
}

// Where the files are: a folder, or a folder and the beginning of their names. Nothing where there
// are none. Throws ConfigError where the folder has several sets.
std::optional<Place> find_place(const io::Path& path) {
  constexpr std::string_view images = "train-images";
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    const Place named{path.parent_path().empty() ? "." : path.parent_path(),
                      path.filename().string() + "-"};
    if (!path.has_filename() || !find_file(named, std::string(images))) return std::nullopt;
    return named;
  }
  std::vector<std::string> prefixes;
  for (const std::string& file : files_in(path)) {
    const std::string stem = stem_of(file);
    if (stem == images) return Place{path, ""};
    if (stem.ends_with(images)) prefixes.push_back(stem.substr(0, stem.size() - images.size()));
  }
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  if (prefixes.empty()) return std::nullopt;
  if (prefixes.size() > 1) {
    std::string names;
    for (const std::string& prefix : prefixes)
      names += (names.empty() ? "" : ", ") + (path / prefix.substr(0, prefix.size() - 1)).string();
    throw ConfigError("data.path", in_quotes(path.string()),
                      fmt::format("has several sets of images; give one of {}", names));
  }
  return Place{path, prefixes.front()};
}

// MNIST calls its test files t10k-..., EMNIST test-...
std::string test_word(const Place& place) {
  for (const char* kind : {"images", "labels"})
    if (find_file(place, std::string("test-") + kind)) return "test-";
  return "t10k-";
}

io::Path need_file(const Place& place, const std::string& name) {
  if (const auto path = find_file(place, name)) return *path;
  const bool images = name.ends_with("images");
  const std::string file = fmt::format("{}{}-idx{}-ubyte", place.prefix, name, images ? 3 : 1);
  throw ConfigError(place.folder.string(), "", fmt::format("has no file {} or {}.gz", file, file));
}

// Images and labels as they are in their files, and what errors call them.
struct Part {
  io::Path images_path, labels_path;
  io::IdxArray images, labels;
};

// Labels of another type than bytes, as bytes.
void read_labels(Part& part) {
  for (const double number : part.labels.numbers) {
    if (number != std::floor(number) || number < 0 || number > 255)
      throw ConfigError(part.labels_path.string(), number, "give labels that are 0 to 255");
    part.labels.values.push_back(static_cast<std::uint8_t>(number));
  }
}

// The one array of an NPZ file, as an IDX file would hold it.
io::IdxArray read_npz_array(const io::Path& path) {
  std::vector<io::NpzArray> arrays = io::parse_npz(io::read_file(path, kMaxBytes), path.string());
  if (arrays.size() != 1 || !arrays[0].texts.empty())
    throw ConfigError(path.string(), "", "give an NPZ file of one array of numbers");
  io::IdxArray array{.shape = std::move(arrays[0].shape), .values = {}};
  const auto is_byte = [](double number) {
    return number >= 0 && number <= 255 && number == std::floor(number);
  };
  std::vector<double>& numbers = arrays[0].values;
  if (std::ranges::all_of(numbers, is_byte)) {
    array.values.assign(numbers.begin(), numbers.end());
    return array;
  }
  for (const double number : numbers)
    if (!std::isfinite(number)) throw ConfigError(path.string(), number, "give finite numbers");
  array.numbers = std::move(numbers);
  return array;
}

io::IdxArray read_array(const io::Path& path) {
  return path.extension() == ".npz" ? read_npz_array(path) : io::read_idx(path, kMaxBytes);
}

Part read_part(const Place& place, const std::string& word) {
  Part part{need_file(place, word + "images"), need_file(place, word + "labels"), {}, {}};
  part.images = read_array(part.images_path);
  part.labels = read_array(part.labels_path);
  const auto& image_shape = part.images.shape;
  if (image_shape.size() < 2)
    throw ConfigError(part.images_path.string(), "",
                      "has one dimension; give one array per sample");
  if (part.labels.shape.size() != 1)
    throw ConfigError(
        part.labels_path.string(), "",
        fmt::format("has {} dimensions; give one label per sample", part.labels.shape.size()));
  if (part.images.values.empty() && part.images.numbers.empty())
    throw ConfigError(part.images_path.string(), "", "has no pixels");
  if (image_shape[0] != part.labels.shape[0])
    throw ConfigError(
        part.labels_path.string(), "",
        fmt::format("has {} labels for {} images", part.labels.shape[0], image_shape[0]));
  read_labels(part);
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

// Rows and columns of each image exchanged.
template <class Pixel>
void transpose(std::vector<Pixel>& pixels, const std::vector<std::size_t>& shape) {
  const std::size_t rows = shape[1], columns = shape[2];
  std::vector<Pixel> image(rows * columns);
  for (auto first = pixels.begin(); first != pixels.end();
       first += static_cast<std::ptrdiff_t>(image.size())) {
    std::copy_n(first, image.size(), image.begin());
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c)
        first[static_cast<std::ptrdiff_t>(c * rows + r)] = image[r * columns + c];
  }
}

template <class Pixel>
Matrix<Pixel> matrix_of(std::vector<Pixel> pixels, const Part& part, ImageOrder order) {
  const std::vector<std::size_t>& shape = part.images.shape;
  if (order == ImageOrder::transposed) {
    if (shape.size() != 3)
      throw ConfigError(
          "data.transpose", "true",
          fmt::format("{} has no images of rows and columns", part.images_path.string()));
    transpose(pixels, shape);
  }
  Matrix<Pixel> matrix;
  matrix = Matrix<Pixel>(shape[0], pixels.size() / shape[0]);
  matrix.values() = std::move(pixels);
  return matrix;
}

RawSamples samples_of(Part part, const Classes& classes, ImageOrder order) {
  std::vector<std::uint32_t> labels = classes.of(part);
  if (part.images.numbers.empty())
    return {matrix_of(std::move(part.images.values), part, order), std::move(labels)};
  return {matrix_of(std::move(part.images.numbers), part, order), std::move(labels)};
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text;
  for (std::size_t k = 1; k < shape.size(); ++k)
    text += fmt::format("{}{}", k > 1 ? " x " : "", shape[k]);
  return text;
}

}  // namespace

bool has_idx_files(const io::Path& folder) { return find_place(folder).has_value(); }

RawData read_idx_folder(const io::Path& folder, std::span<const std::string_view> class_names,
                        ImageOrder order) {
  const Place place = find_place(folder).value_or(Place{folder, ""});
  Part train = read_part(place, "train-");
  const Classes classes(train, class_names);
  const std::vector<std::size_t> shape = train.images.shape;
  RawData raw{.title = {}, .classes = classes.names(), .train = {}, .test = {}};
  raw.labels = classes.labels();
  raw.train = samples_of(std::move(train), classes, order);

  // one of the two files alone is a mistake, none is a set without a test
  const std::string word = test_word(place);
  if (!find_file(place, word + "images") && !find_file(place, word + "labels")) return raw;
  Part test = read_part(place, word);
  if (test.images.numbers.empty() != (raw.train.inputs.index() == 1))
    throw ConfigError(test.images_path.string(), "",
                      "has numbers of another type than the training images");
  if (!std::equal(shape.begin() + 1, shape.end(), test.images.shape.begin() + 1,
                  test.images.shape.end()))
    throw ConfigError(test.images_path.string(), shape_text(test.images.shape),
                      fmt::format("the training images are {}", shape_text(shape)));
  raw.test = samples_of(std::move(test), classes, order);
  return raw;
}

}  // namespace nernst
