# SPDX-License-Identifier: Apache-2.0
#
# Sets CW_PYTHON, a Python 3 that has NumPy. The first python3 in PATH may well be one without.
if(NOT CW_PYTHON)
  find_program(cw_python_in_path python3)
  foreach(candidate ${cw_python_in_path} /usr/bin/python3)
    execute_process(COMMAND ${candidate} -c "import numpy" RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
    if(status EQUAL 0)
      set(CW_PYTHON ${candidate} CACHE FILEPATH "Python 3 with NumPy, for tests")
      break()
    endif()
  endforeach()
  unset(cw_python_in_path CACHE)
endif()
if(NOT CW_PYTHON)
  message(FATAL_ERROR "The tests need a python3 with NumPy; run ./setup.sh, or name one with -DCW_PYTHON=...")
endif()
