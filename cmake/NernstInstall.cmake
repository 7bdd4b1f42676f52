# SPDX-License-Identifier: Apache-2.0
# The program, the library with its headers (written ones too), what find_package(nernst) reads, and what
# there is to read: documents, examples, devices, manual pages, completion for shells.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/nernst)

install(TARGETS nernst_library EXPORT nernstTargets)
install(TARGETS nernst)
foreach(root IN ITEMS ${PROJECT_SOURCE_DIR}/src/nernst ${NERNST_GENERATED}/nernst)
  install(DIRECTORY ${root} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
          FILES_MATCHING PATTERN "*.h" REGEX "[/_]test(_[^/]*)?\\.h$" EXCLUDE
          PATTERN cli EXCLUDE)
endforeach()

install(EXPORT nernstTargets NAMESPACE nernst:: DESTINATION ${package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/nernstConfig.cmake.in
                              ${CMAKE_BINARY_DIR}/nernstConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/nernstConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/nernstConfig.cmake ${CMAKE_BINARY_DIR}/nernstConfigVersion.cmake
        DESTINATION ${package_dir})

install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_SOURCE_DIR}/LICENSE
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs ${PROJECT_SOURCE_DIR}/examples DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/presets DESTINATION ${CMAKE_INSTALL_DATADIR}/nernst)
# (the program writes the last two itself, where it can run)
if(NOT CMAKE_CROSSCOMPILING AND NOT NERNST_SANITIZE)
  install(CODE "
    set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}\")
    set(program \"$<TARGET_FILE:nernst>\")
    execute_process(COMMAND \${program} man --out \${share}/man/man1 COMMAND_ERROR_IS_FATAL ANY)
    foreach(place bash:bash-completion/completions/nernst fish:fish/vendor_completions.d/nernst.fish)
      string(REPLACE : \";\" place \${place})
      list(GET place 0 shell)
      list(GET place 1 file)
      execute_process(COMMAND \${program} completion \${shell} OUTPUT_VARIABLE text
                      COMMAND_ERROR_IS_FATAL ANY)
      file(WRITE \"\${share}/\${file}\" \"\${text}\")
    endforeach()")
endif()
