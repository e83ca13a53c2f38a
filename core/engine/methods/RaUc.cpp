#include "core/engine/methods/RaUc.h"

#include "core/engine/methods/Chooser.h"

namespace uada {

std::unique_ptr<Chooser> make(const RaUc&, const Space& space) { return makePlainChooser(space); }

}  // namespace uada
