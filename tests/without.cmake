# SPDX-License-Identifier: Apache-2.0
# Configures Nernst with one dependency hidden. What is optional must not stop it; what is required stops it
# with a sentence that names the dependency and Debian's package.
#   cmake -DSOURCE=... -DBINARY=... -DCOMPILER=... -DHIDDEN=NAME [-DPACKAGE=NAME] -P without.cmake
file(REMOVE_RECURSE ${BINARY})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${BINARY} -G Ninja -DCMAKE_CXX_COMPILER=${COMPILER}
                        -DCMAKE_DISABLE_FIND_PACKAGE_${HIDDEN}=TRUE
                RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
if(PACKAGE)
  string(REGEX REPLACE "[ \n]+" " " sentence "${errors}")
  if(status EQUAL 0 OR NOT sentence MATCHES "Nernst needs ${HIDDEN}: install Debian's ${PACKAGE} ")
    message(FATAL_ERROR "without ${HIDDEN}, which it needs, configuring ended with ${status} and said:\n${errors}")
  endif()
elseif(NOT status EQUAL 0)
  message(FATAL_ERROR "without ${HIDDEN}, which is optional, configuring failed:\n${output}${errors}")
endif()
file(REMOVE_RECURSE ${BINARY})
