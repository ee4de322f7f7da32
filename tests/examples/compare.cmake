# SPDX-License-Identifier: Apache-2.0
#
# cmake -D EXPECTED=FILE -P compare.cmake -- PROGRAM [ARGUMENT...]
# fails unless the program exits with 0, prints that file and says nothing on stderr.
set(command "")
foreach(i RANGE ${CMAKE_ARGC})
  if(DEFINED after)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(after TRUE)
  endif()
endforeach()
execute_process(COMMAND ${command} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
file(READ "${EXPECTED}" expected)
if(NOT status EQUAL 0 OR NOT err STREQUAL "" OR NOT out STREQUAL expected)
  message(FATAL_ERROR "exit status ${status}\n${err}printed:\n${out}expected:\n${expected}")
endif()
