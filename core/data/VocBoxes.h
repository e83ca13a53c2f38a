#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/data/Target.h"
#include "core/images/Image.h"

namespace uada {

/// The objects in a file of PASCAL VOC, for FolderListing::readBoxes. Boxes are cut at the image; those
/// without area are left out, and the remark counts both.
/// throws  Error for an object of another class, and for a file that gives its image another size
Boxes readVocBoxes(std::string_view bytes, const std::string& what, ImageSize image,
                   const std::vector<std::string>& classes, std::string& remark);

}  // namespace uada
