# SPDX-License-Identifier: Apache-2.0
# How everything is compiled.
option(NERNST_SANITIZE "build with ASan and UBSan" OFF)
option(NERNST_WERROR "treat warnings as errors" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug, ..." FORCE)
endif()

# A result has the same bits on every machine: nothing is fused behind our back. The other two change no
# value and let loops with sqrt and with choices be vectorised. Users of the headers get all three.
set(NERNST_FLOAT_FLAGS -ffp-contract=off -fno-math-errno -fno-trapping-math)
add_compile_options(${NERNST_FLOAT_FLAGS})

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlaps in the sum of two strings that are not there (GCC bug 105651), and writes past
  # the ends of vectors that it has just seen grow (105329, 107852)
  add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # (libstdc++ 12 uses what C++20 calls out of date)
  add_compile_options(-Wno-deprecated-declarations)
endif()
if(NERNST_WERROR)
  add_compile_options(-Werror)
endif()
if(NERNST_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# A compiler cache, where there is one, that serves every clone: paths are taken from the root of the
# source, and a precompiled header counts by its content.
if(NOT CMAKE_DISABLE_FIND_PACKAGE_ccache)
  find_program(NERNST_CCACHE ccache)
endif()
if(NERNST_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${NERNST_CCACHE})
endif()
if(NOT CMAKE_DISABLE_FIND_PACKAGE_lld)
  find_program(NERNST_LLD ld.lld)
endif()
if(NERNST_LLD)
  add_link_options(-fuse-ld=lld)
endif()

# What others wrote and nearly every source includes is compiled once for each kind of target; nothing of
# our own is in it, so that it never changes.
option(NERNST_PCH "precompile the headers of others" ON)
set(NERNST_PRECOMPILED <algorithm> <array> <charconv> <cmath> <cstdint> <filesystem> <functional> <map>
                       <memory> <numeric> <optional> <span> <string> <string_view> <utility> <variant>
                       <vector> <fmt/format.h> <fmt/ranges.h> <nlohmann/json.hpp>)
function(nernst_precompile target)
  if(NERNST_PCH)
    target_precompile_headers(${target} PRIVATE ${NERNST_PRECOMPILED} ${ARGN})
  endif()
endfunction()
