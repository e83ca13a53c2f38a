# OpenCV's core and imgproc and libspng, for which Debian ships no CMake configuration.
# Targets: Image::opencv, Image::spng
set(_found TRUE)
function(_image_library name header library suffixes)
  find_path(${name}_INCLUDE_DIR ${header} PATH_SUFFIXES ${suffixes})
  find_library(${name}_LIBRARY ${library})
  mark_as_advanced(${name}_INCLUDE_DIR ${name}_LIBRARY)
  if(NOT ${name}_INCLUDE_DIR OR NOT ${name}_LIBRARY)
    set(_found FALSE PARENT_SCOPE)
    return()
  endif()
  if(NOT TARGET Image::${name})
    add_library(Image::${name} UNKNOWN IMPORTED)
    set_target_properties(Image::${name} PROPERTIES IMPORTED_LOCATION ${${name}_LIBRARY}
      INTERFACE_INCLUDE_DIRECTORIES ${${name}_INCLUDE_DIR})
  endif()
endfunction()
_image_library(opencv_core opencv2/core.hpp opencv_core opencv4)
_image_library(opencv_imgproc opencv2/imgproc.hpp opencv_imgproc opencv4)
_image_library(spng spng.h spng "")
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ImageLibraries REQUIRED_VARS opencv_core_LIBRARY opencv_imgproc_LIBRARY
  spng_LIBRARY _found)
