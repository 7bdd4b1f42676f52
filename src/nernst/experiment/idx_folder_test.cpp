// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/idx_folder.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "nernst/experiment/all_data_sets.h"
#include "nernst/io/gzip.h"
#include "nernst/io/npz.h"
#include "nernst/io/test_help.h"

namespace nernst {
namespace {

using io::complaint;
using io::TestFolder;
using Labels = std::vector<std::uint32_t>;
using Names = std::vector<std::string>;
using Pixels = std::vector<std::uint8_t>;

std::string idx(std::initializer_list<std::uint32_t> shape, const Pixels& values) {
  std::string bytes{'\0', '\0', '\x08', static_cast<char>(shape.size())};
  for (const std::uint32_t extent : shape)
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(extent >> shift);
  bytes.append(values.begin(), values.end());
  return bytes;
}

// Three training and two test images of 1 x 2 pixels.
struct ImageFolder : TestFolder {
  ImageFolder() {
    write("train-images-idx3-ubyte", idx({3, 1, 2}, {0, 51, 102, 153, 204, 255}));
    write("train-labels-idx1-ubyte", idx({3}, {7, 2, 7}));
    write("t10k-images-idx3-ubyte", idx({2, 1, 2}, {1, 2, 3, 4}));
    write("t10k-labels-idx1-ubyte", idx({2}, {2, 7}));
  }
  void write(const std::string& name, std::string_view bytes) const {
    io::write_file_atomically(*this / name, bytes);
  }
  void remove(const std::string& name) const { std::filesystem::remove(*this / name); }
  DataSpec spec() const { return {.name = "idx", .path = path()}; }
  std::string said() const {
    std::string sentence = complaint([&] { load_data(spec()); });
    // the folder has another name in each run
    for (std::size_t at; (at = sentence.find(path().string())) != std::string::npos;)
      sentence.replace(at, path().string().size(), "FOLDER");
    return sentence;
  }
};

TEST(IdxFolder, NamesMayBeginWithThatOfTheSet) {
  const TestFolder folder;
  const auto write = [&](const std::string& name, std::uint8_t first) {
    for (const auto& [part, images] :
         {std::pair("train-", true), {"train-", false}, {"test-", true}, {"test-", false}})
      io::write_file_atomically(
          folder / (name + part + (images ? "images-idx3-ubyte" : "labels-idx1-ubyte")),
          images ? idx({2, 1, 2}, {first, 1, 2, 3}) : idx({2}, {0, 1}));
  };
  write("emnist-letters-", 9);
  DataSpec spec{.name = "idx", .path = folder.path(), .scaling = Scaling::none};
  EXPECT_EQ(load_data(spec).test.inputs(0, 0), 9);
  write("emnist-digits-", 5);
  EXPECT_NE(complaint([&] { load_data(spec); }).find("has several sets of images; give one of "),
            std::string::npos);
  spec.path = (folder / "emnist-digits").string();
  EXPECT_EQ(load_data(spec).test.inputs(0, 0), 5);
}

TEST(IdxFolder, NpzFilesOfOneArrayDoAsWell) {
  const TestFolder folder;
  const auto write = [&](const std::string& name, const std::vector<double>& values, bool images) {
    io::NpzWriter npz;
    if (images)
      npz.add("arr_0", MatrixView<const double>(values.data(), values.size() / 2, 2));
    else
      npz.add("arr_0", std::span<const double>(values));
    io::write_file_atomically(folder / name, npz.finish());
  };
  write("k49-train-imgs.npz", {0, 51, 102, 153, 204, 255}, true);
  write("k49-train-labels.npz", {7, 2, 7}, false);
  write("k49-test-imgs.npz", {1, 2, 3, 4}, true);
  write("k49-test-labels.npz", {2, 7}, false);
  const RawData raw = read_idx_folder(folder.path(), {});
  EXPECT_EQ(std::get<Matrix<std::uint8_t>>(raw.train.inputs).values(),
            (Pixels{0, 51, 102, 153, 204, 255}));
  EXPECT_EQ(raw.classes, (Names{"2", "7"}));
  EXPECT_EQ(raw.train.labels, (Labels{1, 0, 1}));
  ASSERT_TRUE(raw.test.has_value());
  EXPECT_EQ(raw.test->labels, (Labels{0, 1}));
  write("k49-train-labels.npz", {7, 2.5, 7}, false);
  EXPECT_EQ(complaint([&] { read_idx_folder(folder.path(), {}); }),
            (folder / "k49-train-labels.npz").string() + " = 2.5: give labels that are 0 to 255");
}

TEST(IdxFolder, ImagesThatLieOnTheirSideAreTurned) {
  const TestFolder folder;
  io::write_file_atomically(folder / "train-images-idx3-ubyte",
                            idx({2, 2, 3}, {1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16}));
  io::write_file_atomically(folder / "train-labels-idx1-ubyte", idx({2}, {0, 1}));
  const RawData raw = read_idx_folder(folder.path(), {}, ImageOrder::transposed);
  EXPECT_EQ(std::get<Matrix<std::uint8_t>>(raw.train.inputs).values(),
            (Pixels{1, 4, 2, 5, 3, 6, 11, 14, 12, 15, 13, 16}));
}

TEST(IdxFolder, ImagesAndLabelsAreReadTogether) {
  const ImageFolder folder;
  const DataSet data = load_data(folder.spec());
  EXPECT_EQ(data.title, folder.path().filename().string());
  EXPECT_EQ(data.classes, (Names{"2", "7"})) << "a class is a label that occurs";
  EXPECT_EQ(data.train.labels, (Labels{1, 0, 1}));
  EXPECT_EQ(data.test.labels, (Labels{0, 1}));
  EXPECT_EQ(data.train.inputs.values(), (std::vector<float>{0, 0.2f, 0.4f, 0.6f, 0.8f, 1}));

  DataSpec unscaled = folder.spec();
  unscaled.scaling = Scaling::none;
  const DataSet pixels = load_data(unscaled);
  EXPECT_EQ(pixels.test.inputs.values(), (std::vector<float>{1, 2, 3, 4}));
  DataSpec with_slash = folder.spec();
  with_slash.path += "/";
  EXPECT_EQ(load_data(with_slash).title, data.title);
}

TEST(IdxFolder, EverySpellingIsFound) {
  const ImageFolder folder;
  const std::string checksum = load_data(folder.spec()).checksum;
  const auto rename = [&](const char* from, const char* to) {
    std::filesystem::rename(folder / from, folder / to);
    EXPECT_EQ(load_data(folder.spec()).checksum, checksum) << to;
  };
  rename("train-images-idx3-ubyte", "train-images.idx3-ubyte");
  rename("t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte");
  // what is in a file decides, not its name
  rename("train-labels-idx1-ubyte", "train-labels-idx1-ubyte.gz");
  gzFile file = gzopen((folder / "t10k-images.idx3-ubyte.gz").c_str(), "wb");
  const std::string images = idx({2, 1, 2}, {1, 2, 3, 4});
  gzwrite(file, images.data(), static_cast<unsigned>(images.size()));
  gzclose(file);
  folder.remove("t10k-images-idx3-ubyte");
  EXPECT_EQ(load_data(folder.spec()).checksum, checksum);
}

TEST(IdxFolder, WithoutTestFilesThePartOfEachClassIsKept) {
  const ImageFolder folder;
  folder.remove("t10k-images-idx3-ubyte");
  folder.remove("t10k-labels-idx1-ubyte");
  DataSpec spec = folder.spec();
  spec.test_fraction = 0.5;
  const DataSet data = load_data(spec);
  EXPECT_EQ(data.train.size(), 2u);
  EXPECT_EQ(data.test.labels, Labels{1});
}

TEST(IdxFolder, WhatIsMissingIsNamed) {
  const ImageFolder folder;
  folder.remove("t10k-labels-idx1-ubyte");
  EXPECT_EQ(folder.said(),
            "FOLDER: has no file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz");
  folder.remove("train-labels-idx1-ubyte");
  EXPECT_EQ(folder.said(),
            "FOLDER: has no file train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz");
  folder.remove("train-images-idx3-ubyte");
  EXPECT_EQ(
      folder.said(),
      "data.path = \"FOLDER\": give a folder of IDX files (train-images-idx3-ubyte and so on)");
  EXPECT_EQ(complaint([] { load_data({.name = "idx"}); }),
            "data.path: give the path of a folder of IDX files");
}

TEST(IdxFolder, ImagesAndLabelsMustAgree) {
  const ImageFolder folder;
  folder.write("train-labels-idx1-ubyte", idx({2}, {7, 2}));
  EXPECT_EQ(folder.said(), "FOLDER/train-labels-idx1-ubyte: has 2 labels for 3 images");
  folder.write("train-labels-idx1-ubyte", idx({3, 1}, {7, 2, 7}));
  EXPECT_EQ(folder.said(),
            "FOLDER/train-labels-idx1-ubyte: has 2 dimensions; give one label per sample");
  folder.write("train-labels-idx1-ubyte", idx({3}, {7, 2, 7}));
  folder.write("train-images-idx3-ubyte", idx({3}, {7, 2, 7}));
  EXPECT_EQ(folder.said(),
            "FOLDER/train-images-idx3-ubyte: has one dimension; give one array per sample");
}

TEST(IdxFolder, TestImagesHaveTheSizeOfTheTrainingImages) {
  const ImageFolder folder;
  folder.write("t10k-images-idx3-ubyte", idx({2, 2, 1}, {1, 2, 3, 4}));
  EXPECT_EQ(folder.said(), "FOLDER/t10k-images-idx3-ubyte = 2 x 1: the training images are 1 x 2");
  folder.write("t10k-images-idx3-ubyte", idx({2, 2}, {1, 2, 3, 4}));
  EXPECT_EQ(folder.said(), "FOLDER/t10k-images-idx3-ubyte = 2: the training images are 1 x 2");
}

TEST(IdxFolder, ALabelThatTrainingNeverSawIsNamed) {
  const ImageFolder folder;
  folder.write("t10k-labels-idx1-ubyte", idx({2}, {2, 3}));
  EXPECT_EQ(folder.said(), "FOLDER/t10k-labels-idx1-ubyte = 3: no training sample has this label");
  folder.write("t10k-labels-idx1-ubyte", idx({2}, {2, 255}));
  EXPECT_EQ(folder.said(),
            "FOLDER/t10k-labels-idx1-ubyte = 255: no training sample has this label");
}

TEST(IdxFolder, OneClassAndNoImagesAreRefused) {
  const ImageFolder folder;
  folder.write("train-labels-idx1-ubyte", idx({3}, {2, 2, 2}));
  folder.write("t10k-labels-idx1-ubyte", idx({2}, {2, 2}));
  EXPECT_NE(folder.said().find(": has one class only, \"2\""), std::string::npos);
  folder.write("train-images-idx3-ubyte", idx({0, 1, 2}, {}));
  folder.write("train-labels-idx1-ubyte", idx({0}, {}));
  EXPECT_EQ(folder.said(), "FOLDER/train-images-idx3-ubyte: has no pixels");
  folder.write("train-images-idx3-ubyte", idx({3, 0, 2}, {}));
  EXPECT_EQ(folder.said(), "FOLDER/train-images-idx3-ubyte: has no pixels");
}

TEST(IdxFolder, TruncatedAndHugeFilesAreRefused) {
  const ImageFolder folder;
  const std::string whole = idx({3, 1, 2}, {0, 51, 102, 153, 204, 255});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    folder.write("train-images-idx3-ubyte", std::string_view(whole).substr(0, size));
    EXPECT_EQ(folder.said().find("FOLDER/train-images-idx3-ubyte: "), 0u) << size;
  }
  // 2^96 pixels
  folder.write("train-images-idx3-ubyte", idx({1u << 31, 1u << 31, 1u << 31}, {0, 51, 102}));
  EXPECT_NE(folder.said().find("cut short"), std::string::npos);
  folder.write("train-images-idx3-ubyte", whole + "x");
  EXPECT_NE(folder.said(), "");
}

TEST(FashionMnist, NamesItsPackageWhenItIsMissing) {
  const TestFolder folder;
  EXPECT_EQ(complaint([&] { FashionMnist::load_from(folder.path()); }),
            "data.name = \"fashion-mnist\": is not on this machine; `apt install "
            "dataset-fashion-mnist` brings it, or give its folder as data.path");
  EXPECT_NE(complaint([&] { load_data({.path = folder.path()}); }).find("dataset-fashion-mnist"),
            std::string::npos);
}

TEST(FashionMnist, ItsLabelsAreTheTenItHas) {
  const ImageFolder folder;
  const DataSet data = load_data({.path = folder.path()});
  EXPECT_EQ(data.classes, (Names{"Pullover", "Sneaker"}));
  folder.write("train-labels-idx1-ubyte", idx({3}, {7, 2, 10}));
  EXPECT_NE(complaint([&] {
              load_data({.path = folder.path()});
            }).find("train-labels-idx1-ubyte = 10: labels are 0 to 9 here"),
            std::string::npos);
}

}  // namespace
}  // namespace nernst
