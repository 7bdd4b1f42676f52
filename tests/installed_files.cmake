# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` has put under SHARE and DOCUMENTS.
cmake_minimum_required(VERSION 3.25)
foreach(file IN ITEMS ${DOCUMENTS}/README.md ${DOCUMENTS}/docs/your_data.md ${DOCUMENTS}/examples/two_layer.toml
                      ${SHARE}/nernst/presets/devices/organic_ecram_li2021.toml
                      ${SHARE}/nernst/presets/experiments/csv.toml ${SHARE}/man/man1/nernst.1
                      ${SHARE}/man/man1/nernst-device-show.1 ${SHARE}/bash-completion/completions/nernst
                      ${SHARE}/fish/vendor_completions.d/nernst.fish)
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "${file} was not installed")
  endif()
endforeach()

find_program(GROFF groff)
if(GROFF)
  file(GLOB pages ${SHARE}/man/man1/*.1)
  foreach(page IN LISTS pages)
    execute_process(COMMAND ${GROFF} -man -ww -z -Tutf8 ${page} ERROR_VARIABLE said)
    if(said)
      message(FATAL_ERROR "${page}: ${said}")
    endif()
  endforeach()
endif()
