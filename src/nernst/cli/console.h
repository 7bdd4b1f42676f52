// SPDX-License-Identifier: Apache-2.0
// Standard output and standard error: what they can show, and who may write to them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nernst {

// What a stream can show.
struct Look {
  bool terminal = false;
  bool unicode = false;     // the locale is UTF-8
  bool color = false;       // a terminal, and NO_COLOR is not set
  std::size_t columns = 0;  // of the terminal; 0 = lines may be of any length
};

enum class Shade { plain, strong, faint, good, bad };

// `text` in a shade, where the stream has colours.
std::string shaded(std::string_view text, Shade shade, const Look& look);

// Columns that `text` (UTF-8, without escapes) takes on a terminal.
std::size_t columns_of(std::string_view text);

// The two streams of the program. One line of standard error may be in progress: it is redrawn in
// place, and taken away before anything else is written.
class Console {
 public:
  // Looks at the streams and the environment.
  Console();

  void set_quiet(bool quiet) { quiet_ = quiet; }
  bool quiet() const { return quiet_; }
  const Look& out() const { return out_; }
  const Look& err() const { return err_; }
  // Columns of the terminal behind standard error, as it is now.
  std::size_t err_columns() const;

  // Writes to standard output. Throws IoError when it does not take all of it.
  void print(std::string_view text);
  // A sentence on standard error, unless quiet.
  void note(std::string_view sentence);
  // The same even when quiet; for the one sentence of an error.
  void complain(std::string_view sentence);
  // Replaces the line in progress on standard error (a terminal), unless quiet.
  void draw(std::string_view line);
  // Takes the line in progress away.
  void clear_line();

 private:
  Look out_, err_;
  bool quiet_ = false;
  std::string drawn_;
};

}  // namespace nernst
