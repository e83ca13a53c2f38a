#include "core/engine/methods/Plain.h"

#include "core/engine/methods/Chooser.h"

namespace uada {

std::unique_ptr<Chooser> make(const Plain&, const Space& space) { return makePlainChooser(space); }

}  // namespace uada
