# SPDX-License-Identifier: Apache-2.0
# cw_library(TARGET NAME): what the core and every backend library have in common: soname, visibility, install rules
# under the exported name counterweight::NAME, and the public headers of the folder it is called from.
function(cw_library target name)
  set_target_properties(${target} PROPERTIES
      EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  install(TARGETS ${target} EXPORT counterweightTargets
      ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include/counterweight DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()
