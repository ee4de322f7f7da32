# SPDX-License-Identifier: Apache-2.0
set(cw_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/counterweight)

# Before 1.0 the ABI may change with the minor version, and so does the soname.
set(cw_abi ${PROJECT_VERSION_MAJOR})
if(cw_abi EQUAL 0)
  set(cw_abi 0.${PROJECT_VERSION_MINOR})
endif()

# Installed programs find the libraries wherever the prefix is moved to.
file(RELATIVE_PATH cw_lib_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set(CMAKE_INSTALL_RPATH $ORIGIN/${cw_lib_from_bin})

# cw_library(TARGET NAME): what the core and every backend library have in common: soname, install rules under the
# exported name counterweight::NAME, and the public headers of the folder it is called from.
function(cw_library target name)
  set_target_properties(${target} PROPERTIES
      EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON VERSION ${PROJECT_VERSION} SOVERSION ${cw_abi}
      INSTALL_RPATH $ORIGIN)
  install(TARGETS ${target} EXPORT counterweight-${name}
      ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT counterweight-${name} NAMESPACE counterweight:: DESTINATION ${cw_package_dir})
  install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include/counterweight DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()
