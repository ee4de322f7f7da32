# SPDX-License-Identifier: Apache-2.0
#
# The CMake package and the pkg-config files. Neither knows the prefix, which may be moved.
include(CMakePackageConfigHelpers)
configure_package_config_file(cmake/config.cmake.in ${PROJECT_BINARY_DIR}/counterweightConfig.cmake
    INSTALL_DESTINATION ${cw_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/counterweightConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/counterweightConfig.cmake ${PROJECT_BINARY_DIR}/counterweightConfigVersion.cmake
    DESTINATION ${cw_package_dir})
# The documents that messages of the tool and comments of the headers name, as docs/*.md.
install(FILES LICENSE NOTICE docs/DISTRIBUTED.md docs/MANIFEST.md docs/NUMERICS.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# cw_pkg_config(NAME LIBRARY DESCRIPTION REQUIRES DEPENDENCIES): what the library itself is linked with is everybody's
# business if it is static, and only that of `pkg-config --static` if it is shared.
function(cw_pkg_config name library description requires dependencies)
  set(PC_NAME ${name})
  set(PC_LIBRARY ${library})
  set(PC_DESCRIPTION ${description})
  set(PC_REQUIRES ${requires})
  if(BUILD_SHARED_LIBS)
    set(PC_LIBS_PRIVATE ${dependencies})
  else()
    set(PC_LIBS ${dependencies})
  endif()
  file(RELATIVE_PATH PC_UP ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  file(RELATIVE_PATH PC_LIBDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
  file(RELATIVE_PATH PC_INCLUDEDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
  configure_file(cmake/counterweight.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
cw_pkg_config(counterweight counterweight_core ${PROJECT_DESCRIPTION} "" -pthread)
if(CW_HAVE_OPENCL)
  cw_pkg_config(counterweight-opencl counterweight_opencl "The OpenCL backend of counterweight"
      "counterweight = ${PROJECT_VERSION}" -lOpenCL)
endif()
if(CW_HAVE_CUDA)
  cw_pkg_config(counterweight-cuda counterweight_cuda "The CUDA backend of counterweight"
      "counterweight = ${PROJECT_VERSION}" -ldl)
endif()
