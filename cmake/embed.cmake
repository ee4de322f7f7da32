# SPDX-License-Identifier: Apache-2.0
#
# cw_embed(NAME HEADER FILE...): a header with the text of the files, in this order, as one C array `NAME` of string
# literals, a line each: compilers need not take a literal as long as a file. Lines that include one of our own headers
# become empty, for the header is already in front. With PREFIX p in front of the files, names of the numeric text begin with
# p_ instead of cwn_, so that one program can have it twice.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(cw_embed_script "${CMAKE_CURRENT_LIST_FILE}")
  function(cw_embed name header)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" PREFIX "")
    string(REPLACE ";" "," files "${arg_UNPARSED_ARGUMENTS}")
    add_custom_command(OUTPUT "${header}"
        COMMAND "${CMAKE_COMMAND}" -D "NAME=${name}" -D "OUT=${header}" -D "FILES=${files}" -D "PREFIX=${arg_PREFIX}" -P "${cw_embed_script}"
        DEPENDS ${arg_UNPARSED_ARGUMENTS} "${cw_embed_script}" COMMENT "Embedding ${name}" VERBATIM)
  endfunction()
  return()
endif()

string(REPLACE "," ";" files "${FILES}")
set(text "")
foreach(file IN LISTS files)
  get_filename_component(ending "${file}" EXT)
  file(READ "${file}" body)
  string(REGEX REPLACE "(^|\n)#include \"[^\n]*" "\\1" body "${body}")
  string(REGEX REPLACE "\n$" "" body "${body}")
  if(PREFIX)
    string(TOUPPER "${PREFIX}" upper)
    string(REPLACE "cwn_" "${PREFIX}_" body "${body}")
    string(REPLACE "CWN_" "${upper}_" body "${body}")
  endif()
  string(REPLACE "\\" "\\\\" body "${body}")
  string(REPLACE "\"" "\\\"" body "${body}")
  string(REPLACE "\n" "\\n\",\n    \"" body "${body}")
  if(NOT ending STREQUAL ".json")
    get_filename_component(name "${file}" NAME)
    string(APPEND text "    \"#line 1 \\\"${name}\\\"\\n\",\n")
  endif()
  string(APPEND text "    \"${body}\\n\",\n")
endforeach()
file(WRITE "${OUT}" "/* Made by embed.cmake. */\nstatic const char *const ${NAME}[] = {\n${text}};\n")
