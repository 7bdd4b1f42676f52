# SPDX-License-Identifier: Apache-2.0
# What others wrote. nernstConfig.cmake.in repeats these for those who use the installed library.
find_package(TBB REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)  # the program only
find_package(tomlplusplus REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Eigen3 REQUIRED)  # sparse factors
find_package(PkgConfig REQUIRED)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)
# the serial one by name, so that an HDF5 for MPI beside it is not picked
pkg_search_module(hdf5 REQUIRED IMPORTED_TARGET hdf5-serial hdf5)
# ONNX by its library alone: the target of ONNXConfig.cmake gives its definitions to every source,
# and one source needs them
pkg_check_modules(protobuf REQUIRED IMPORTED_TARGET protobuf)
find_path(NERNST_ONNX_HEADERS onnx/onnx_pb.h REQUIRED)
find_library(NERNST_ONNX_LIBRARY onnx_proto REQUIRED)
mark_as_advanced(NERNST_ONNX_HEADERS NERNST_ONNX_LIBRARY)

# ngspice is loaded when `nernst circuit check` runs; its header says how to call it
find_path(NERNST_NGSPICE_HEADERS ngspice/sharedspice.h)
mark_as_advanced(NERNST_NGSPICE_HEADERS)

# what the headers need, and what only the sources need
set(NERNST_PUBLIC_DEPENDENCIES fmt::fmt nlohmann_json::nlohmann_json)
set(NERNST_PRIVATE_DEPENDENCIES TBB::tbb tomlplusplus::tomlplusplus ZLIB::ZLIB PkgConfig::xxhash
                                PkgConfig::hwy PkgConfig::hdf5 onnx_proto PkgConfig::protobuf
                                Eigen3::Eigen)
