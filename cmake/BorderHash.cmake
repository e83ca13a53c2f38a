# Writes a header with one hash over the names and contents of headers: cmake -DHEADERS=... -DROOT=... -DOUT=... -P ...
set(all "")
foreach(header ${HEADERS})
  file(SHA256 ${header} hash)
  file(RELATIVE_PATH name ${ROOT} ${header})
  string(APPEND all "${name} ${hash}\n")
endforeach()
string(SHA256 all "${all}")
file(WRITE ${OUT} "#pragma once\n#define UADA_BORDER_HASH \"${all}\"\n")
