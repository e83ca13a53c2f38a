#pragma once

#include <cstddef>
#include <vector>

#include "core/images/Image.h"

namespace uada::cli {

/// A JPEG as cameras write it: colours at half the resolution, quality 90.
std::vector<std::byte> packedJpeg(ImageView image);

}  // namespace uada::cli
