#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/Target.h"
#include "core/images/Image.h"

namespace uada {

constexpr std::size_t kMaxAnnotationBytes = std::size_t{4}
                                            << 20;  ///< of a file; those of VOC have a few thousand

/// An object as its file has it. `box.label` is not set.
struct NamedBox {
  std::string name;
  ObjectBox box;
};

/// What a file of PASCAL VOC says of an image.
struct VocAnnotation {
  ImageSize size;  ///< empty: the file does not say
  std::vector<NamedBox> objects;
};

/// Reads an annotation in the XML of PASCAL VOC. All four coordinates are cut to whole numbers, and one is
/// taken off: files count pixels from 1. So the far edges lie one pixel before the pixel's own edge, as in
/// the code that SSD was published with. Parts of an object are left out. Entities and DTDs are not read.
/// what    the file, for messages: "'/x/a.xml'"
/// source  github.com/amdegroot/ssd.pytorch, data/voc0712.py
/// throws  Error naming the file, the object and what it lacks
VocAnnotation readVocXml(std::string_view bytes, const std::string& what);

}  // namespace uada
