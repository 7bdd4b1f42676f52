// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/hash.h"

#include <gtest/gtest.h>

#include <utility>

namespace nernst::io {
namespace {

TEST(Digest, GivesTheKnownAnswers) {
  // `printf '' | xxhsum -H2` and so on
  EXPECT_EQ(digest_of(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(digest_of("abc"), "06b05ab6733a618578af5f94892f3950");
}

TEST(Digest, PiecesGiveTheDigestOfTheWhole) {
  std::string bytes;
  for (int k = 0; k < 100003; ++k) bytes += static_cast<char>(k * 131 + k / 251);
  Digest digest;
  for (std::size_t first = 0, size = 1; first < bytes.size(); first += size, size = size * 3 + 1)
    digest.add(std::string_view(bytes).substr(first, size));
  EXPECT_EQ(digest.hex(), digest_of(bytes));
  EXPECT_EQ(digest.hex(), digest_of(bytes)) << "asking changes nothing";
  Digest moved = std::move(digest);
  moved.add("x");
  EXPECT_EQ(moved.hex(), digest_of(bytes + "x"));
}

TEST(Digest, AnyBitCounts) {
  const std::string bytes(1003, 'a');
  const std::string digest = digest_of(bytes);
  EXPECT_EQ(digest.size(), 32u);
  for (std::size_t k = 0; k < bytes.size(); k += 17) {
    std::string changed = bytes;
    changed[k] = static_cast<char>(changed[k] ^ 1);
    EXPECT_NE(digest_of(changed), digest);
  }
}

}  // namespace
}  // namespace nernst::io
