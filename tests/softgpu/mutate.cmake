# SPDX-License-Identifier: Apache-2.0
#
# cmake -D FROM=FILE -D TO=FILE -D "BEFORE=text" -D "AFTER=text" -P mutate.cmake
#
# Copies a file with one text replaced, which must be there: a mutant that is no mutant would prove nothing.
file(READ "${FROM}" text)
string(REPLACE "${BEFORE}" "${AFTER}" mutated "${text}")
if(mutated STREQUAL text)
  message(FATAL_ERROR "${FROM} has no ${BEFORE}: mutate it elsewhere")
endif()
file(WRITE "${TO}" "${mutated}")
