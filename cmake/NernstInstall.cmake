# SPDX-License-Identifier: Apache-2.0
# The program, the library with its headers (written ones too), and what find_package(nernst) reads.
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
