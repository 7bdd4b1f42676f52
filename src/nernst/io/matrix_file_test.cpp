// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/matrix_file.h"

#include <gtest/gtest.h>

#include "nernst/io/npz.h"
#include "nernst/io/test_help.h"

namespace nernst::io {
namespace {

TEST(MatrixFile, ReadsCsvWithAndWithoutAHeader) {
  for (const char* text : {"1,2.5\n-3,4e-6\n", "a,b\n1,2.5\n-3,4e-6\n"}) {
    const Matrix<double> matrix = parse_matrix(text, "g.csv");
    EXPECT_EQ(matrix.rows(), 2u);
    EXPECT_EQ(matrix.values(), (std::vector<double>{1, 2.5, -3, 4e-6}));
  }
}

TEST(MatrixFile, WhatItWritesItReads) {
  Matrix<double> matrix(2, 3);
  matrix.values() = {1.0 / 3, -2e-300, 0, 1e22, 0.1, 5};
  const Matrix<double> csv = parse_matrix(matrix_csv(matrix.view()), "x");
  EXPECT_EQ(csv.values(), matrix.values());
  NpzWriter npz;
  npz.add("g", MatrixView<const double>(matrix.view()));
  const Matrix<double> packed = parse_matrix(npz.finish(), "x");
  EXPECT_EQ(packed.values(), matrix.values());
}

TEST(MatrixFile, ReadsAnArrayOfItsOwn) {
  std::string header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }\n";
  std::string bytes = "\x93NUMPY";
  bytes += {1, 0, static_cast<char>(header.size()), 0};
  bytes += header;
  const double numbers[] = {1, 2, 3, 4};
  bytes.append(reinterpret_cast<const char*>(numbers), sizeof numbers);
  const Matrix<double> matrix = parse_matrix(bytes, "x");
  EXPECT_EQ(matrix.values(), (std::vector<double>{1, 3, 2, 4}));
}

TEST(MatrixFile, NamesWhatIsWrong) {
  const auto refusal = [](const std::string& text) {
    try {
      parse_matrix(text, "g.csv");
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refusal("1,2\n3\n").find("g.csv:2"), std::string::npos);
  EXPECT_NE(refusal("1,2\n3,nan\n").find("g.csv:2"), std::string::npos);
  EXPECT_NE(refusal("").find("g.csv"), std::string::npos);
  NpzWriter two;
  Matrix<double> matrix(1, 1);
  two.add("a", MatrixView<const double>(matrix.view()));
  two.add("b", MatrixView<const double>(matrix.view()));
  EXPECT_NE(refusal(two.finish()).find("several matrices"), std::string::npos);
}

}  // namespace
}  // namespace nernst::io
