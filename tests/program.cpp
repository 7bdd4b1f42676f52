// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "nernst/test_paths.h"

namespace nernst::test {

namespace {

using namespace std::chrono_literals;

void to_file(int descriptor, const char* path) {
  const int file = ::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file >= 0) ::dup2(file, descriptor);
}

// What the child does between fork and exec.
[[noreturn]] void become(const std::filesystem::path& folder, std::vector<char*>& words,
                         const Surroundings& surroundings, const char* out, const char* err) {
  ::setpgid(0, 0);
  if (::chdir(folder.c_str()) != 0) ::_exit(125);
  for (const std::string& setting : surroundings.environment) {
    const std::size_t equals = setting.find('=');
    ::setenv(setting.substr(0, equals).c_str(), setting.substr(equals + 1).c_str(), 1);
  }
  to_file(STDIN_FILENO, "/dev/null");
  to_file(STDOUT_FILENO, out);
  to_file(STDERR_FILENO, err);
#if !defined(NERNST_SANITIZED)
  if (surroundings.max_memory_bytes > 0) {
    const struct rlimit limit { surroundings.max_memory_bytes, surroundings.max_memory_bytes };
    ::setrlimit(RLIMIT_AS, &limit);
  }
#endif
  if (surroundings.max_file_bytes > 0) {
    const struct rlimit limit { surroundings.max_file_bytes, surroundings.max_file_bytes };
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ::execv(words.front(), words.data());
  ::_exit(126);
}

}  // namespace

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "nernst_test_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), name);
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Program::Program(const Folder& folder, const std::vector<std::string>& arguments,
                 const Surroundings& surroundings) {
  static std::atomic<int> number = 0;
  const std::string stem = ".program" + std::to_string(++number);
  out_ = surroundings.out_file.empty() ? folder / (stem + ".out")
                                       : std::filesystem::path(surroundings.out_file);
  err_ = folder / (stem + ".err");
  std::vector<std::string> all = {NERNST_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> words;
  for (std::string& word : all) words.push_back(word.data());
  words.push_back(nullptr);
  process_ = ::fork();
  if (process_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (process_ == 0) become(folder.path(), words, surroundings, out_.c_str(), err_.c_str());
}

Program::~Program() {
  if (!running()) return;
  signal(SIGKILL);
  wait();
}

void Program::signal(int number) {
  if (!status_) ::kill(process_, number);
}

bool Program::running() {
  if (status_) return false;
  int status = 0;
  if (::waitpid(process_, &status, WNOHANG) != process_) return true;
  status_ = status;
  return false;
}

Ended Program::wait() {
  const auto deadline = std::chrono::steady_clock::now() + 60s * kSlowness;
  while (running()) {
    std::this_thread::sleep_for(1ms);
    if (std::chrono::steady_clock::now() > deadline) signal(SIGKILL);
  }
  Ended ended;
  ended.code = WIFEXITED(*status_) ? WEXITSTATUS(*status_) : 128 + WTERMSIG(*status_);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(out_, ignored)) ended.out = read(out_);
  ended.err = read(err_);
  return ended;
}

Ended run(const Folder& folder, const std::vector<std::string>& arguments,
          const Surroundings& surroundings) {
  return Program(folder, arguments, surroundings).wait();
}

bool wait_for_file(Program& program, const std::filesystem::path& path) {
  while (!std::filesystem::exists(path)) {
    if (!program.running()) return std::filesystem::exists(path);
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  if (!(file << text << std::flush)) throw std::runtime_error("cannot write " + path.string());
}

Tree parse(const std::string& text) { return Tree::parse(text); }

}  // namespace nernst::test
