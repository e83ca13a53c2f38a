#include "core/engine/methods/Baseline.h"

#include "core/engine/methods/Chooser.h"

namespace uada {

std::unique_ptr<Chooser> make(const Baseline&, const Space& space) { return makePlainChooser(space); }

}  // namespace uada
