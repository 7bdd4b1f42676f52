// SPDX-License-Identifier: Apache-2.0
// Input that means no good, or looks as if it did: what it may cost, and what it may not print.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

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

TEST_F(Hostile, NoOptionTakesWhatIsNoNumber) {
  write(folder / "g.csv", "1e-3,1e-3\n");
  write(folder / "e.toml", std::string("[data]\nname = \"logic\"\ngate = \"xor\"\n"
                                       "[[network.layer]]\nunits = 1\n"));
  const std::vector<std::vector<std::string>> all = {
      {"device", "program", "ideal", "--tolerance"},
      {"circuit", "floorplan", "e.toml", "--mean-square"},
      {"circuit", "floorplan", "e.toml", "--slots"},
      {"circuit", "floorplan", "e.toml", "--line-pulses"},
      {"circuit", "floorplan", "e.toml", "--cell-pulses"},
      {"circuit", "export", "run", "--out", "spice", "--volts"},
      {"circuit", "export", "run", "--out", "spice", "--pulses"},
      {"circuit", "solve", "g.csv", "--wire"},
      {"circuit", "solve", "g.csv", "--row-wire"},
      {"circuit", "solve", "g.csv", "--column-wire"},
      {"circuit", "solve", "g.csv", "--driver"},
      {"circuit", "solve", "g.csv", "--sense"},
      {"circuit", "solve", "g.csv", "--volts"}};
  for (std::vector<std::string> words : all)
    for (const std::string value : {"nan", "-nan", "inf"}) {
      words.push_back(value);
      const Ended ended = run(folder, words);
      EXPECT_EQ(ended.code, 2) << words.back() << ended.out;
      const std::string option = words[words.size() - 2];
      EXPECT_NE(ended.err.find(option), std::string::npos) << ended.err;
      words.pop_back();
    }
}

TEST_F(Hostile, AnOptionThatIsGivenAsNothingIsNotOneThatIsLeftOut) {
  write(folder / "g.csv", "1e-3,1e-3\n");
  const std::vector<std::vector<std::string>> all = {
      {"circuit", "solve", "g.csv", "--out", ""},
      {"device", "curve", "ideal", "--out", ""},
      {"examples", "two_layer", "--out", ""},
      {"init", "--out", ""},
      {"train", "e.toml", "--out", ""},
      {"report", "run", "--out", ""},
      {"evaluate", "run", "--after", ""},
      {"evaluate", "run", "--data", ""},
      {"evaluate", "run", "--predictions", ""},
      {"circuit", "export", "run", "--out", "spice", "--rows", ""},
      {"runs", ""},
      {"device", "show", ""}};
  for (const std::vector<std::string>& words : all) {
    const Ended ended = run(folder, words);
    EXPECT_EQ(ended.code, 2) << words[0] << " " << words[1] << ended.out;
    EXPECT_NE(ended.err.find("was given as \"\"; give a value or leave it out"), std::string::npos)
        << ended.err;
  }
}

TEST_F(Hostile, WhatIsStoppedWhileItWaitsForAPipeEnds) {
  ASSERT_EQ(::mkfifo((folder / "pipe.csv").c_str(), 0600), 0);
  write(folder / "e.toml", std::string("[data]\nname = \"csv\"\npath = \"pipe.csv\"\n"
                                       "[[network.layer]]\nunits = 2\n"));
  Program program(folder, {"train", "e.toml", "--out", "run", "--quiet"});
  std::this_thread::sleep_for(std::chrono::milliseconds(300 * kSlowness));
  ASSERT_TRUE(program.running());
  program.signal(SIGINT);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(program.wait().code, 130);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5 * kSlowness));
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

TEST_F(Hostile, CountsBeyondAllWholeNumbersAreKeptAndSaid) {
  write(folder / "e.toml",
        std::string("[data]\nname = \"logic\"\ngate = \"xor\"\n"
                    "[[network.layer]]\nunits = 4\n[[network.layer]]\nunits = 1\n"
                    "[training]\nepochs = 3\nreference = false\n"));
  const std::vector<std::vector<std::string>> all = {
      {"chip.device=ideal", "device.cell.write_noise=5000"},
      {"training.learning_rate=1e6", "device.cell.dw_min=1e-12"},
      {"training.learning_rate=1e6", "device.cell.dw_min=1e-12", "chip.coding=count"}};
  for (std::size_t k = 0; k < all.size(); ++k) {
    const std::string name = "run" + std::to_string(k);
    std::vector<std::string> words = {"train", "e.toml", "--out", name, "--quiet"};
    for (const std::string& setting : all[k]) words.insert(words.end(), {"--set", setting});
    const Ended ended = run(folder, words);
    if (ended.code != 0) {
      EXPECT_EQ(ended.code, 4) << ended.err;  // (it may diverge, and says so)
      continue;
    }
    EXPECT_EQ(ended.out.find("-9,223"), std::string::npos) << ended.out;
    const Tree result = parse(read(folder / name / "result.json"));
    EXPECT_TRUE(result["ledger"]["unsent_pulses"].is_number()) << result.dump();
    EXPECT_EQ(run(folder, {"evaluate", name}).code, 0);
    EXPECT_EQ(run(folder, {"train", "--resume", name, "--epochs", "1"}).code, 0);
  }
}

}  // namespace

}  // namespace nernst::test
