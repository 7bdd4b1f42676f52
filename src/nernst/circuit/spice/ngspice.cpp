// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/spice/ngspice.h"

#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <vector>

#include "nernst/base/error.h"
#include "nernst/io/file.h"
#ifdef NERNST_NGSPICE
#include <ngspice/sharedspice.h>
#endif

namespace nernst {

namespace fs = std::filesystem;

namespace {

// "v(c0_1)" is c0_1 and "i(vr0)" is vr0#branch.
std::string plain_name(const std::string& name) {
  if (name.size() < 4 || name[1] != '(' || name.back() != ')') return name;
  const std::string inner = name.substr(2, name.size() - 3);
  return name[0] == 'i' ? inner + "#branch" : inner;
}

// A folder of its own that is gone with it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "nernst-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw IoError(name, "cannot be made");
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class Program final : public Ngspice {
 public:
  SpiceValues run(const Netlist& netlist) override {
    const ScratchFolder folder;
    const fs::path raw = folder.path() / "result.raw";
    std::string text = "* " + netlist.title + "\n";
    for (const std::string& line : netlist.lines) text += line + "\n";
    text += ".control\nset filetype=ascii\nset numdgt=14\n" + netlist.analysis + "\nwrite " +
            raw.string() + " all\nquit\n.endc\n.end\n";
    const fs::path circuit = folder.path() / "circuit.cir";
    io::write_file_atomically(circuit, text);
    // (the names are our own)
    const std::string command = "ngspice -b '" + circuit.string() + "' 2>&1 </dev/null";
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    NERNST_CHECK(pipe != nullptr);
    std::string said;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += static_cast<char>(c);
    ::pclose(pipe);
    if (!io::path_exists(raw)) throw ConfigError("ngspice", said, "did not run the netlist");
    return parse_raw_file(io::read_file(raw), "ngspice");
  }
  std::string name() const override { return "ngspice"; }
};

bool has_program() { return std::system("ngspice --version >/dev/null 2>&1") == 0; }

#ifdef NERNST_NGSPICE
// libngspice keeps one circuit for the whole process.
class Library {
 public:
  explicit Library(void* handle) : handle_(handle) {
    load(circ_, "ngSpice_Circ");
    load(command_, "ngSpice_Command");
    load(vector_, "ngGet_Vec_Info");
    load(plot_, "ngSpice_CurPlot");
    load(all_, "ngSpice_AllVecs");
    decltype(&ngSpice_Init) init = nullptr;
    load(init, "ngSpice_Init");
    init(&Library::heard, &Library::ignored, &Library::gave_up, nullptr, nullptr, nullptr, this);
  }

  SpiceValues run(const Netlist& netlist) {
    said_.clear();
    failed_ = false;
    std::vector<std::string> text = {"* " + netlist.title};
    text.insert(text.end(), netlist.lines.begin(), netlist.lines.end());
    text.emplace_back(".end");
    std::vector<char*> lines;
    for (std::string& line : text) lines.push_back(line.data());
    lines.push_back(nullptr);
    if (circ_(lines.data()) != 0 || failed_) refuse();
    command(netlist.analysis);
    SpiceValues values;
    std::string plot = plot_();
    for (char** name = all_(plot.data()); name != nullptr && *name != nullptr; ++name) {
      std::string full = plot + "." + *name;
      const vector_info* const info = vector_(full.data());
      if (info == nullptr || info->v_realdata == nullptr || info->v_length < 1) continue;
      values[plain_name(*name)] = info->v_realdata[info->v_length - 1];
    }
    const bool complained = said_.find("rror") != std::string::npos;
    command("destroy all");
    command("remcirc");
    // (it goes on with what it could make of a line that it did not understand)
    if (complained) refuse();
    return values;
  }

 private:
  template <class Function>
  void load(Function& function, const char* symbol) {
    function = reinterpret_cast<Function>(::dlsym(handle_, symbol));
    NERNST_CHECK(function != nullptr);
  }
  void command(std::string text) {
    if (command_(text.data()) != 0 || failed_) refuse();
  }
  [[noreturn]] void refuse() { throw ConfigError("libngspice", said_, "did not run the netlist"); }
  static int heard(char* text, int, void* self) {
    static_cast<Library*>(self)->said_ += std::string(text) + "\n";
    return 0;
  }
  static int ignored(char*, int, void*) { return 0; }
  static int gave_up(int, NG_BOOL, NG_BOOL, int, void* self) {
    static_cast<Library*>(self)->failed_ = true;
    return 0;
  }

  void* handle_;
  decltype(&ngSpice_Circ) circ_ = nullptr;
  decltype(&ngSpice_Command) command_ = nullptr;
  decltype(&ngGet_Vec_Info) vector_ = nullptr;
  decltype(&ngSpice_CurPlot) plot_ = nullptr;
  decltype(&ngSpice_AllVecs) all_ = nullptr;
  std::string said_;
  bool failed_ = false;
};

// Its circuit and its state are the process's: it is loaded once, and never unloaded.
class LibraryUser final : public Ngspice {
 public:
  explicit LibraryUser(void* handle) : library_(the_library(handle)) {}
  SpiceValues run(const Netlist& netlist) override { return library_.run(netlist); }
  std::string name() const override { return "libngspice"; }

 private:
  static Library& the_library(void* handle) {
    static Library library(handle);
    return library;
  }
  Library& library_;
};

// Null where the library is not there.
std::unique_ptr<Ngspice> open_library() {
  void* const handle = ::dlopen("libngspice.so.0", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return nullptr;
  return std::make_unique<LibraryUser>(handle);
}
#else
std::unique_ptr<Ngspice> open_library() { return nullptr; }
#endif

}  // namespace

std::unique_ptr<Ngspice> make_ngspice(SpiceEngine engine) {
  if (engine != SpiceEngine::program) {
    if (auto library = open_library()) return library;
    if (engine == SpiceEngine::library)
      throw ConfigError("libngspice", "not found",
                        "install libngspice0-dev before Nernst is built, or take the program");
  }
  if (!has_program())
    throw ConfigError("ngspice", "not found", "install the package ngspice or libngspice0");
  return std::make_unique<Program>();
}

SpiceValues parse_raw_file(std::string_view text, const std::string& where) {
  const auto damaged = [&]() -> ConfigError {
    return ConfigError(where, "its answer", "is no ASCII raw file of real numbers");
  };
  std::istringstream lines{std::string(text)};
  std::string line;
  std::size_t variables = 0, points = 0;
  std::vector<std::string> names;
  const auto number_after = [&](std::string_view key) {
    std::size_t value = 0;
    const char* const begin = line.data() + line.find_first_not_of(' ', key.size());
    if (std::from_chars(begin, line.data() + line.size(), value).ec != std::errc()) throw damaged();
    return value;
  };
  while (std::getline(lines, line)) {
    if (line.starts_with("No. Variables:")) variables = number_after("No. Variables:");
    if (line.starts_with("No. Points:")) points = number_after("No. Points:");
    if (line.starts_with("Variables:")) break;
  }
  constexpr std::size_t most = 10'000'000;
  if (variables == 0 || points == 0 || variables > most) throw damaged();
  for (std::size_t k = 0; k < variables; ++k) {
    std::string index, name, type;
    if (!(lines >> index >> name >> type)) throw damaged();
    names.push_back(plain_name(name));
    std::getline(lines, line);
  }
  if (!std::getline(lines, line) || !line.starts_with("Values:")) throw damaged();
  SpiceValues values;
  for (std::size_t p = 0; p < points; ++p) {
    std::string index;
    if (!(lines >> index)) throw damaged();
    for (const std::string& name : names) {
      double value = 0;
      if (!(lines >> value)) throw damaged();
      values[name] = value;
    }
  }
  return values;
}

}  // namespace nernst
