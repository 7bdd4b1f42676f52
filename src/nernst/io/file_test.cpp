// SPDX-License-Identifier: Apache-2.0
#include "nernst/io/file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <functional>
#include <thread>
#include <vector>

#include "nernst/io/test_help.h"

namespace nernst::io {
namespace {

// Runs `check` in a child whose files may not grow past `bytes`, as on a full disk; true when it
// returned true.
bool holds_on_a_full_disk(std::uint64_t bytes, const std::function<bool()>& check) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    bool held = false;
    try {
      held = check();
    } catch (...) {
    }
    ::_exit(held ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(File, WhatWasWrittenIsRead) {
  const TestFolder folder;
  const std::string bytes("a\0b\r\n\xFF", 6);
  write_file_atomically(folder / "x", bytes);
  EXPECT_EQ(read_file(folder / "x"), bytes);
  write_file_atomically(folder / "x", "");
  EXPECT_EQ(read_file(folder / "x"), "");
  EXPECT_EQ(folder.files(), 1u) << "the partial file is gone";
}

TEST(File, AMissingFileAFolderAndALargeFileAreTheUsersMistakes) {
  const TestFolder folder;
  EXPECT_EQ(complaint([&] { read_file(folder / "none"); }),
            (folder / "none").string() + ": no such file");
  EXPECT_NE(complaint([&] { read_file(folder / "none/below"); }), "");
  EXPECT_NE(complaint([&] { read_file(folder.path()); }).find("is a folder"), std::string::npos);
  write_file_atomically(folder / "x", "12345");
  EXPECT_EQ(read_file(folder / "x", 5), "12345");
  EXPECT_NE(complaint([&] { read_file(folder / "x", 4); }).find("at most 4 bytes"),
            std::string::npos);
  EXPECT_NE(complaint([&] { read_file(folder / "x", 0); }), "");
  // an endless one is not read to its end
  EXPECT_NE(complaint([] { read_file("/dev/zero", 1000003); }), "");
}

TEST(File, ALinkStaysALink) {
  const TestFolder folder;
  write_file_atomically(folder / "real", "old");
  std::filesystem::create_symlink("real", folder / "link");
  write_file_atomically(folder / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(read_file(folder / "real"), "new");
}

TEST(File, ADeviceIsWrittenToAndNotReplaced) {
  EXPECT_THROW(write_file_atomically("/dev/full", "x"), IoError);
  write_file_atomically("/dev/null", "x");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(File, WhatCannotBeWrittenSaysWhy) {
  const TestFolder folder;
  try {
    write_file_atomically("/dev/full", "x");
    FAIL();
  } catch (const IoError& error) {
    EXPECT_STREQ(error.what(), "/dev/full: No space left on device");
    EXPECT_EQ(error.path(), "/dev/full");
  }
  EXPECT_THROW(write_file_atomically(folder / "none/x", "x"), IoError);
  std::filesystem::create_directory(folder / "taken");
  EXPECT_THROW(write_file_atomically(folder / "taken", "x"), IoError);
  EXPECT_EQ(folder.files(), 1u) << "the partial file is gone";
}

TEST(File, AFullDiskLeavesTheOldFile) {
  const TestFolder folder;
  const std::string old_bytes(1003, 'o');
  write_file_atomically(folder / "x", old_bytes);
  EXPECT_TRUE(holds_on_a_full_disk(5000, [&] {
    try {
      write_file_atomically(folder / "x", std::string(100003, 'n'));
    } catch (const IoError& error) {
      return std::string(error.what()).find("File too large") != std::string::npos &&
             read_file(folder / "x") == old_bytes && folder.files() == 1;
    }
    return false;
  }));
  EXPECT_EQ(read_file(folder / "x"), old_bytes);
}

TEST(File, AKillDuringAWriteLeavesTheOldFileOrTheNewOne) {
  const TestFolder folder;
  const std::string even(3000017, 'e'), odd(2000003, 'o');
  write_file_atomically(folder / "x", even);
  for (int trial = 0; trial < 15; ++trial) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) {
        write_file_atomically(folder / "x", odd);
        write_file_atomically(folder / "x", even);
      }
    }
    ::usleep(1000 + 700 * static_cast<unsigned>(trial));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string found = read_file(folder / "x");
    EXPECT_TRUE(found == even || found == odd) << found.size();
  }
  // what a killed writer left behind does not pile up, nor stand in the way
  EXPECT_LE(folder.files(), 2u);
  write_file_atomically(folder / "x", odd);
  EXPECT_EQ(read_file(folder / "x"), odd);
  EXPECT_EQ(folder.files(), 1u);
}

TEST(File, SeveralWritersOfOnePathDoNotMix) {
  const TestFolder folder;
  std::vector<std::jthread> writers;
  for (char letter = 'a'; letter < 'e'; ++letter) {
    writers.emplace_back([&folder, letter] {
      for (int k = 0; k < 25; ++k) write_file_atomically(folder / "x", std::string(100003, letter));
    });
  }
  writers.clear();
  const std::string found = read_file(folder / "x");
  EXPECT_EQ(found, std::string(100003, found[0]));
  EXPECT_EQ(folder.files(), 1u);
}

TEST(File, FoldersAreMadeOrRefused) {
  const TestFolder folder;
  make_folder(folder / "a/b/c");
  make_folder(folder / "a/b/c");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "a/b/c"));
  write_file_atomically(folder / "file", "");
  EXPECT_THROW(make_folder(folder / "file"), IoError);
  EXPECT_THROW(make_folder(folder / "file/below"), IoError);
  EXPECT_TRUE(path_exists(folder / "file"));
  EXPECT_FALSE(path_exists(folder / "none"));
  EXPECT_FALSE(path_exists(folder / "file/below"));
}

TEST(AppendFile, LinesAreThereAtOnce) {
  const TestFolder folder;
  AppendFile file(folder / "metrics");
  EXPECT_EQ(file.size(), 0u);
  file.write_line("one");
  EXPECT_EQ(read_file(folder / "metrics"), "one\n");
  AppendFile other(std::move(file));
  other.write_line("");
  other.sync();
  EXPECT_EQ(other.size(), 5u);
  AppendFile again(folder / "metrics");
  again.write_line("three");
  EXPECT_EQ(read_file(folder / "metrics"), "one\n\nthree\n");
  EXPECT_THROW(again.write_line("two\nlines"), InternalError);
  EXPECT_THROW(AppendFile(folder / "none/metrics"), IoError);
}

TEST(AppendFile, AFullDiskTearsNoLine) {
  const TestFolder folder;
  AppendFile(folder / "metrics").write_line("first");
  EXPECT_TRUE(holds_on_a_full_disk(20, [&] {
    AppendFile file(folder / "metrics");
    try {
      file.write_line(std::string(103, 'x'));
    } catch (const IoError&) {
      return file.size() == 6;
    }
    return false;
  }));
  EXPECT_EQ(read_file(folder / "metrics"), "first\n");
  AppendFile full("/dev/full");
  EXPECT_THROW(full.write_line("x"), IoError);
}

TEST(AppendFile, AFileIsCutBackButNeverFilledUp) {
  const TestFolder folder;
  write_file_atomically(folder / "x", "one\ntwo\n");
  truncate_file(folder / "x", 4);
  EXPECT_EQ(read_file(folder / "x"), "one\n");
  truncate_file(folder / "x", 4);
  EXPECT_NE(complaint([&] { truncate_file(folder / "x", 5); }).find("lost its end"),
            std::string::npos);
  EXPECT_EQ(read_file(folder / "x"), "one\n");
  EXPECT_NE(complaint([&] { truncate_file(folder / "none", 0); }), "");
}

}  // namespace
}  // namespace nernst::io
