# SPDX-License-Identifier: Apache-2.0
# What others wrote. nernstConfig.cmake.in repeats the required ones for those who use the installed library.
# Each can be hidden by its name, -DCMAKE_DISABLE_FIND_PACKAGE_xxhash=TRUE, as the tests `without/*` do.

# Stops with one sentence unless `found` is true.
function(nernst_need name package found)
  if(NOT found)
    message(FATAL_ERROR "Nernst needs ${name}: install Debian's ${package} (`scripts/setup` installs all)")
  endif()
endfunction()

# find_package of what Nernst cannot do without; `package` is Debian's.
macro(nernst_require name package)
  find_package(${name} QUIET)
  nernst_need(${name} ${package} "${${name}_FOUND}")
endmacro()

# PkgConfig::NAME from the first of `modules` that pkg-config knows; NAME_FOUND says whether.
macro(nernst_find_module name)
  set(${name}_FOUND FALSE)
  if(NOT CMAKE_DISABLE_FIND_PACKAGE_${name})
    pkg_search_module(${name} QUIET IMPORTED_TARGET ${ARGN})
  endif()
endmacro()

# The folder of `header` in `variable`; without it, says so with `sentence`.
macro(nernst_find_header name variable header sentence)
  if(NOT CMAKE_DISABLE_FIND_PACKAGE_${name})
    find_path(${variable} ${header})
    mark_as_advanced(${variable})
  endif()
  if(NOT ${variable})
    message(STATUS ${sentence})
  endif()
endmacro()

macro(nernst_require_module name package)
  nernst_find_module(${name} ${ARGN})
  nernst_need(${name} ${package} "${${name}_FOUND}")
endmacro()

nernst_require(TBB libtbb-dev)
nernst_require(fmt libfmt-dev)
nernst_require(nlohmann_json nlohmann-json3-dev)
nernst_require(CLI11 libcli11-dev)  # the program only
nernst_require(tomlplusplus libtomlplusplus-dev)
nernst_require(ZLIB zlib1g-dev)
nernst_require(Eigen3 libeigen3-dev)  # sparse factors
nernst_require(PkgConfig pkg-config)
nernst_require_module(xxhash libxxhash-dev libxxhash)
nernst_require_module(hwy libhwy-dev libhwy)
# the serial one by name, so that an HDF5 for MPI beside it is not picked
nernst_require_module(hdf5 libhdf5-dev hdf5-serial hdf5)
nernst_require_module(protobuf libprotobuf-dev protobuf)

# ONNX by its library alone: the target of ONNXConfig.cmake gives its definitions to every source,
# and one source needs them
if(NOT CMAKE_DISABLE_FIND_PACKAGE_ONNX)
  find_path(NERNST_ONNX_HEADERS onnx/onnx_pb.h)
  find_library(NERNST_ONNX_LIBRARY onnx_proto)
  mark_as_advanced(NERNST_ONNX_HEADERS NERNST_ONNX_LIBRARY)
endif()
if(NERNST_ONNX_HEADERS AND NERNST_ONNX_LIBRARY)
  set(ONNX_FOUND TRUE)
endif()
nernst_need(ONNX libonnx-dev "${ONNX_FOUND}")

# ngspice is loaded when `nernst circuit check` runs; its header says how to call it
nernst_find_header(ngspice NERNST_NGSPICE_HEADERS ngspice/sharedspice.h
                   "No `nernst circuit check`: ngspice's header is missing (Debian's libngspice0-dev)")

# what the headers need, and what only the sources need
set(NERNST_PUBLIC_DEPENDENCIES fmt::fmt nlohmann_json::nlohmann_json)
set(NERNST_PRIVATE_DEPENDENCIES TBB::tbb tomlplusplus::tomlplusplus ZLIB::ZLIB PkgConfig::xxhash
                                PkgConfig::hwy PkgConfig::hdf5 onnx_proto PkgConfig::protobuf
                                Eigen3::Eigen)
if(NERNST_SANITIZE)
  # toml++ from its headers rather than its library, so that it is watched too
  list(REMOVE_ITEM NERNST_PRIVATE_DEPENDENCIES tomlplusplus::tomlplusplus)
endif()
