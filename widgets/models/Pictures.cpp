#include "widgets/models/Pictures.h"

namespace uada {

QImage viewOf(const Image& image) {
  if (image.empty()) return {};
  return {image.rgb.data(), image.width, image.height, 3 * image.width, QImage::Format_RGB888};
}

QImage copyOf(const Image& image) { return viewOf(image).copy(); }

}  // namespace uada
