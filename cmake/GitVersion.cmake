# Writes ${OUT} with the state of the source tree ${SOURCE}, only if it changed: cmake -DSOURCE=.. -DOUT=.. -P this
set(git "")
find_program(GIT_PROGRAM git)
if(GIT_PROGRAM AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT_PROGRAM} describe --always --dirty --abbrev=12 WORKING_DIRECTORY ${SOURCE}
    OUTPUT_VARIABLE git OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(git STREQUAL "")
  set(git "unknown")
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#pragma once\n#define UADA_GIT \"${git}\"\n#define UADA_SOURCE \"${SOURCE}\"\n" @ONLY)
