// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/idx.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "nernst/io/deflate_test_help.h"
#include "nernst/io/test_help.h"

namespace nernst::io {
namespace {

std::string idx(const std::vector<std::uint32_t>& shape, std::size_t data, char type = 8) {
  std::string bytes{0, 0, type, static_cast<char>(shape.size())};
  for (const std::uint32_t extent : shape)
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes += static_cast<char>((extent >> shift) & 0xFF);
  for (std::size_t k = 0; k < data; ++k) bytes += static_cast<char>(k * 37);
  return bytes;
}

TEST(Idx, ShapeAndValuesAreRead) {
  const IdxArray array = parse_idx(idx({7, 3, 5}, 105), "x");
  EXPECT_EQ(array.shape, (std::vector<std::size_t>{7, 3, 5}));
  ASSERT_EQ(array.values.size(), 105u);
  for (std::size_t k = 0; k < 105; ++k)
    EXPECT_EQ(array.values[k], static_cast<std::uint8_t>(k * 37));
  EXPECT_EQ(parse_idx(idx({259}, 259), "x").shape[0], 259u);
}

TEST(Idx, AnEmptyArrayIsOne) {
  EXPECT_TRUE(parse_idx(idx({0}, 0), "x").values.empty());
  EXPECT_TRUE(parse_idx(idx({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0}, 0), "x").values.empty());
  EXPECT_NE(complaint([] { parse_idx(idx({5, 0}, 5), "x"); }), "");
}

TEST(Idx, CutShortAnywhereIsRefused) {
  const std::string whole = idx({3, 5}, 15);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(complaint([&] { parse_idx(whole.substr(0, size), "x.idx"); }).find("x.idx: "), 0u)
        << size;
  EXPECT_NE(complaint([&] { parse_idx(whole + '\0', "x"); }), "") << "a byte too many";
}

TEST(Idx, AProductThatOverflowsIsRefusedAndNotAllocated) {
  EXPECT_NE(complaint([] { parse_idx(idx({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, 5), "x"); }), "");
  // 2^64 wraps to 0, 2^64 + 5 would to 5
  EXPECT_NE(complaint([] { parse_idx(idx({1u << 31, 1u << 31, 4}, 0), "x"); }), "");
  EXPECT_NE(complaint([] { parse_idx(idx(std::vector<std::uint32_t>(255, 2), 3), "x"); }), "");
  EXPECT_EQ(parse_idx(idx(std::vector<std::uint32_t>(255, 1), 1), "x").values.size(), 1u);
}

TEST(Idx, AGzipFileIsUnpackedAsFarAsItsHeaderSays) {
  const TestFolder folder;
  const auto gzip = [](const std::string& bytes) { return deflated(bytes, 16 + MAX_WBITS); };
  const Path path = folder / "x.gz";
  write_file_atomically(path, gzip(idx({10, 6, 6}, 360)));
  EXPECT_EQ(read_idx(path).values.size(), 360u);
  write_file_atomically(path, idx({10, 6, 6}, 360));
  EXPECT_EQ(read_idx(path).values.size(), 360u);

  // 60 MB behind a header of 360 bytes
  write_file_atomically(path, gzip(idx({10, 6, 6}, 360) + std::string(60'000'000, '\0')));
  EXPECT_EQ(complaint([&] { read_idx(path); }),
            path.string() + ": holds more than 376 bytes; its IDX header says 360 bytes of data");
  // 360 bytes behind a header of 2^31 and of 2^93
  write_file_atomically(path, gzip(idx({1u << 31}, 360)));
  EXPECT_EQ(complaint([&] { read_idx(path); }),
            path.string() + ": is cut short: 360 bytes of data are fewer than its IDX header says");
  write_file_atomically(path, gzip(idx({1u << 31, 1u << 31, 1u << 31}, 360)));
  EXPECT_EQ(complaint([&] { read_idx(path, 1000); }),
            path.string() +
                ": has 4611686018427387904 bytes of data by its IDX header; give at most 1000");
  write_file_atomically(path, gzip("PK"));
  EXPECT_EQ(complaint([&] { read_idx(path); }),
            path.string() + ": is not an IDX file (as MNIST has them)");
}

TEST(Idx, OtherFormatsAreRefusedBySaying) {
  EXPECT_NE(complaint([] { parse_idx(idx({3}, 12, 0x0A), "x"); }).find("0x0a"), std::string::npos);
  EXPECT_NE(complaint([] { parse_idx("\x1f\x8b 123456", "x"); }).find("is not an IDX file"),
            std::string::npos);
  EXPECT_NE(complaint([] { parse_idx(idx({}, 0), "x"); }), "");
  EXPECT_NE(complaint([] { parse_idx(idx({}, 1), "x"); }), "");
}

TEST(Idx, OtherNumbersThanBytesAreRead) {
  const auto numbers = [](const std::string& bytes) { return parse_idx(bytes, "x").numbers; };
  using Numbers = std::vector<double>;
  EXPECT_EQ(numbers(idx({2}, 0, 0x09) + std::string("\xff\x05", 2)), (Numbers{-1, 5}));
  EXPECT_EQ(numbers(idx({2}, 0, 0x0B) + std::string("\xff\xfe\x01\x00", 4)), (Numbers{-2, 256}));
  EXPECT_EQ(numbers(idx({1}, 0, 0x0C) + std::string("\x00\x01\x00\x00", 4)), Numbers{65536});
  EXPECT_EQ(numbers(idx({1}, 0, 0x0D) + std::string("\x3f\xc0\x00\x00", 4)), Numbers{1.5});
  EXPECT_EQ(numbers(idx({1}, 0, 0x0E) + std::string("\xbf\xe0\0\0\0\0\0\0", 8)), Numbers{-0.5});
  EXPECT_EQ(complaint([&] { numbers(idx({1}, 0, 0x0D) + std::string("\x7f\x80\x00\x00", 4)); }),
            "x: has a number that is not finite");
}

}  // namespace
}  // namespace nernst::io
