# SPDX-License-Identifier: Apache-2.0
# The CMake package and the pkg-config files.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/counterweight)
configure_package_config_file(cmake/config.cmake.in ${CMAKE_BINARY_DIR}/counterweightConfig.cmake
    INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/counterweightConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/counterweightConfig.cmake ${CMAKE_BINARY_DIR}/counterweightConfigVersion.cmake
    DESTINATION ${package_dir})
install(EXPORT counterweightTargets NAMESPACE counterweight:: DESTINATION ${package_dir})

# cw_pkg_config(NAME LIBRARY REQUIRES PRIVATE)
function(cw_pkg_config name library requires private)
  file(RELATIVE_PATH PC_UP ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  set(PC_NAME ${name})
  set(PC_LIBRARY ${library})
  set(PC_REQUIRES ${requires})
  set(PC_PRIVATE ${private})
  configure_file(cmake/counterweight.pc.in ${CMAKE_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
cw_pkg_config(counterweight counterweight_core "" "-pthread")
if(CW_HAVE_OPENCL)
  cw_pkg_config(counterweight-opencl counterweight_opencl "counterweight" "-lOpenCL")
endif()
if(CW_HAVE_CUDA)
  cw_pkg_config(counterweight-cuda counterweight_cuda "counterweight" "-ldl")
endif()
