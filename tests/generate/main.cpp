// SPDX-License-Identifier: Apache-2.0
#include <type_traits>

#include "all_nothing.h"
#include "all_shapes.h"
#include "nernst/version.h"
#include "no_texts.h"
#include "texts.h"

using namespace nernst;

// Every header but the test's, in alphabetical order; an empty folder is an empty list.
static_assert(std::is_same_v<AllShapes, ShapeList<Line, WideOval2>>);
static_assert(std::is_same_v<AllNothing, NothingList<>>);
static_assert(kVersion == "1.2.3");

int main() {
  // byte by byte, whatever CMake or C++ may think of a character
  const bool same =
      texts().size() == 2 && texts()[0].first == "awkward" &&
      texts()[0].second == "# µ \"quoted\" \\n ${x} @y@ ;list; ]] [[ )\" %d\nx = 1\n" &&
      texts()[1].first == "v1.5" && texts()[1].second == "x = 2\n";
  return same && no_texts().empty() ? 0 : 1;
}
