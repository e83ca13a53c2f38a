#pragma once

#include <memory>

#include "core/data/ResidentDataset.h"

namespace uada::test {

/// A copy in memory of a data set with labels whose images are of one size.
inline ResidentDataset resident(const std::shared_ptr<const Dataset>& data) {
  ResidentDataset copy;
  copy.width = data->imageSize(0).width;
  copy.height = data->imageSize(0).height;
  copy.classCount = data->classes();
  copy.hash = data->identity();
  copy.published = data->isPublished();
  for (std::uint32_t i = 0; i < data->size(); ++i) {
    const Held<ImageView> image = data->image(i);
    copy.rgb.insert(copy.rgb.end(), image->rgb, image->rgb + image->bytes());
    copy.labels.push_back(data->label(i));
  }
  return copy;
}

}  // namespace uada::test
