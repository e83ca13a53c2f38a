#pragma once

#include <span>
#include <string>

#include "core/engine/Reports.h"

/// The captions of a recorded decision, the same in the window and on the command line.
namespace uada {

/// Of the sample: "bird", "class 7" where nobody names the classes, "image 12" where it has none.
/// classNames  of the data set; empty: it has none
std::string sampleText(const Decision& decision, std::span<const std::string> classNames);

/// "rotate 6 + color −3": the chain of a plan, its levels as they are used; empty: it has none.
std::string chainText(const Plan& plan);

/// What a group's candidate changed: "rotate 6 → 7", "(4, 7) → (5, 6)", "hue −3° → −6.6°", "off → on", "on,
/// unchanged", "not applied".
std::string moveText(const Decision& decision, const GroupDecision& group);
/// The same for a narrow caption: of several coordinates only how far each moved, "brightness +6.4, hue
/// −3.6°", "left → 3 px, top ↑ 2 px", or "+1 −1 0 +1".
std::string briefMoveText(const Decision& decision, const GroupDecision& group);

}  // namespace uada
