# SPDX-License-Identifier: Apache-2.0
# The page of `nernst report`: web/report/report.html with all that it refers to in it. The libraries
# come from npm at set-up time (`scripts/setup`); without them the program builds and the page is empty.

# Adds the source with `report_page()` (see nernst/experiment/report_page.h) to `target`.
function(nernst_report_page target)
  set(folder ${PROJECT_SOURCE_DIR}/web/report)
  set(modules d3 @observablehq/plot interval-tree-1d binary-search-bounds isoformat)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.html ${folder}/*.css ${folder}/*.js)
  # (a glob, so that CMake runs again once they are there)
  file(GLOB libraries CONFIGURE_DEPENDS ${folder}/node_modules/d3/dist/d3.min.js
       ${folder}/node_modules/@observablehq/plot/dist/plot.umd.min.js)
  list(LENGTH libraries found)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources}
                                                               ${libraries})
  set(page "")
  if(found EQUAL 2 AND NOT CMAKE_DISABLE_FIND_PACKAGE_npm)
    file(READ ${folder}/report.html page)
    nernst_inline(page ${folder} "<link rel=\"stylesheet\" href=\"" "\">" style)
    nernst_inline(page ${folder} "<script src=\"" "\"></script>" script)
    set(licences "")
    foreach(module IN LISTS modules)
      if(EXISTS ${folder}/node_modules/${module}/LICENSE)
        file(READ ${folder}/node_modules/${module}/LICENSE licence)
        string(STRIP "${licence}" licence)
        string(APPEND licences "${module}\n\n${licence}\n\n\n")
      endif()
    endforeach()
    string(REPLACE "{{licences}}" "${licences}" page "${page}")
  else()
    message(STATUS "No page for `nernst report`: its libraries are missing (`scripts/setup` has npm fetch them)")
  endif()

  # (g++ and clang take a literal of any length)
  nernst_write_if_changed(nernst/experiment/report_page.cpp "// SPDX-License-Identifier: Apache-2.0
// web/report with its libraries; written by CMake.
#include \"nernst/experiment/report_page.h\"

#pragma GCC diagnostic ignored \"-Woverlength-strings\"

namespace nernst {

std::string_view report_page() { return R\"nernst_page(${page})nernst_page\"; }

}  // namespace nernst
")
  target_sources(${target} PRIVATE ${NERNST_GENERATED}/nernst/experiment/report_page.cpp)
endfunction()

# In the text that `variable` names, replaces every BEFORE + path + AFTER by the content of that file of
# `folder`, as an element of its own.
function(nernst_inline variable folder before after element)
  set(text "${${variable}}")
  string(REGEX MATCHALL "${before}[^\"]+${after}" references "${text}")
  foreach(reference IN LISTS references)
    string(REPLACE "${before}" "" path "${reference}")
    string(REPLACE "${after}" "" path "${path}")
    file(READ ${folder}/${path} content)
    string(REPLACE "${reference}" "<${element}>\n${content}</${element}>" text "${text}")
  endforeach()
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()
