// SPDX-License-Identifier: Apache-2.0
// A run as one page of HTML that needs nothing else. What the page shows is gathered here, as JSON;
// how it is shown stands in web/report.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "nernst/base/parameters.h"
#include "nernst/experiment/run.h"

namespace nernst {

// How every report begins.
inline constexpr std::string_view kReportMark =
    "<!doctype html>\n<!-- SPDX-License-Identifier: Apache-2.0 -->\n<html lang=\"en\">\n"
    "<meta charset=\"utf-8\">\n<meta name=\"generator\" content=\"nernst report\">\n";

// What the page shows of the run in a folder, finished or not: what it was made by and from, its
// metrics, result, ledger, time and energy, and each layer as fabricated and as it is now, on the
// back-end that made it. Throws ConfigError where `run` is not the folder of a run, or a file in it
// is damaged.
Tree report_of_run(const std::filesystem::path& run, const RunSetup& setup);

// The page that shows {title, runs: [of report_of_run, ...], comparison: of run_comparison,
// circuit: a solved crossbar (see web/report/circuit.js), floorplan: a network on its tiles}; keys
// without content are left out. Throws ConfigError where the program was built without the page.
std::string report_html(Tree data);

// Writes the page; replaces a report, and throws ConfigError("--out", ...) for any other file.
void write_report(const std::filesystem::path& path, std::string_view html);

}  // namespace nernst
