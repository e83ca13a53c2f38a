# UADA_PACKAGE_INDEX: where `uada libtorch get` asks for wheels if nobody says otherwise: what the pip of this machine
# takes by itself, whatever its own settings are. Empty: there is no pip, and an index has to be named.
if(NOT DEFINED UADA_PACKAGE_INDEX)
  find_program(UADA_PYTHON3 NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
  set(said "")
  if(UADA_PYTHON3)
    execute_process(COMMAND ${CMAKE_COMMAND} -E env PIP_CONFIG_FILE=/dev/null COLUMNS=500
                            ${UADA_PYTHON3} -m pip --isolated download --help
                    OUTPUT_VARIABLE said ERROR_QUIET)
  endif()
  string(REGEX MATCH "--index-url <url>[^(]*\\(default ([a-z]+://[^ )]+)\\)" ignored "${said}")
  set(UADA_PACKAGE_INDEX "${CMAKE_MATCH_1}")
  if(UADA_PACKAGE_INDEX)  # else pip is asked again next time: it may be there then
    set(UADA_PACKAGE_INDEX "${UADA_PACKAGE_INDEX}" CACHE STRING "Package index of `uada libtorch get`; empty: none is known")
  endif()
  mark_as_advanced(UADA_PYTHON3)
endif()
