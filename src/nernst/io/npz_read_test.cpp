// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "nernst/io/deflate_test_help.h"
#include "nernst/io/file.h"
#include "nernst/io/npz.h"
#include "nernst/io/test_help.h"

namespace nernst::io {
namespace {

std::string little(std::uint64_t number, int width) {
  std::string bytes;
  for (int k = 0; k < width; ++k) bytes += static_cast<char>(number >> (8 * k));
  return bytes;
}

std::string npy_with_header(const std::string& header, const std::string& data, int version = 1) {
  return "\x93NUMPY" + little(static_cast<unsigned>(version), 2) +
         little(header.size(), version == 1 ? 2 : 4) + header + data;
}

std::string npy(const std::string& type, const std::string& shape, const std::string& data,
                const std::string& fortran_order = "False") {
  return npy_with_header(fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}   \n",
                                     type, fortran_order, shape),
                         data);
}

// What a test may change of a zip file of one entry.
struct Zip {
  std::string name = "w.npy", content = "";
  unsigned method = 0, flags = 0, count = 1;
  std::uint32_t size = 0;  // 0 = as it is
  std::string comment = "";

  std::string bytes() const {
    const std::string packed = method == 8 ? deflated(content, -MAX_WBITS) : content;
    const std::uint32_t crc = static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
    const std::string common = little(20, 2) + little(flags, 2) + little(method, 2) + little(0, 4) +
                               little(crc, 4) + little(packed.size(), 4) +
                               little(size == 0 ? content.size() : size, 4) +
                               little(name.size(), 2) + little(0, 2);
    std::string file = "PK\x03\x04" + common + name + packed;
    const std::string directory =
        "PK\x01\x02" + little(20, 2) + common + std::string(14, '\0') + name;
    const std::size_t start = file.size();
    for (unsigned k = 0; k < count; ++k) file += directory;
    return file + "PK\x05\x06" + little(0, 4) + little(count, 2) + little(count, 2) +
           little(count * directory.size(), 4) + little(start, 4) + little(comment.size(), 2) +
           comment;
  }
};

std::string zip_of(const std::string& content) { return Zip{.content = content}.bytes(); }

std::string complaint_of(const std::string& bytes) {
  return complaint([&] { parse_npz(bytes, "x.npz"); });
}

std::vector<double> values_of(const std::string& npy) {
  return parse_npz(zip_of(npy), "x.npz").at(0).values;
}

TEST(NpzRead, WhatIsWrittenComesBack) {
  NpzWriter writer;
  Matrix<float> weights(7, 5);
  for (std::size_t k = 0; k < 35; ++k) weights.values()[k] = 0.5f * static_cast<float>(k);
  writer.add("layer.0.weight", weights.view());
  const Matrix<double> empty(0, 3);
  writer.add("empty", empty.view());
  const std::vector<double> bias{0.1, -2.0, 1e300};
  writer.add("bi\xC3\xA4s", std::span<const double>(bias));
  const std::vector<NpzArray> arrays = parse_npz(writer.finish(), "x.npz");
  ASSERT_EQ(arrays.size(), 3u);
  EXPECT_EQ(arrays[0].name, "layer.0.weight");
  EXPECT_EQ(arrays[0].shape, (std::vector<std::size_t>{7, 5}));
  for (std::size_t k = 0; k < 35; ++k)
    EXPECT_EQ(arrays[0].values.at(k), 0.5 * static_cast<double>(k));
  EXPECT_EQ(arrays[1].shape, (std::vector<std::size_t>{0, 3}));
  EXPECT_TRUE(arrays[1].values.empty());
  EXPECT_EQ(arrays[2].name, "bi\xC3\xA4s");
  EXPECT_EQ(arrays[2].values, bias);
  EXPECT_TRUE(parse_npz(NpzWriter().finish(), "x.npz").empty());
}

TEST(NpzRead, EveryTypeOfNumberIsRead) {
  const auto big = [](std::string bytes) { return std::string(bytes.rbegin(), bytes.rend()); };
  const std::uint32_t single = std::bit_cast<std::uint32_t>(-1.5f);
  const std::uint64_t twice = std::bit_cast<std::uint64_t>(1e300);
  EXPECT_EQ(values_of(npy("<f4", "(1,)", little(single, 4))), std::vector<double>{-1.5});
  EXPECT_EQ(values_of(npy(">f4", "(1,)", big(little(single, 4)))), std::vector<double>{-1.5});
  EXPECT_EQ(values_of(npy("<f8", "()", little(twice, 8))), std::vector<double>{1e300});
  EXPECT_EQ(values_of(npy(">f8", "(1,)", big(little(twice, 8)))), std::vector<double>{1e300});
  EXPECT_EQ(values_of(npy("<f2", "(4,)", little(0x7c00fc00c0003555, 8))),
            (std::vector<double>{0.333251953125, -2, -std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::infinity()}));
  EXPECT_TRUE(std::isnan(values_of(npy("<f2", "(1,)", little(0x7e00, 2))).at(0)));
  EXPECT_EQ(values_of(npy("|b1", "(3,)", little(0xFF0001, 3))), (std::vector<double>{1, 0, 1}));
  for (const int width : {1, 2, 4, 8}) {
    const std::string minus_two = little(static_cast<std::uint64_t>(-2), width);
    const auto type = [&](char kind) { return fmt::format("<{}{}", kind, width); };
    EXPECT_EQ(values_of(npy(type('i'), "(1,)", minus_two)), std::vector<double>{-2}) << width;
    EXPECT_EQ(values_of(npy(type('u'), "(1,)", minus_two)),
              std::vector<double>{std::ldexp(1, 8 * width) - 2})
        << width;
    EXPECT_EQ(values_of(npy(fmt::format(">i{}", width), "(1,)", big(minus_two))),
              std::vector<double>{-2});
  }
}

TEST(NpzRead, FortranOrderIsTurned) {
  const std::string data = little(0x050403020100, 6);
  EXPECT_EQ(values_of(npy("|u1", "(2, 3)", data, "True")), (std::vector<double>{0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(values_of(npy("|u1", "(6,)", data, "True")), (std::vector<double>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(values_of(npy("|u1", "(9000000000000000000, 0)", "", "True")), std::vector<double>());
  EXPECT_NE(complaint_of(zip_of(npy("|u1", "(1, 2, 3)", data, "True"))), "");
}

TEST(NpzRead, EveryVersionOfTheHeaderIsRead) {
  const std::string header = "{\"shape\": (2L,),'fortran_order':False,  'descr': '|u1'}";
  for (const int version : {1, 2, 3}) {
    const std::string file = npy_with_header(header, "\x01\x02", version);
    EXPECT_EQ(values_of(file), (std::vector<double>{1, 2})) << version;
  }
  EXPECT_NE(complaint_of(zip_of(npy_with_header(header, "\x01\x02", 4))).find("version 4"),
            std::string::npos);
}

TEST(NpzRead, ADeflatedFileIsTheSame) {
  const std::string content = npy("<f4", "(2, 500)", std::string(4000, '\0'));
  Zip zip{.content = content, .method = 8, .comment = "PK\x05\x06 is a comment"};
  const std::vector<NpzArray> arrays = parse_npz(zip.bytes(), "x.npz");
  EXPECT_EQ(arrays.at(0).values, std::vector<double>(1000));
  EXPECT_LT(zip.bytes().size(), 400u);
}

TEST(NpzRead, AFileCutShortAnywhereIsRefused) {
  const std::string content = npy("<f4", "(3, 2)", std::string(24, '\x3f'));
  for (const unsigned method : {0u, 8u}) {
    const std::string whole = Zip{.content = content, .method = method}.bytes();
    ASSERT_EQ(complaint_of(whole), "");
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_NE(complaint_of(whole.substr(0, size)), "") << size;
  }
  // within the entry, behind a zip that fits
  for (std::size_t size = 0; size < content.size(); ++size)
    EXPECT_NE(complaint_of(zip_of(content.substr(0, size))), "") << size;
}

TEST(NpzRead, AChangedByteIsNoticedOrChangesNothingOfTheNumbers) {
  const std::string content = npy("<f4", "(3, 2)", std::string(24, '\x3f'));
  for (const unsigned method : {0u, 8u}) {
    const std::string whole = Zip{.content = content, .method = method}.bytes();
    const std::vector<double> values = parse_npz(whole, "x").at(0).values;
    for (std::size_t place = 0; place < whole.size(); ++place) {
      std::string changed = whole;
      changed[place] = static_cast<char>(changed[place] ^ 0x41);
      try {
        EXPECT_EQ(parse_npz(changed, "x").at(0).values, values) << place;
      } catch (const ConfigError&) {
        // noticed
      }
    }
  }
}

TEST(NpzRead, ABombIsRefusedBeforeItIsUnpacked) {
  const std::string content = npy("<f4", "(1,)", "abcd");
  // a size that deflate cannot reach, a sum that no file of weights has, a shape past all bounds
  EXPECT_NE(complaint_of(Zip{.content = content, .method = 8, .size = 100'000'000}.bytes()), "");
  const std::string zeros = npy("|u1", "(10000000,)", std::string(10'000'000, '\0'));
  EXPECT_NE(complaint_of(Zip{.content = zeros, .method = 8, .count = 60000}.bytes())
                .find("made to be huge"),
            std::string::npos);
  EXPECT_NE(complaint_of(zip_of(npy("<f4", "(4294967296, 4294967296, 4294967296)", "abcd"))), "");
  EXPECT_NE(complaint_of(zip_of(npy("<f4", "(99999999999999999999999,)", "abcd"))), "");
}

TEST(NpzRead, TheSentenceNamesTheArrayAndTheMatter) {
  const std::string good = npy("<f4", "(1,)", "abcd");
  const auto says = [](const std::string& bytes, const std::string& part) {
    const std::string sentence = complaint_of(bytes);
    EXPECT_NE(sentence.find(part), std::string::npos) << sentence << " | " << part;
  };
  says("", "is not an NPZ file");
  says(good, "single array");
  says(zip_of(npy("<c8", "(1,)", "abcdefgh")), "array \"w\" has numbers of type \"<c8\"");
  says(zip_of(npy("|O", "(1,)", "abcdefgh")), "array \"w\" has numbers of type \"|O\"");
  says(zip_of(npy("<f4", "(2,)", "abcd")), "array \"w\" has 4 bytes");
  says(zip_of(npy("<f4", "(-1,)", "abcd")), "array \"w\" has a header");
  says(zip_of(npy_with_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
                              "abcd")),
       "array \"w\" has a header");
  says(zip_of("hello"), "array \"w\" is not in NumPy's format");
  says(Zip{.name = "data.pkl", .content = good}.bytes(), "\"data.pkl\"");
  says(Zip{.content = good, .method = 12}.bytes(), "method 12");
  says(Zip{.content = good, .flags = 1}.bytes(), "encrypted");
  says(Zip{.content = good, .count = 2}.bytes(), "two arrays \"w\"");
  says(Zip{.content = good, .size = 0xFFFFFFFF}.bytes(), "Zip64");
  std::string damaged = zip_of(good);
  damaged[damaged.find("abcd")] = 'x';
  says(damaged, "array \"w\" is damaged: its checksum");
}

TEST(NpzRead, WhatNumpyWritesIsRead) {
  const char* python = "/usr/bin/python3";
  if (std::system((std::string(python) + " -c 'import numpy' 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << python << " has no NumPy";
  const TestFolder folder;
  write_file_atomically(folder / "write.py", R"(
import sys, numpy
w = numpy.arange(1003 * 7).reshape(1003, 7)
arrays = {"a": w.astype(">f4"), "b": numpy.asfortranarray(w / 8), "c": (w % 64).astype("f2"),
          "d": w.astype("i8"), "e": numpy.float32(2.5), "f": w % 2 == 1}
numpy.savez(sys.argv[1] + "/plain.npz", **arrays)
numpy.savez_compressed(sys.argv[1] + "/packed.npz", **arrays)
)");
  ASSERT_EQ(
      std::system(fmt::format("{0} {1}/write.py {1}", python, folder.path().string()).c_str()), 0);
  for (const char* name : {"plain.npz", "packed.npz"}) {
    const std::vector<NpzArray> arrays = parse_npz(read_file(folder / name), name);
    ASSERT_EQ(arrays.size(), 6u);
    for (const std::size_t a : {0, 1, 2, 3, 5})
      EXPECT_EQ(arrays[a].shape, (std::vector<std::size_t>{1003, 7}));
    EXPECT_EQ(arrays[4].shape, std::vector<std::size_t>());
    EXPECT_EQ(arrays[4].values, std::vector<double>{2.5});
    for (std::size_t k = 0; k < 1003 * 7; ++k) {
      const auto number = static_cast<double>(k);
      ASSERT_EQ(arrays[0].values.at(k), number);
      ASSERT_EQ(arrays[1].values.at(k), number / 8);
      ASSERT_EQ(arrays[2].values.at(k), static_cast<double>(k % 64));
      ASSERT_EQ(arrays[3].values.at(k), number);
      ASSERT_EQ(arrays[5].values.at(k), static_cast<double>(k % 2));
    }
  }
}

}  // namespace
}  // namespace nernst::io
