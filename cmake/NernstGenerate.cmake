# SPDX-License-Identifier: Apache-2.0
# Source that is written at configure time, under ${NERNST_GENERATED}. A file is touched only when its
# content changes, and CMake runs again by itself when a folder or a preset does.
set(NERNST_GENERATED ${CMAKE_BINARY_DIR}/generated)

# Replaces `path` (under NERNST_GENERATED) if its content is another.
function(nernst_write_if_changed path content)
  set(file ${NERNST_GENERATED}/${path})
  if(EXISTS ${file})
    file(READ ${file} old)
    if(old STREQUAL content)
      return()
    endif()
  endif()
  file(WRITE ${file} "${content}")
endfunction()

# soft_bounds -> SoftBounds
function(nernst_pascal_case name result)
  string(REPLACE "_" ";" words ${name})
  set(joined "")
  foreach(word IN LISTS words)
    string(SUBSTRING ${word} 0 1 first)
    string(SUBSTRING ${word} 1 -1 rest)
    string(TOUPPER ${first} first)
    string(APPEND joined ${first}${rest})
  endforeach()
  set(${result} ${joined} PARENT_SCOPE)
endfunction()

# A folder as a list of types: every header `FOLDER/soft_bounds.h` (under src/) defines nernst::SoftBounds,
# and HEADER includes them all and defines `using NAME = LIST<..., SoftBounds, ...>`, in alphabetical order.
# LIST is declared in the header LIST_HEADER, or in HEADER itself where none is given.
#
#   nernst_registry(FOLDER nernst/device/models HEADER nernst/device/all_models.h
#                   NAME AllLaws LIST LawList LIST_HEADER nernst/device/law_list.h)
function(nernst_registry)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "FOLDER;HEADER;NAME;LIST;LIST_HEADER" "")
  set(root ${PROJECT_SOURCE_DIR}/src)
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${root} ${root}/${arg_FOLDER}/*.h)
  list(FILTER headers EXCLUDE REGEX "_test\\.h$")
  list(SORT headers)

  set(includes "")
  set(types "")
  foreach(header IN LISTS headers)
    get_filename_component(stem ${header} NAME_WE)
    nernst_pascal_case(${stem} type)
    list(APPEND types ${type})
    string(APPEND includes "#include \"${header}\"\n")
  endforeach()
  list(JOIN types ", " types)

  set(declaration "")
  if(arg_LIST_HEADER)
    string(PREPEND includes "#include \"${arg_LIST_HEADER}\"\n")
  else()
    set(declaration "template <class... Types>\nstruct ${arg_LIST} {};\n\n")
  endif()
  nernst_write_if_changed(${arg_HEADER} "// SPDX-License-Identifier: Apache-2.0
// Every type of ${arg_FOLDER}; written by CMake.
#pragma once

${includes}
namespace nernst {

${declaration}using ${arg_NAME} = ${arg_LIST}<${types}>;

}  // namespace nernst
")
endfunction()

# The texts of all `FOLDER/*.toml` (under the root of the project) as `FUNCTION()`, which HEADER (under
# src/) declares: pairs of the file's stem and its content, in alphabetical order. Adds the source to
# `target`.
#
#   nernst_embed(nernst_library FOLDER presets/devices FUNCTION preset_texts
#                HEADER nernst/device/preset_texts.h)
function(nernst_embed target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER;FUNCTION;HEADER" "")
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${arg_FOLDER}/*.toml)
  list(SORT files)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})

  # (g++ and clang take a literal of any length)
  set(entries "")
  foreach(file IN LISTS files)
    get_filename_component(stem ${file} NAME_WLE)
    file(READ ${file} text)
    string(APPEND entries "    {\"${stem}\", R\"nernst_text(${text})nernst_text\"},\n")
  endforeach()
  set(body "  return {};\n")
  if(files)
    set(body "  static constexpr std::pair<std::string_view, std::string_view> texts[] = {
${entries}  };\n  return texts;\n")
  endif()

  string(REGEX REPLACE "\\.h$" ".cpp" source ${arg_HEADER})
  nernst_write_if_changed(${source} "// SPDX-License-Identifier: Apache-2.0
// The files of ${arg_FOLDER}; written by CMake.
#include \"${arg_HEADER}\"

namespace nernst {

std::span<const std::pair<std::string_view, std::string_view>> ${arg_FUNCTION}() {
${body}}

}  // namespace nernst
")
  target_sources(${target} PRIVATE ${NERNST_GENERATED}/${source})
endfunction()

# nernst/version.h; no time and no revision, so that the same source gives the same bytes.
function(nernst_version_header)
  nernst_write_if_changed(nernst/version.h "// SPDX-License-Identifier: Apache-2.0
// Which Nernst this is, and what built it; written by CMake.
#pragma once

#include <string_view>

namespace nernst {

inline constexpr std::string_view kVersion = \"${PROJECT_VERSION}\";
inline constexpr std::string_view kCompiler = \"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\";
inline constexpr std::string_view kBuildType = \"${CMAKE_BUILD_TYPE}\";

}  // namespace nernst
")
endfunction()
