// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/npz.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>

#include "nernst/io/file.h"
#include "nernst/io/test_help.h"

namespace nernst::io {
namespace {

NpzWriter sample() {
  NpzWriter writer;
  Matrix<float> weights(7, 5);
  for (std::size_t k = 0; k < 35; ++k) weights.values()[k] = 0.5f * static_cast<float>(k);
  writer.add("layer.0.weight", weights.view());
  // a block has gaps between its rows
  writer.add("block", MatrixView<const float>(weights.view().block(1, 2, 3, 2)));
  const Matrix<double> empty(0, 3);
  writer.add("empty", empty.view());
  const std::vector<double> bias{0.1, -2.0, 1e300};
  writer.add("bi\xC3\xA4s", std::span<const double>(bias));
  return writer;
}

std::uint32_t number_at(const std::string& bytes, std::size_t place, int width) {
  std::uint32_t number = 0;
  for (int k = width - 1; k >= 0; --k)
    number =
        (number << 8) | static_cast<unsigned char>(bytes.at(place + static_cast<std::size_t>(k)));
  return number;
}

TEST(Npz, TheZipIsWholeAndTheArraysAreAligned) {
  const std::string bytes = sample().finish();
  const std::size_t end = bytes.size() - 22;
  ASSERT_EQ(bytes.substr(end, 4), "PK\x05\x06");
  ASSERT_EQ(number_at(bytes, end + 10, 2), 4u);
  std::size_t entry = number_at(bytes, end + 16, 4);
  EXPECT_EQ(entry + number_at(bytes, end + 12, 4), end);
  std::vector<std::string> headers;
  for (int k = 0; k < 4; ++k) {
    ASSERT_EQ(bytes.substr(entry, 4), "PK\x01\x02");
    const std::size_t local = number_at(bytes, entry + 42, 4),
                      name_size = number_at(bytes, entry + 28, 2);
    ASSERT_EQ(bytes.substr(local, 4), "PK\x03\x04");
    // the fields that both have are the same
    EXPECT_EQ(bytes.substr(entry + 6, 26), bytes.substr(local + 4, 26));
    EXPECT_EQ(bytes.substr(entry + 46, name_size), bytes.substr(local + 30, name_size));
    const std::string npy = bytes.substr(local + 30 + name_size, number_at(bytes, entry + 24, 4));
    EXPECT_EQ(crc32(0, reinterpret_cast<const Bytef*>(npy.data()), static_cast<uInt>(npy.size())),
              number_at(bytes, entry + 16, 4));
    ASSERT_EQ(npy.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
    const std::size_t header_size = number_at(npy, 8, 2);
    EXPECT_EQ((10 + header_size) % 64, 0u);
    headers.push_back(npy.substr(10, npy.find('}') - 9));
    entry += 46 + name_size;
  }
  EXPECT_EQ(entry, end);
  EXPECT_EQ(headers[0], "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 5), }");
  EXPECT_EQ(headers[3], "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }");
}

TEST(Npz, TheBytesDependOnTheContentOnly) {
  EXPECT_EQ(sample().finish(), sample().finish());
  EXPECT_EQ(NpzWriter().finish().size(), 22u);
}

TEST(Npz, ANameIsUsedOnce) {
  NpzWriter writer = sample();
  const std::vector<float> values(3);
  EXPECT_THROW(writer.add("block", std::span<const float>(values)), InternalError);
}

TEST(Npz, WhatDoesNotFitIsRefusedBeforeItIsCopied) {
  NpzWriter writer;
  // (a view of 8 GB that does not exist: it must not be read)
  const double one = 1;
  EXPECT_NE(complaint([&] { writer.add("w", MatrixView<const double>(&one, 1 << 15, 1 << 15)); }),
            "");
  EXPECT_EQ(writer.finish().size(), 22u);
}

TEST(Npz, NumpyReadsIt) {
  const char* python = "/usr/bin/python3";
  if (std::system((std::string(python) + " -c 'import numpy' 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << python << " has no NumPy";
  const TestFolder folder;
  write_file_atomically(folder / "x.npz", sample().finish());
  write_file_atomically(folder / "check.py", R"(
import sys, numpy
file = numpy.load(sys.argv[1])
weights = 0.5 * numpy.arange(35, dtype=numpy.float32).reshape(7, 5)
assert sorted(file.files) == sorted(["layer.0.weight", "block", "empty", "bi\u00e4s"]), file.files
assert file["layer.0.weight"].dtype == numpy.float32 and (file["layer.0.weight"] == weights).all()
assert (file["block"] == weights[1:4, 2:4]).all()
assert file["empty"].shape == (0, 3) and file["empty"].dtype == numpy.float64
assert (file["bi\u00e4s"] == [0.1, -2.0, 1e300]).all()
)");
  const std::string command = std::string(python) + " " + (folder / "check.py").string() + " " +
                              (folder / "x.npz").string();
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace nernst::io
