# SPDX-License-Identifier: Apache-2.0
#
# cmake -D OUT=opencl_source.h -D "FILES=a.h,b.h,kernels.cl" -P embed.cmake
#
# Writes the files, in this order, as one C array of string literals, a line each: compilers need not take a literal
# as long as a file. Lines that include one of our own headers become empty, for the header is already in front.

string(REPLACE "," ";" files "${FILES}")
set(text "")
foreach(file IN LISTS files)
    get_filename_component(name "${file}" NAME)
    file(READ "${file}" body)
    string(REGEX REPLACE "(^|\n)#include \"[^\n]*" "\\1" body "${body}")
    string(REGEX REPLACE "\n$" "" body "${body}")
    string(REPLACE "\\" "\\\\" body "${body}")
    string(REPLACE "\"" "\\\"" body "${body}")
    string(REPLACE "\n" "\\n\",\n    \"" body "${body}")
    string(APPEND text "    \"#line 1 \\\"${name}\\\"\\n\",\n    \"${body}\\n\",\n")
endforeach()
file(WRITE "${OUT}" "/* Made by embed.cmake. */\nstatic const char *const cw_opencl_source[] = {\n${text}};\n")
