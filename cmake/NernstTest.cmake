# SPDX-License-Identifier: Apache-2.0
# Tests and benchmarks; the target `tests` builds them all. Left out where GoogleTest is not installed.
find_package(GTest QUIET)
if(NOT GTest_FOUND)
  message(STATUS "No tests: GoogleTest is not installed (`scripts/setup test` does)")
  set(NERNST_TESTS OFF)
  return()
endif()
find_package(rapidcheck REQUIRED)
find_package(benchmark REQUIRED)
include(GoogleTest)
enable_testing()
add_custom_target(tests)

# What a test or benchmark is built with. Storeys' private libraries too: a test may write a file by hand.
add_library(nernst_test_support INTERFACE)
target_link_libraries(nernst_test_support INTERFACE nernst_library ${NERNST_PRIVATE_DEPENDENCIES})
# (in a header of their own: a path among the flags of every test would make each clone compile them all)
nernst_write_if_changed(nernst/test_paths.h "// SPDX-License-Identifier: Apache-2.0
// Where this source and its program are, for tests; written by CMake.
#pragma once

#define NERNST_SOURCE_DIR \"${PROJECT_SOURCE_DIR}\"
#define NERNST_PROGRAM \"${CMAKE_BINARY_DIR}/nernst\"
")

# What every test is compiled with. Their code is run once and compiled often: -O1 does, whatever the
# library's level.
add_library(nernst_test_flags INTERFACE)
target_compile_options(nernst_test_flags INTERFACE $<$<CONFIG:Release,RelWithDebInfo>:-O1>)
target_link_libraries(nernst_test_flags INTERFACE nernst_test_support GTest::gtest rapidcheck)

# The one precompiled header of all tests.
nernst_write_if_changed(nernst/test_headers.cpp "// Written by CMake: what carries the precompiled header.\n")
add_library(nernst_test_headers OBJECT EXCLUDE_FROM_ALL ${NERNST_GENERATED}/nernst/test_headers.cpp)
target_link_libraries(nernst_test_headers PRIVATE nernst_test_flags)
nernst_precompile(nernst_test_headers <gtest/gtest.h>)

# One executable of GoogleTests; ctest shows each test by its own name, labelled with `label`.
function(nernst_test name label sources)
  add_executable(${name} EXCLUDE_FROM_ALL ${sources})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  target_link_libraries(${name} PRIVATE nernst_test_flags GTest::gtest_main ${ARGN})
  if(NERNST_PCH)
    target_precompile_headers(${name} REUSE_FROM nernst_test_headers)
  endif()
  add_dependencies(tests ${name})
  # (without the values of parameters, of which a struct has none to show)
  gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_TIMEOUT 300
                       PROPERTIES LABELS ${label} TIMEOUT 600)
endfunction()
