#include "core/data/TargetKind.h"

namespace uada {

const char* targetText(TargetKind kind) {
  switch (kind) {
    case TargetKind::label: return "a label";
    case TargetKind::labelMap: return "a label map";
    case TargetKind::boxes: return "boxes";
    case TargetKind::picture: break;
  }
  return "a picture";
}

}  // namespace uada
