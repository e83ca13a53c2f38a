#include "core/data/VocXml.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <pugixml.hpp>

#include "core/base/Error.h"
#include "core/base/Printable.h"

namespace uada {
namespace {

constexpr std::size_t kMostObjects = 10'000;
constexpr double kMostPixels = 1e6;  // of a coordinate

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kGaps = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kGaps);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kGaps) - first + 1);
}

/// None: the text is no number that a pixel can have.
std::optional<double> numberIn(const pugi::xml_node& node) {
  const std::string_view text = trimmed(node.child_value());
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value) || std::abs(value) > kMostPixels) return std::nullopt;
  return value;
}

/// Reads the children of one element, with errors that say where they stand.
class Reader {
 public:
  /// where  "'/x/a.xml': object 2"
  Reader(pugi::xml_node node, std::string where) : node_(node), where_(std::move(where)) {}

  double number(const char* name) const {
    const pugi::xml_node child = node_.child(name);
    const std::optional<double> value = numberIn(child);
    if (!child) refuse(fmt::format("has no {}", name));
    if (!value)
      refuse(fmt::format("has the {} '{}', a number of pixels expected", name,
                         quotable(trimmed(child.child_value()))));
    return *value;
  }
  std::string text(const char* name) const {
    const std::string_view text = trimmed(node_.child_value(name));
    if (text.empty()) refuse(fmt::format("has no {}", name));
    return std::string(text);
  }
  [[noreturn]] void refuse(std::string_view why) const {
    throw Error(fmt::format("{} {}; write it again with the program that made it", where_, why));
  }

 private:
  pugi::xml_node node_;
  std::string where_;
};

NamedBox objectOf(const pugi::xml_node& node, const std::string& where) {
  const Reader object(node, where);
  NamedBox named{object.text("name"), {}};
  const pugi::xml_node box = node.child("bndbox");
  if (!box) object.refuse("has no bndbox");
  const Reader edges(box, fmt::format("{} ({})", where, quotable(named.name)));
  const auto edge = [&](const char* name) { return static_cast<float>(std::trunc(edges.number(name)) - 1); };
  named.box.left = edge("xmin");
  named.box.top = edge("ymin");
  named.box.right = edge("xmax");
  named.box.bottom = edge("ymax");
  named.box.difficult = trimmed(node.child_value("difficult")) == "1";
  return named;
}

ImageSize sizeIn(const pugi::xml_node& annotation) {
  const pugi::xml_node size = annotation.child("size");
  const auto side = [&](const char* name) {
    return static_cast<int>(numberIn(size.child(name)).value_or(0));
  };
  return {side("width"), side("height")};
}

}  // namespace

VocAnnotation readVocXml(std::string_view bytes, const std::string& what) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(bytes.data(), bytes.size(), pugi::parse_default);
  if (!result)
    throw Error(
        fmt::format("{} is no XML: {} at byte {}; get it again", what, result.description(), result.offset));
  const pugi::xml_node root = document.document_element();
  if (std::string_view(root.name()) != "annotation")
    throw Error(
        fmt::format("{} is no annotation of PASCAL VOC: its first element is '{}', 'annotation' expected",
                    what, quotable(root.name())));
  VocAnnotation annotation{sizeIn(root), {}};
  for (const pugi::xml_node& node : root.children("object")) {
    if (annotation.objects.size() == kMostObjects)
      throw Error(fmt::format("{} has more than {} objects", what, kMostObjects));
    annotation.objects.push_back(
        objectOf(node, fmt::format("{}: object {}", what, annotation.objects.size() + 1)));
  }
  return annotation;
}

}  // namespace uada
