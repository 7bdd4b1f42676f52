// SPDX-License-Identifier: Apache-2.0
// Input that means no good, or looks as if it did: what it may cost, and what it may not print.
#include <gtest/gtest.h>

#include <algorithm>

#include "nernst/io/deflate_test_help.h"
#include "program.h"

namespace nernst::test {

namespace {

using Words = std::vector<std::string>;
namespace fs = std::filesystem;

// Enough for the program itself and what a mistake may take, and not for what is packed in a bomb.
constexpr std::uint64_t kLittleMemory = std::uint64_t{300} << 20;
constexpr int kGzip = 16 + 15;

class Hostile : public ::testing::Test {
 protected:
  Ended nernst(const Words& words, const Surroundings& surroundings = {}) {
    return run(folder, words, surroundings);
  }
  // Exit code 2, one line, and what is said has `part` in it.
  void expect_mistake(const Words& words, const std::string& part,
                      const Surroundings& surroundings = {}) {
    const Ended ended = nernst(words, surroundings);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
  }
  void write_experiment(const std::string& data) {
    write(folder / "e.toml",
          "[data]\n" + data + "[[network.layer]]\nunits = 2\n[training]\nepochs = 1\n");
  }
  const Words train = {"train", "e.toml", "--out", "run", "--quiet"};
  Folder folder;
};

TEST_F(Hostile, ASmallFileDoesNotUnpackToALargeTable) {
  // 0.1 MB that hold 100 MB of one number
  write(folder / "t.csv.gz", io::deflated(std::string(std::size_t{100} << 20, '1'), kGzip));
  write_experiment("name = \"csv\"\npath = \"t.csv.gz\"\n");
  expect_mistake(train, "t.csv.gz: has ", {.max_memory_bytes = kLittleMemory});
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST_F(Hostile, AnIdxFileIsOnlyUnpackedToTheSizeOfItsHeader) {
  // ten images of 6 x 6 by the header, and 160 MB behind it
  const auto idx = [](const std::string& header, std::size_t more) {
    return io::deflated(header + std::string(more, '\0'), kGzip);
  };
  using namespace std::string_literals;
  write(folder / "d/train-images-idx3-ubyte.gz",
        idx("\0\0\x08\x03\0\0\0\x0a\0\0\0\x06\0\0\0\x06"s, std::size_t{160} << 20));
  write(folder / "d/train-labels-idx1-ubyte.gz", idx("\0\0\x08\x01\0\0\0\x0a"s, 10));
  write_experiment("name = \"idx\"\npath = \"d\"\n");
  expect_mistake(train, "train-images-idx3-ubyte.gz", {.max_memory_bytes = kLittleMemory});
}

// Sixty thousand keys are read in the time of sixty thousand keys: a minute of a quadratic reader
// is far beyond what a test waits for.
TEST_F(Hostile, ManyKeysTakeTheirTimeAndNoMore) {
  std::string toml, json;
  for (int k = 0; k < 60000; ++k) {
    toml += "key_" + std::to_string(k) + " = 1\n";
    json += (k == 0 ? "{" : ",") + ("\"key_" + std::to_string(k)) + "\": 1";
  }
  write(folder / "e.toml", toml);
  expect_mistake(train, "key_0: no such key");
  write_experiment("name = \"logic\"\n");
  ASSERT_EQ(
      nernst({"train", "e.toml", "--out", "run", "--quiet", "--set", "network.layer.0.units=1"})
          .code,
      0);
  write(folder / "run/data.json", json + "}");
  expect_mistake({"evaluate", "run"}, "data.json");
}

TEST_F(Hostile, ANumberTooSmallForADoubleIsZeroOrNamed) {
  write(folder / "t.csv",
        "1e-400,2,a\n3,1e-320,b\n2,2,a\n4,0,b\n1,3,a\n5,1,b\n1,1,a\n4,1,b\n2,3,a\n3,0,b\n");
  write_experiment("name = \"csv\"\npath = \"t.csv\"\n");
  const Ended ended = nernst(train);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.err.find("finite"), std::string::npos) << ended.err;
}

// Labels, names of columns and of files that would move the cursor, change colours or turn the
// direction of what is printed.
TEST_F(Hostile, NothingOfAFileReachesTheTerminalThatIsNotToBeRead) {
  const std::string csi = "\xc2\x9b", bell = "\a", escape = "\x1b[31m", turned = "\xe2\x80\xae";
  const std::string evil = csi + "2J" + escape + bell + turned;
  std::string table = "x" + evil + ",y,kind\n";
  for (int k = 0; k < 12; ++k)
    table += std::to_string(k) + "," + std::to_string(k % 3) + "," + (k % 2 == 0 ? "a" : "b") +
             evil + "\n";
  const std::string name = "t" + turned + ".csv";
  write(folder / name, table);
  write_experiment("name = \"csv\"\npath = \"" + name + "\"\n");
  const auto expect_clean = [&](const Words& words, int code) {
    const Ended ended = nernst(words);
    EXPECT_EQ(ended.code, code) << ended.err;
    for (const std::string& text : {ended.out, ended.err})
      for (const std::string& bad : {csi, bell, std::string("\x1b"), turned})
        EXPECT_EQ(text.find(bad), std::string::npos) << words.front() << ": " << text;
  };
  expect_clean({"train", "e.toml", "--out", "run"}, 0);
  expect_clean({"train", "e.toml", "--out", "run2", "--json"}, 0);
  expect_clean({"evaluate", "run"}, 0);
  expect_clean({"evaluate", "run", "--json"}, 0);
  expect_clean({"runs", "."}, 0);
  expect_clean({"train", "e.toml", "--out", "r3", "--set", "data.label_column=" + evil}, 2);
  expect_clean({"train", "e.toml", "--out", "r3", "--set", evil + "=1"}, 2);
  expect_clean({"train", evil}, 2);
  expect_clean({evil}, 2);
  // and in a page they are text
  if (nernst({"report", "run", "--out", "r.html"}).code == 0) {
    const std::string page = read(folder / "r.html");
    EXPECT_EQ(page.find("\x1b"), std::string::npos);
  }
}

}  // namespace

}  // namespace nernst::test
