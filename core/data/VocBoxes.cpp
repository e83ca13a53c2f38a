#include "core/data/VocBoxes.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/data/VocXml.h"

namespace uada {
namespace {

ObjectBox cutAt(const ObjectBox& box, ImageSize image) {
  ObjectBox cut = box;
  for (float* edge : {&cut.left, &cut.right})
    *edge = std::clamp(*edge, 0.0F, static_cast<float>(image.width));
  for (float* edge : {&cut.top, &cut.bottom})
    *edge = std::clamp(*edge, 0.0F, static_cast<float>(image.height));
  return cut;
}

bool hasArea(const ObjectBox& box) { return box.right > box.left && box.bottom > box.top; }

std::string countText(int count, const char* what) {
  return fmt::format("{} box{} {}", count, count == 1 ? "" : "es", what);
}

}  // namespace

Boxes readVocBoxes(std::string_view bytes, const std::string& what, ImageSize image,
                   const std::vector<std::string>& classes, std::string& remark) {
  const VocAnnotation annotation = readVocXml(bytes, what);
  if (!annotation.size.empty() && annotation.size != image)
    throw Error(fmt::format("{} is of an image of {} x {} pixels, its image has {} x {}; write it again",
                            what, annotation.size.width, annotation.size.height, image.width, image.height));
  Boxes boxes;
  int cut = 0, empty = 0;
  for (const NamedBox& object : annotation.objects) {
    const auto known = std::ranges::find(classes, object.name);
    if (known == classes.end())
      throw Error(fmt::format("{} has an object of class '{}', {} expected; rename it, or add the class",
                              what, quotable(object.name), joined(classes, ", ")));
    ObjectBox box = cutAt(object.box, image);
    box.label = static_cast<std::int32_t>(known - classes.begin());
    if (!hasArea(box)) {
      ++empty;
      continue;
    }
    cut += box.left != object.box.left || box.top != object.box.top || box.right != object.box.right ||
           box.bottom != object.box.bottom;
    boxes.push_back(box);
  }
  std::vector<std::string> remarks;
  if (empty > 0) remarks.push_back(countText(empty, "without area (not used)"));
  if (cut > 0) remarks.push_back(countText(cut, "cut at the image"));
  remark = joined(remarks, ", ");
  return boxes;
}

}  // namespace uada
