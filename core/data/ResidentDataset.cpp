#include "core/data/ResidentDataset.h"

#include <utility>

namespace uada {

std::shared_ptr<const ResidentDataset> oneImageSet(Image image) {
  auto data = std::make_shared<ResidentDataset>();
  data->width = image.width;
  data->height = image.height;
  data->classCount = 1;
  data->rgb = std::move(image.rgb);
  data->labels = {0};
  return data;
}

}  // namespace uada
