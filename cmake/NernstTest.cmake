# SPDX-License-Identifier: Apache-2.0
# Tests and benchmarks; the target `tests` builds them all. Left out where GoogleTest is not installed.
find_package(GTest QUIET)
if(NOT GTest_FOUND)
  message(STATUS "No tests: GoogleTest is not installed (`scripts/setup test` does)")
  set(NERNST_TESTS OFF)
  return()
endif()
find_package(benchmark QUIET)
if(NOT benchmark_FOUND)
  message(STATUS "No benchmarks: Google Benchmark is not installed (Debian's libbenchmark-dev)")
endif()
# (it has headers only; the test that compares the random numbers with it looks for them)
nernst_find_header(Random123 NERNST_RANDOM123_HEADERS Random123/philox.h
                   "Random numbers are not compared with Random123's: it is not installed (librandom123-dev)")
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
# library's level, and -O0 where the sanitizers watch.
add_library(nernst_test_flags INTERFACE)
target_compile_options(nernst_test_flags INTERFACE $<IF:$<CONFIG:Debug>,-O0,-O1>)
target_compile_definitions(nernst_test_flags INTERFACE $<$<BOOL:${NERNST_SANITIZE}>:NERNST_SANITIZED>)
target_link_libraries(nernst_test_flags INTERFACE nernst_test_support GTest::gtest)

# The one precompiled header of all tests.
nernst_write_if_changed(nernst/test_headers.cpp "// Written by CMake: what carries the precompiled header.\n")
add_library(nernst_test_headers OBJECT EXCLUDE_FROM_ALL ${NERNST_GENERATED}/nernst/test_headers.cpp)
target_link_libraries(nernst_test_headers PRIVATE nernst_test_flags)
nernst_precompile(nernst_test_headers <gtest/gtest.h>)

# One executable of GoogleTests; ctest shows each test by its own name, labelled with `label`. Under the
# sanitizers, where a program takes long to start, it shows each executable in four parts.
function(nernst_test name label sources)
  add_executable(${name} EXCLUDE_FROM_ALL ${sources})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  target_link_libraries(${name} PRIVATE nernst_test_flags GTest::gtest_main ${ARGN})
  if(NERNST_PCH)
    target_precompile_headers(${name} REUSE_FROM nernst_test_headers)
  endif()
  add_dependencies(tests ${name})
  if(NERNST_SANITIZE)
    foreach(part IN ITEMS 0 1 2 3)
      add_test(NAME ${name}/${part} COMMAND ${name} --gtest_brief=1)
      set_tests_properties(${name}/${part} PROPERTIES LABELS ${label} TIMEOUT 1200
                           ENVIRONMENT "GTEST_TOTAL_SHARDS=4;GTEST_SHARD_INDEX=${part}")
    endforeach()
    return()
  endif()
  # (without the values of parameters, of which a struct has none to show)
  gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_TIMEOUT 300
                       PROPERTIES LABELS ${label} TIMEOUT 600)
endfunction()
