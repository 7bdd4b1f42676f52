// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/hdf5.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>

#include "nernst/io/file.h"
#include "nernst/io/hdf5_format.h"
#include "nernst/io/test_help.h"

#if defined(__SANITIZE_ADDRESS__)
#define NERNST_TEST_WITH_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NERNST_TEST_WITH_ASAN
#endif
#endif

namespace nernst::io {
namespace {

template <class T>
std::vector<T> counted(std::size_t size) {
  std::vector<T> values(size);
  for (std::size_t k = 0; k < size; ++k) values[k] = static_cast<T>(k % 251);
  return values;
}

std::string sample() {
  Hdf5Writer writer;
  writer.write("/tiles/0/net", counted<float>(1003));
  writer.write("/tiles/0/state", counted<double>(37));
  writer.write("/tiles/1/net", counted<float>(0));
  writer.write("/ledger/pulses", counted<std::uint64_t>(11));
  writer.write("position", counted<std::int64_t>(3));
  writer.write("/bytes", counted<std::uint8_t>(5));
  writer.write("/words", counted<std::uint32_t>(7));
  writer.write_text("/config", "seed = 7 # \xC3\xA9\n");
  writer.write_text("/empty", "");
  return writer.finish();
}

TEST(Hdf5, WhatWasWrittenIsRead) {
  const Hdf5Reader reader(sample(), "x.h5");
  EXPECT_EQ(reader.names(),
            (std::vector<std::string>{"/bytes", "/config", "/empty", "/ledger/pulses", "/position",
                                      "/tiles/0/net", "/tiles/0/state", "/tiles/1/net", "/words"}));
  EXPECT_EQ(reader.read<float>("/tiles/0/net"), counted<float>(1003));
  EXPECT_EQ(reader.read<double>("tiles/0/state"), counted<double>(37));
  EXPECT_TRUE(reader.read<float>("/tiles/1/net").empty());
  EXPECT_EQ(reader.read<std::uint64_t>("/ledger/pulses"), counted<std::uint64_t>(11));
  EXPECT_EQ(reader.read<std::int64_t>("/position"), counted<std::int64_t>(3));
  EXPECT_EQ(reader.read<std::uint8_t>("/bytes"), counted<std::uint8_t>(5));
  EXPECT_EQ(reader.read<std::uint32_t>("/words"), counted<std::uint32_t>(7));
  EXPECT_EQ(reader.read_text("/config"), "seed = 7 # \xC3\xA9\n");
  EXPECT_EQ(reader.read_text("/empty"), "");
  EXPECT_EQ(reader.size("/tiles/0/net"), 1003u);
  EXPECT_TRUE(reader.contains("position"));
  EXPECT_FALSE(reader.contains("/tiles"));
}

TEST(Hdf5, ExtremeNumbersKeepTheirBits) {
  Hdf5Writer writer;
  const std::vector<double> doubles{-0.0, 5e-324, 1.7976931348623157e308};
  const std::vector<std::int64_t> integers{INT64_MIN, -1, INT64_MAX};
  const std::vector<std::uint64_t> naturals{0, UINT64_MAX};
  writer.write("d", doubles);
  writer.write("i", integers);
  writer.write("u", naturals);
  const Hdf5Reader reader(writer.finish(), "x");
  EXPECT_EQ(reader.read<std::int64_t>("i"), integers);
  EXPECT_EQ(reader.read<std::uint64_t>("u"), naturals);
  const std::vector<double> back = reader.read<double>("d");
  EXPECT_EQ(std::memcmp(back.data(), doubles.data(), sizeof(double) * doubles.size()), 0);
}

TEST(Hdf5, TheBytesDependOnTheContentOnly) { EXPECT_EQ(sample(), sample()); }

TEST(Hdf5, ManyGroupsAndLongNamesAreFound) {
  Hdf5Writer writer;
  const std::string long_name(1003, 'n');
  for (int tile = 0; tile < 503; ++tile)
    writer.write("/tiles/" + std::to_string(tile) + "/net",
                 counted<float>(static_cast<std::size_t>(tile % 5)));
  writer.write("/" + long_name + "/a/b/c/d", counted<float>(3));
  const Hdf5Reader reader(writer.finish(), "x");
  EXPECT_EQ(reader.names().size(), 504u);
  EXPECT_EQ(reader.size("/tiles/502/net"), 2u);
  EXPECT_EQ(reader.size("/" + long_name + "/a/b/c/d"), 3u);
}

TEST(Hdf5, AnEmptyFileIsOne) {
  EXPECT_TRUE(Hdf5Reader(Hdf5Writer().finish(), "x").names().empty());
}

TEST(Hdf5, WhatIsNotThereIsNamed) {
  const Hdf5Reader reader(sample(), "x.h5");
  EXPECT_EQ(complaint([&] { reader.read<float>("/none"); }), "x.h5: has no \"/none\"");
  EXPECT_EQ(complaint([&] { reader.read<double>("/tiles/0/net"); }),
            "x.h5: has \"/tiles/0/net\" as float where double is needed");
  EXPECT_NE(complaint([&] { reader.read_text("/words"); }), "");
  EXPECT_NE(complaint([&] { reader.read<std::uint8_t>("/config"); }), "");
  std::vector<float> place(1002);
  EXPECT_EQ(complaint([&] { reader.read_into<float>("/tiles/0/net", place); }),
            "x.h5: has 1003 numbers in \"/tiles/0/net\" where 1002 are needed");
  place.resize(1003);
  reader.read_into<float>("/tiles/0/net", place);
  EXPECT_EQ(place, counted<float>(1003));
}

TEST(Hdf5, ANameIsUsedOnceAndOnePathIsNoOther) {
  Hdf5Writer writer;
  writer.write("/a/b", counted<float>(3));
  EXPECT_THROW(writer.write("a/b", counted<float>(3)), InternalError);
  EXPECT_THROW(writer.write("/a", counted<float>(3)), InternalError);
  EXPECT_THROW(writer.write("/a/b/c", counted<float>(3)), InternalError);
}

TEST(Hdf5, CutShortAnywhereIsRefused) {
  const std::string whole = sample();
  for (std::size_t size = 0; size < whole.size(); ++size)
    ASSERT_EQ(complaint([&] { Hdf5Reader(whole.substr(0, size), "x.h5"); }).find("x.h5: is "), 0u)
        << size;
  EXPECT_NE(complaint([&] { Hdf5Reader(whole + '\0', "x"); }), "");
}

TEST(Hdf5, AnyBitThatFlipsIsNoticed) {
  std::string bytes = sample();
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    const char flipped = static_cast<char>(1 << (k % 8));
    bytes[k] = static_cast<char>(bytes[k] ^ flipped);
    ASSERT_NE(complaint([&] { Hdf5Reader(bytes, "x"); }), "") << k;
    bytes[k] = static_cast<char>(bytes[k] ^ flipped);
  }
}

// The file as libhdf5 made it, before the digest.
std::string plain(const std::string& bytes) { return std::string(checked_digest(bytes, "x")); }

TEST(Hdf5, AForgedFileIsReadOrRefused) {
  // each byte of the headers with each of some values, and a digest that fits
  const std::string whole = plain(sample());
  std::size_t read = 0, refused = 0;
  for (std::size_t k = 0; k < whole.size(); ++k) {
    for (const int value : {0x00, 0x01, 0x02, 0x08, 0x10, 0x30, 0x7F, 0x80, 0xFF}) {
      std::string forged = whole;
      forged[k] = static_cast<char>(value);
      try {
        const Hdf5Reader reader(with_digest(std::move(forged)), "x");
        ++read;
        for (const std::string& name : reader.names()) reader.size(name);
      } catch (const ConfigError&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(read, 0u);
  EXPECT_GT(refused, 0u);
}

TEST(Hdf5, ACutFileWithAFittingDigestIsRefused) {
  const std::string whole = plain(sample());
  for (std::size_t size = 0; size < whole.size(); ++size)
    ASSERT_NE(complaint([&] { Hdf5Reader(with_digest(whole.substr(0, size)), "x"); }), "") << size;
}

TEST(Hdf5, ALinkInACircleIsRefused) {
  Hdf5Writer writer;
  writer.write("/group/list", counted<float>(3));
  std::string bytes = plain(writer.finish());
  // the link in /group to `list` now leads to the root, whose header stands behind the superblock
  const std::size_t link = bytes.find("\x04list");
  ASSERT_NE(link, std::string::npos);
  bytes.replace(link + 5, 8, std::string("\x30\0\0\0\0\0\0\0", 8));
  EXPECT_NE(complaint([&] { Hdf5Reader(with_digest(bytes), "x"); }).find("two names"),
            std::string::npos);
}

// Any HDF5 tool must be able to open a checkpoint, with the digest at its end.
TEST(Hdf5, LibhdfReadsTheSame) {
  const TestFolder folder;
  const std::string path = (folder / "x.h5").string();
  write_file_atomically(path, sample());
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  ASSERT_GE(file, 0);
  const hid_t list = H5Dopen2(file, "/tiles/0/net", H5P_DEFAULT);
  ASSERT_GE(list, 0);
  std::vector<float> values(1003);
  EXPECT_GE(H5Dread(list, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
  EXPECT_EQ(values, counted<float>(1003));
  H5Dclose(list);
  const hid_t text = H5Dopen2(file, "/config", H5P_DEFAULT);
  ASSERT_GE(text, 0);
  const hid_t type = H5Dget_type(text);
  std::string config(H5Tget_size(type), '\0');
  EXPECT_GE(H5Dread(text, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, config.data()), 0);
  EXPECT_EQ(config, "seed = 7 # \xC3\xA9\n");
  H5Tclose(type);
  H5Dclose(text);
  const hid_t empty = H5Dopen2(file, "/tiles/1/net", H5P_DEFAULT);
  EXPECT_GE(empty, 0);
  H5Dclose(empty);
  H5Fclose(file);
}

// (a sanitizer takes more address space than any limit)
#ifndef NERNST_TEST_WITH_ASAN
TEST(Hdf5DeathTest, WantOfMemoryIsCalledThat) {
  const auto values = counted<float>(std::size_t{1} << 26);
  const auto write_in_little = [&] {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t bytes = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (rlim_t{64} << 20);
    const rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_AS, &limit);
    try {
      Hdf5Writer writer;
      writer.write("/large", values);
    } catch (const std::bad_alloc&) {
      std::_Exit(0);
    } catch (...) {
      std::_Exit(1);
    }
    std::_Exit(2);
  };
  EXPECT_EXIT(write_in_little(), testing::ExitedWithCode(0), "");
}
#endif

}  // namespace
}  // namespace nernst::io
