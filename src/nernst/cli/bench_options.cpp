// SPDX-License-Identifier: Apache-2.0
#include "nernst/cli/bench_options.h"

#include <fmt/format.h>

namespace nernst {

void add_bench_options(CLI::App& app, std::string& device, std::int64_t& batch) {
  app.add_option("--device", device,
                 fmt::format("a preset (nernst device list), or the path of a device file; default "
                             "{}",
                             device))
      ->option_text("NAME")
      ->type_name("NAME");
  app.add_option("--batch", batch, fmt::format("vectors taken together, default {}", batch))
      ->option_text("B")
      ->type_name("B");
}

void tell(Console& console, const CLI::Option* json, std::string_view what) {
  if (json != nullptr && json->count() > 0) return;
  if (console.err().terminal) {
    console.draw(what);
  } else {
    console.note(what);
  }
}

}  // namespace nernst
