// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "nernst/io/matrix_file.h"

using namespace nernst;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::string_view bytes) {
    const Matrix<double> matrix = io::parse_matrix(bytes, "x");
    fuzz::ensure(matrix.values().size() == matrix.rows() * matrix.columns());
  });
}
