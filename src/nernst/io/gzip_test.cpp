// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/gzip.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "nernst/io/deflate_test_help.h"
#include "nernst/io/test_help.h"

namespace nernst::io {
namespace {

std::string gzip(const std::string& bytes) { return deflated(bytes, 16 + MAX_WBITS); }

// Bytes that do not compress to nothing.
std::string sample(std::size_t size) {
  std::string bytes;
  std::uint32_t state = 1;
  for (std::size_t k = 0; k < size; ++k) {
    state = state * 1664525 + 1013904223;
    bytes += static_cast<char>('a' + (state >> 30));
  }
  return bytes;
}

TEST(Gzip, AnySizeComesBack) {
  for (const std::size_t size : {0, 1, 1003, 65535, 65536, 65537, 131073, 1000003})
    EXPECT_EQ(gunzip(gzip(sample(size)), "x"), sample(size)) << size;
}

TEST(Gzip, MembersFollowEachOther) {
  EXPECT_EQ(gunzip(gzip("one") + gzip("") + gzip("two"), "x"), "onetwo");
  EXPECT_EQ(gunzip(gzip("one") + std::string(512, '\0'), "x"), "one") << "padding of a tape";
  EXPECT_NE(complaint([] { gunzip(gzip("one") + "rest", "x"); }).find("other bytes"),
            std::string::npos);
}

TEST(Gzip, CutShortAnywhereIsRefused) {
  const std::string packed = gzip(sample(1003));
  for (std::size_t size = 0; size < packed.size(); ++size)
    EXPECT_NE(complaint([&] { gunzip(packed.substr(0, size), "x"); }), "") << size;
}

TEST(Gzip, DamageIsNoticed) {
  const std::string bytes = sample(1003), packed = gzip(bytes);
  // from the data on: the ten bytes of the header hold the time, which may be any
  for (std::size_t k = 10; k < packed.size(); ++k) {
    std::string damaged = packed;
    damaged[k] = static_cast<char>(damaged[k] ^ 0x10);
    EXPECT_NE(complaint([&] { EXPECT_EQ(gunzip(damaged, "x"), bytes); }), "") << k;
  }
}

TEST(Gzip, ABombIsNotUnpacked) {
  const std::string bomb = gzip(std::string(5000003, '\0'));
  ASSERT_LT(bomb.size(), 6000u);
  EXPECT_NE(complaint([&] { gunzip(bomb, "x", 5000002); }).find("more than 5000002 bytes"),
            std::string::npos);
  EXPECT_EQ(gunzip(bomb, "x", 5000003).size(), 5000003u);
  EXPECT_NE(complaint([&] { gunzip(bomb, "x", 0); }), "");
  // many small members are one large file too
  std::string many;
  for (int k = 0; k < 101; ++k) many += gzip("0123456789");
  EXPECT_NE(complaint([&] { gunzip(many, "x", 1009); }), "");
  EXPECT_EQ(gunzip(many, "x", 1010).size(), 1010u);
}

TEST(Gzip, WhatIsMadeToBeHugeIsRefusedBeforeItIsThere) {
  const std::string bomb = gzip(std::string((std::size_t{1} << 26) + 1, '0'));
  ASSERT_LT(bomb.size(), 70000u);
  EXPECT_EQ(complaint([&] { gunzip(bomb, "x"); }),
            fmt::format("x: has {} bytes that unpack to more than 64 times as many; unpack it "
                        "yourself (gunzip) where that is meant",
                        bomb.size()));
  const std::string small = gzip(std::string(std::size_t{1} << 26, '0'));
  EXPECT_EQ(gunzip(small, "x").size(), std::size_t{1} << 26);
}

TEST(Gzip, ASizeThatIsOnlyClaimedChangesNothing) {
  const std::string bytes = sample(1000003);
  for (const char* claim : {"\xff\xff\xff\xff", "\x01\x01\x01\x01"}) {
    std::string lying = gzip(bytes);
    lying.replace(lying.size() - 4, 4, claim, 4);
    EXPECT_EQ(complaint([&] { gunzip(lying, "x"); }),
              "x: is damaged: its gzip data cannot be read");
  }
  EXPECT_EQ(gunzip(gzip(bytes) + gzip(""), "x"), bytes) << "the last member is small";
}

TEST(Gzip, TheStartIsReadWithoutTheRest) {
  EXPECT_EQ(gunzip_start(gzip("abcdef"), 4), "abcd");
  EXPECT_EQ(gunzip_start(gzip("abc") + gzip("def"), 5), "abcde");
  EXPECT_EQ(gunzip_start(gzip("abc"), 5), "abc");
  EXPECT_EQ(gunzip_start(gzip(sample(100003)).substr(0, 9000), 100).size(), 100u);
  EXPECT_EQ(gunzip_start("\x1f\x8b", 5), "");
}

TEST(Gzip, AFileIsReadPlainOrPacked) {
  const TestFolder folder;
  write_file_atomically(folder / "plain.gz", "as it is");
  write_file_atomically(folder / "packed", gzip("packed"));
  EXPECT_EQ(read_plain_or_gzip(folder / "plain.gz"), "as it is");
  EXPECT_EQ(read_plain_or_gzip(folder / "packed"), "packed");
  EXPECT_NE(complaint([&] { read_plain_or_gzip(folder / "none"); }), "");
  write_file_atomically(folder / "short", gzip("packed").substr(0, 15));
  EXPECT_EQ(
      complaint([&] { read_plain_or_gzip(folder / "short"); }).find((folder / "short").string()),
      0u);
}

}  // namespace
}  // namespace nernst::io
