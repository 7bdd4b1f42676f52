// SPDX-License-Identifier: Apache-2.0
// What a run or a comparison leaves on the disk: where it may lie, who may write to it, and that
// nothing in it is believed that is not what was written.
#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

#include "nernst/test_paths.h"
#include "program.h"

namespace nernst::test {

namespace {

using Words = std::vector<std::string>;
namespace fs = std::filesystem;

const char* const kXor = R"(
[data]
name = "logic"
repeats = 50
[[network.layer]]
units = 3
[[network.layer]]
units = 1
[training]
epochs = 3
reference = false
)";

class RunFolders : public ::testing::Test {
 protected:
  void SetUp() override { write(folder / "xor.toml", kXor); }
  Ended nernst(const Words& words) { return run(folder, words); }
  Ended train(const std::string& out) {
    return nernst({"train", "xor.toml", "--out", out, "--quiet"});
  }
  void expect_mistake(const Words& words, const std::string& part) {
    const Ended ended = nernst(words);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  }
  std::string digest(const std::string& of) {
    return parse(read(folder / of / "result.json"))["weights_digest"];
  }
  Folder folder;
};

TEST_F(RunFolders, AnEmptyFolderWillDoHoweverItIsNamed) {
  ASSERT_EQ(train("plain").code, 0);
  const std::string expected = digest("plain");
  fs::create_directory(folder / "empty");
  EXPECT_EQ(train("empty/").code, 0);
  EXPECT_EQ(digest("empty"), expected);
  fs::create_directory(folder / "target");
  fs::create_directory_symlink(folder / "target", folder / "link");
  EXPECT_EQ(train("link").code, 0);
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(digest("target"), expected);
  fs::create_directory(folder / "here");
  const std::string command = "cd '" + (folder / "here").string() +
                              "' && '" NERNST_PROGRAM "' train ../xor.toml --out . --quiet";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(digest("here"), expected);
  EXPECT_EQ(nernst({"evaluate", "new/../here"}).code, 2);
  EXPECT_EQ(nernst({"evaluate", "here"}).code, 0);
}

TEST_F(RunFolders, NothingOfOthersIsTakenAway) {
  write(folder / "full/mine.txt", "mine");
  write(folder / ".run.partial/mine.txt", "mine");
  expect_mistake({"train", "xor.toml", "--out", "full"}, "is there already");
  EXPECT_EQ(train("run").code, 0);
  EXPECT_EQ(read(folder / "full/mine.txt"), "mine");
  EXPECT_EQ(read(folder / ".run.partial/mine.txt"), "mine");
  // a run that failed before it began leaves nothing
  expect_mistake({"train", "xor.toml", "--out", "bad", "--set", "network.layer.1.units=5"},
                 "network.layer.1.units");
  int entries = 0;
  for (const auto& entry : fs::directory_iterator(folder.path()))
    entries += entry.path().filename().string().find("bad") != std::string::npos ? 1 : 0;
  EXPECT_EQ(entries, 0);
}

TEST_F(RunFolders, WhatAnAttemptThatWasKilledHasLeftIsNoHindrance) {
  // killed in a folder that was there, before config.toml
  write(folder / "run/run.json", "{}");
  write(folder / "run/.data.json.partial", "");
  EXPECT_EQ(train("run").code, 0);
  write(folder / "c.toml",
        std::string(kXor) + "[compare]\nseeds = [1]\n[[strategy]]\nname = \"a\"\n");
  write(folder / "c/.compare.toml.partial", "");
  EXPECT_EQ(nernst({"compare", "c.toml", "--out", "c", "--quiet"}).code, 0);
}

TEST_F(RunFolders, PartialFoldersOfTheDeadGoAndOthersStay) {
  const auto partial = [&](const std::string& name, const std::string& file, int minutes) {
    write(folder / name / file, "{}");
    fs::last_write_time(folder / name,
                        fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
  };
  partial(".run.partial-dead01", "run.json", 5);
  partial(".run.partial-dead02", ".data.json.aBcDeF", 5);
  partial(".run.partial-fresh1", "run.json", 0);
  partial(".run.partial-other1", "mine.txt", 5);
  partial(".run2.partial-dead01", "run.json", 5);
  EXPECT_EQ(train("run").code, 0);
  EXPECT_FALSE(fs::exists(folder / ".run.partial-dead01"));
  EXPECT_FALSE(fs::exists(folder / ".run.partial-dead02"));
  EXPECT_TRUE(fs::exists(folder / ".run.partial-fresh1/run.json"));
  EXPECT_TRUE(fs::exists(folder / ".run.partial-other1/mine.txt"));
  EXPECT_TRUE(fs::exists(folder / ".run2.partial-dead01/run.json"));
}

TEST_F(RunFolders, OneProcessAtATimeGoesOnWithARun) {
  const Words words = {"train", "xor.toml",
                       "--out", "run",
                       "--set", "data.repeats=20000",
                       "--set", "training.epochs=1000",
                       "--set", "training.checkpoint_s=0.01"};
  Program first(folder, words);
  ASSERT_TRUE(wait_for_file(first, folder / "run/checkpoint.h5"));
  expect_mistake({"train", "--resume", "run"},
                 "is in use by process " + std::to_string(first.process()));
  first.signal(SIGKILL);
  first.wait();
  // a kill leaves no lock
  Program second(folder, {"train", "--resume", "run"});
  std::error_code error;
  const auto before = fs::last_write_time(folder / "run/checkpoint.h5", error);
  for (int k = 0; k < 1000 && fs::last_write_time(folder / "run/checkpoint.h5") == before; ++k)
    ::usleep(10000);
  EXPECT_NE(fs::last_write_time(folder / "run/checkpoint.h5"), before);
  second.signal(SIGKILL);
  second.wait();
}

TEST_F(RunFolders, ALinkThatLeadsNowhereTakesAName) {
  const auto name_of = [&](const Ended& ended) {
    return parse(ended.out)["run"].get<std::string>();
  };
  const std::string first = name_of(nernst({"train", "xor.toml", "--json"}));
  fs::remove_all(folder / first);
  fs::create_symlink("nowhere", folder / first);
  const Ended second = nernst({"train", "xor.toml", "--json"});
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_EQ(name_of(second), first + "-2");
}

TEST_F(RunFolders, SeveralThatBeginAtOnceHaveAFolderEach) {
  const Words words = {"train", "xor.toml", "--quiet"};
  {
    Program one(folder, words), two(folder, words), three(folder, words);
    EXPECT_EQ(one.wait().code, 0);
    EXPECT_EQ(two.wait().code, 0);
    EXPECT_EQ(three.wait().code, 0);
  }
  int runs = 0;
  for (const auto& entry : fs::directory_iterator(folder / "runs")) {
    EXPECT_TRUE(fs::exists(entry.path() / "result.json")) << entry.path();
    ++runs;
  }
  EXPECT_EQ(runs, 3);
}

TEST_F(RunFolders, ClosedStandardStreamsGoNowhere) {
  ASSERT_EQ(train("plain").code, 0);
  const std::string command = "cd '" + folder.path().string() +
                              "' && '" NERNST_PROGRAM
                              "' train xor.toml --out closed 0<&- 1>&- 2>&-";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(digest("closed"), digest("plain"));
  EXPECT_EQ(nernst({"evaluate", "closed"}).code, 0);
}

TEST_F(RunFolders, LostLinesOfMetricsAreMadeAgain) {
  ASSERT_EQ(train("run").code, 0);
  const std::string expected = digest("run"), metrics = read(folder / "run/metrics.jsonl");
  fs::remove(folder / "run/result.json");
  write(folder / "run/metrics.jsonl", metrics.substr(0, metrics.size() / 2));
  const Ended ended = nernst({"train", "--resume", "run"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.err.find("metrics.jsonl has lost its end; the run begins again"),
            std::string::npos)
      << ended.err;
  EXPECT_EQ(digest("run"), expected);
}

TEST_F(RunFolders, WhatWasEditedIsNotBelieved) {
  ASSERT_EQ(train("run").code, 0);
  const std::vector<Words> readers = {{"evaluate", "run"},
                                      {"report", "run", "--out", "r.html"},
                                      {"train", "--resume", "run"},
                                      {"circuit", "floorplan", "run"}};
  const auto with = [&](const char* file, const std::string& from, const std::string& to,
                        const std::string& said) {
    const std::string good = read(folder / "run" / file);
    const std::size_t place = good.find(from);
    ASSERT_NE(place, std::string::npos) << file;
    std::string bad = good;
    bad.replace(place, from.size(), to);
    write(folder / "run" / file, bad);
    for (const Words& words : readers) {
      SCOPED_TRACE(words.front() + " with another " + file);
      expect_mistake(words, said);
    }
    write(folder / "run" / file, good);
  };
  with("config.toml", "units = 3", "units = 4", "belongs to another config");
  with("config.toml", "adc_bits = ", "adc_bits = 1", "belongs to another config");
  with("data.json", "\"offsets\": [\n    0", "\"offsets\": [\n    1",
       "is not what the run was begun");
  with("data.json", "\"widths\"", "\"width\"", "widths: is missing");
  with("run.json", "\"config_checksum\"", "\"config_sum\"", "config_checksum: is missing");
}

TEST_F(RunFolders, MetricsThatWereEditedAreNotBelieved) {
  ASSERT_EQ(train("run").code, 0);
  std::string metrics = read(folder / "run/metrics.jsonl");
  const std::size_t place = metrics.find("\"train_accuracy\":0.");
  ASSERT_NE(place, std::string::npos) << metrics;
  char& digit = metrics[place + 19];
  digit = digit == '9' ? '8' : '9';
  write(folder / "run/metrics.jsonl", metrics);
  expect_mistake({"report", "run", "--out", "r.html"}, "is not what this run has written");
  fs::remove(folder / "run/result.json");
  expect_mistake({"train", "--resume", "run"}, "is not what this run has written");
}

// The digest of the whole file finds every one.
TEST_F(RunFolders, NoBitOfACheckpointChangesInSilence) {
  ASSERT_EQ(train("run").code, 0);
  // (whose digest of the chip would be another proof)
  fs::remove(folder / "run/result.json");
  const auto said = [&] {
    Ended ended = nernst({"evaluate", "run", "--weights", "w.npz", "--json"});
    if (ended.code == 0) ended.out += read(folder / "w.npz");
    fs::remove(folder / "w.npz");
    return ended;
  };
  const Ended expected = said();
  ASSERT_EQ(expected.code, 0) << expected.err;
  const std::string good = read(folder / "run/checkpoint.h5");
  int refused = 0;
  constexpr int flips = 150;
  for (int k = 0; k < flips; ++k) {
    std::string bad = good;
    const std::size_t place = (2 * static_cast<std::size_t>(k) + 1) * good.size() / (2 * flips);
    bad[place] = static_cast<char>(bad[place] ^ (1 << k % 8));
    write(folder / "run/checkpoint.h5", bad);
    const Ended ended = said();
    if (ended.code == 0) {
      EXPECT_EQ(ended.out, expected.out) << "byte " << place;
    } else {
      EXPECT_EQ(ended.code, 2) << ended.err;
      refused += 1;
    }
  }
  EXPECT_EQ(refused, flips);
}

// A whole checkpoint, but of another moment than the result beside it.
TEST_F(RunFolders, AResultAndItsChipBelongTogether) {
  ASSERT_EQ(train("run").code, 0);
  const std::string checkpoint = read(folder / "run/checkpoint.h5");
  ASSERT_EQ(nernst({"train", "--resume", "run", "--epochs", "2", "--quiet"}).code, 0);
  EXPECT_EQ(nernst({"evaluate", "run"}).code, 0);
  write(folder / "run/checkpoint.h5", checkpoint);
  expect_mistake({"evaluate", "run"}, "does not hold the chip of this run's result.json");
}

TEST_F(RunFolders, ARunOfTheReferenceBackEndIsReadAsSuch) {
  const Surroundings reference{.environment = {"NERNST_BACKEND=reference"}};
  ASSERT_EQ(run(folder, {"train", "xor.toml", "--out", "r", "--quiet"}, reference).code, 0);
  EXPECT_EQ(nernst({"evaluate", "r", "--weights", "w.npz"}).code, 0);
  EXPECT_EQ(nernst({"report", "r", "--out", "r.html"}).code, 0);
  fs::remove(folder / "r/result.json");
  expect_mistake({"train", "--resume", "r"}, "set NERNST_BACKEND=reference");
  EXPECT_EQ(run(folder, {"train", "--resume", "r"}, reference).code, 0);
}

TEST_F(RunFolders, MoreThreadsThanCoresAndMoreColumnsThanThereAre) {
  const Ended quiet = nernst({"train", "xor.toml", "--out", "t", "--quiet", "--threads", "64"});
  EXPECT_EQ(quiet.code, 0);
  EXPECT_EQ(quiet.err, "");
  expect_mistake({"train", "xor.toml", "--out", "c", "--set", "training.update=tiki_taka", "--set",
                  "training.tiki_taka.transfer_columns=1048576"},
                 "the largest array has 4 columns");
}

TEST_F(RunFolders, AComparisonReusesOnlyWhatIsProven) {
  write(folder / "t.csv", "1,2,a\n3,1,b\n2,2,a\n4,0,b\n1,3,a\n5,1,b\n1,1,a\n4,1,b\n2,3,a\n3,0,b\n");
  write(folder / "c.toml",
        "[data]\nname = \"csv\"\npath = \"t.csv\"\n[[network.layer]]\nunits = 2\n"
        "[training]\nepochs = 2\n[compare]\nseeds = [1]\n[[strategy]]\nname = \"a\"\n"
        "[[strategy]]\nname = \"b\"\n[strategy.training]\nschedule = \"conventional\"\n");
  const Words again = {"compare", "c.toml", "--out", "c", "--json"};
  const Ended first = nernst(again);
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(parse(nernst(again).out)["strategies"], parse(first.out)["strategies"]);

  for (const char* of : {"c/a-seed1/result.json", "c/float-seed1/result.json"}) {
    const std::string good = read(folder / of);
    Tree edited = parse(good);
    edited["test_accuracy"] = 7.5;
    Tree text = parse(good);
    text["test_accuracy"] = "high";
    for (const std::string& bad :
         {std::string("{}"), std::string("null"), std::string("[1"), edited.dump(), text.dump()}) {
      write(folder / of, bad);
      expect_mistake(again, "is damaged or was edited");
    }
    write(folder / of, good);
  }
  EXPECT_EQ(nernst(again).code, 0);
  // a run that is to go on beyond the end that the comparison asks for
  const std::string result = read(folder / "c/a-seed1/result.json");
  fs::remove(folder / "c/a-seed1/result.json");
  write(folder / "c/a-seed1/more_epochs.json", "{\"epochs\": 4}");
  expect_mistake(again, "was trained for more epochs than the comparison asks for");
  fs::remove(folder / "c/a-seed1/more_epochs.json");
  write(folder / "c/a-seed1/result.json", result);
  EXPECT_EQ(nernst(again).code, 0);
  // other numbers than those that stand there
  const Ended reference = run(folder, again, {.environment = {"NERNST_BACKEND=reference"}});
  EXPECT_EQ(reference.code, 2);
  EXPECT_NE(reference.err.find("set NERNST_BACKEND=fast, or give the comparison another --out"),
            std::string::npos)
      << reference.err;
  write(folder / "t.csv", "1,2,a\n3,1,b\n2,2,b\n4,0,b\n1,3,a\n5,1,b\n1,1,a\n4,1,b\n2,3,a\n3,0,b\n");
  expect_mistake(again, "was made with other data");
}

TEST_F(RunFolders, AComparisonMeetsItsDataBeforeItBegins) {
  write(folder / "c.toml",
        std::string(kXor) +
            "[compare]\nseeds = [1]\n[[strategy]]\nname = \"good\"\n"
            "[[strategy]]\nname = \"wide\"\n[[strategy.network.layer]]\nunits = 4\n"
            "[[strategy.network.layer]]\nunits = 7\n");
  expect_mistake({"compare", "c.toml", "--out", "c"}, "strategy \"wide\": network.layer.1.units");
  EXPECT_FALSE(fs::exists(folder / "c"));
}

TEST_F(RunFolders, NothingIsLostWhereARunCannotGoOn) {
  ASSERT_EQ(train("run").code, 0);
  const std::string checkpoint = read(folder / "run/checkpoint.h5");
  const std::string result = read(folder / "run/result.json");
  const std::string ledger = read(folder / "run/ledger.json");
  write(folder / "run/checkpoint.h5", checkpoint.substr(0, checkpoint.size() / 2));
  EXPECT_EQ(nernst({"train", "--resume", "run", "--epochs", "2"}).code, 2);
  EXPECT_EQ(read(folder / "run/result.json"), result);
  EXPECT_EQ(read(folder / "run/ledger.json"), ledger);
  EXPECT_FALSE(fs::exists(folder / "run/more_epochs.json"));
  // with the whole of it the run goes on
  write(folder / "run/checkpoint.h5", checkpoint);
  EXPECT_EQ(nernst({"train", "--resume", "run", "--epochs", "2"}).code, 0);
  EXPECT_EQ(parse(read(folder / "run/result.json"))["epochs"], 5);
}

TEST_F(RunFolders, ARunThatWasMovedDoesNotWriteIntoAnother) {
  Program first(folder, {"train", "xor.toml", "--out", "run", "--quiet", "--set",
                         "training.epochs=1000000", "--set", "training.checkpoint_s=0.1"});
  ASSERT_TRUE(wait_for_file(first, folder / "run/checkpoint.h5"));
  fs::rename(folder / "run", folder / "moved");
  fs::create_directory(folder / "run");
  write(folder / "run/mine.txt", "mine");
  const Ended ended = first.wait();
  EXPECT_EQ(ended.code, 4) << ended.err;
  EXPECT_NE(ended.err.find("is no longer the folder of this run"), std::string::npos) << ended.err;
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder / "run")) ++entries;
  EXPECT_EQ(entries, 1u);
  EXPECT_EQ(nernst({"evaluate", "moved"}).code, 0);
}

TEST_F(RunFolders, ANameOfSeveralLinesIsListedOnOne) {
  ASSERT_EQ(train("runs/two\nlines").code, 0);
  const Ended ended = nernst({"runs"});
  EXPECT_NE(ended.out.find("two?lines"), std::string::npos) << ended.out;
}

}  // namespace

}  // namespace nernst::test
