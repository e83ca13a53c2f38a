# LibTorch as its wheel lays it out, PREFIX/torch/{lib,include}, found in -DLIBTORCH_DIR, in UADA_LIBTORCH
# (both name PREFIX/torch) or where ./setup unpacks it. Only torch_cpu and c10 are ever linked.
# TorchConfig.cmake of a CUDA wheel insists on a CUDA compiler, so it is not used.
# Targets: LibTorch::torch (include folders and both libraries). Variables: LIBTORCH_DIR, LibTorch_VERSION
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/libtorch-pins.txt _pinned REGEX "^torch==")
string(REGEX MATCH "[0-9][0-9.]*" _pinned "${_pinned}")
if(DEFINED ENV{XDG_CACHE_HOME})
  set(_cache $ENV{XDG_CACHE_HOME})
else()
  set(_cache $ENV{HOME}/.cache)
endif()
find_path(LIBTORCH_DIR include/torch/csrc/api/include/torch/torch.h NO_DEFAULT_PATH
  HINTS ENV UADA_LIBTORCH PATHS ${_cache}/uada/libtorch-${_pinned}/torch
  DOC "The folder torch of a LibTorch ${_pinned} or newer")
foreach(_lib torch_cpu c10)
  find_library(LibTorch_${_lib}_LIBRARY ${_lib} NO_DEFAULT_PATH PATHS ${LIBTORCH_DIR}/lib)
  mark_as_advanced(LibTorch_${_lib}_LIBRARY)
endforeach()
set(LibTorch_VERSION "")
if(LIBTORCH_DIR)
  file(STRINGS ${LIBTORCH_DIR}/include/torch/headeronly/version.h _lines REGEX "TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]")
  string(REGEX MATCHALL "[0-9]+" _parts "${_lines}")
  string(REPLACE ";" "." LibTorch_VERSION "${_parts}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch REQUIRED_VARS LIBTORCH_DIR LibTorch_torch_cpu_LIBRARY
  LibTorch_c10_LIBRARY VERSION_VAR LibTorch_VERSION)
if(LibTorch_FOUND AND NOT TARGET LibTorch::torch)
  add_library(LibTorch::torch INTERFACE IMPORTED)
  set_target_properties(LibTorch::torch PROPERTIES
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${LIBTORCH_DIR}/include;${LIBTORCH_DIR}/include/torch/csrc/api/include"
    INTERFACE_INCLUDE_DIRECTORIES "${LIBTORCH_DIR}/include;${LIBTORCH_DIR}/include/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES "${LibTorch_torch_cpu_LIBRARY};${LibTorch_c10_LIBRARY}")
endif()
