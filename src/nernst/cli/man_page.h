// SPDX-License-Identifier: Apache-2.0
// `nernst man`: manual pages, written from what the commands say of themselves.
#pragma once

#include <string>
#include <vector>

#include "nernst/cli/command_list.h"

namespace nernst {

// nernst(1), in the language of man(7).
std::string man_page(const std::vector<CommandEntry>& commands);

// nernst-train(1).
std::string man_page(const CommandEntry& command);

// All of them as nernst.1, nernst-train.1, ... in a folder. Throws IoError.
void write_man_pages(const std::string& folder, const std::vector<CommandEntry>& commands);

}  // namespace nernst
