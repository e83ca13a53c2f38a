# `cmake --build build --target package`: a package of Debian, for machines where nothing is built. LibTorch is not in
# it: `uada libtorch get` fetches it.
# It packs what is built, the tests apart.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
# Where help2man is missing none are made, and none of before are to be packed.
install(CODE "file(REMOVE_RECURSE [[${CMAKE_BINARY_DIR}/man]])
execute_process(COMMAND [[${PROJECT_SOURCE_DIR}/cmake/man-pages]] [[${CMAKE_RUNTIME_OUTPUT_DIRECTORY}]]
                        [[${CMAKE_BINARY_DIR}/man]] COMMAND_ERROR_IS_FATAL ANY)")
install(DIRECTORY ${CMAKE_BINARY_DIR}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)
install(FILES resources/desktop/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/uada)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME uada)
set(CPACK_PACKAGE_CONTACT "The UADA Workbench's developers <uada@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "train image networks with adaptive data augmentation, and compare")
set(CPACK_PACKAGE_DESCRIPTION "A workbench, as a window and a command line, that measures whether data
augmentation that adapts to the network helps, and what it costs.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
# What the files are linked with is looked up; libtorch_cpu and libc10 are of no package, and are not asked of one.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
if(UADA_ENGINE)
  list(APPEND CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${LIBTORCH_DIR}/lib)
endif()
set(CPACK_DEBIAN_PACKAGE_DEPENDS libcurl4)  # loaded when something is fetched
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, dataset-fashion-mnist")
include(CPack)
