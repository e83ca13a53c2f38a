#pragma once

#include <memory>

#include "core/data/Dataset.h"

namespace uada {

/// Whether a set whose images have targets of one kind can give those of another: an image is itself a
/// picture.
inline bool canGive(TargetKind has, TargetKind wanted) {
  return has == wanted || wanted == TargetKind::picture;
}

/// The set with the targets that are learned from: as it is, or, where pictures are wanted of a set that has
/// none, with each image as its own target. Nothing is decoded twice where the set keeps what it decoded, as
/// Prefetch does: so this comes last.
/// wanted  canGive() says of the set's kind that it can
std::shared_ptr<const Dataset> withTargets(std::shared_ptr<const Dataset> data, TargetKind wanted);

}  // namespace uada
