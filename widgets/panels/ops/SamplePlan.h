#pragma once

#include <QString>
#include <cstdint>
#include <optional>

#include "core/augment/Plan.h"
#include "core/config/RunConfig.h"
#include "core/images/Image.h"

namespace uada {

/// A sample of a run with a plan, to be looked at in the view Ops.
struct SamplePlan {
  QString title;         ///< "image 1,204 at step 4,680 of r18-c10-uada-s1"
  Choice dataset;        ///< settings: DataSettings
  std::string dataHash;  ///< recorded of it; empty: not recorded
  std::uint32_t index = 0;
  Plan plan;
  std::optional<Input> input = {};  ///< of the run's network; none: as the images
  QString pixelHash;                ///< recorded of the plan's pixels; may be empty
  Image original;                   ///< kept with the run: used if the data set cannot be read; may be empty
};

}  // namespace uada
