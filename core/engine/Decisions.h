#pragma once

#include <string>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/data/LabelPicture.h"
#include "core/engine/Reports.h"

/// The plans and pictures of a recorded decision.
namespace uada {

/// A plan of a decision.
/// which   -1: the unperturbed plan; else the candidate of the group of that number. decision.winner: the
///         plan that was trained on
/// throws  Error if the decision has no such group
const Plan& planOf(const Decision& decision, int which);
/// The same of its pictures; empty where it was not kept.
const Image& pictureOf(const Decision& decision, int which);
/// "unperturbed", or the group's name. Throws likewise.
std::string nameOf(const Decision& decision, int which);

/// How a group's gradient was estimated (Uada::estimator).
enum class ProbedBy { forward, central, joint };
/// A probe of a group as it was rendered.
struct ProbePlan {
  Plan plan;
  double loss = 0;
  bool isOpposite = false;  ///< moved by -delta
};
/// The probes of a group of a decision, in the order of its losses, from the recorded delta. One that moves
/// all groups at once is the same for each. None: the update asked for none.
/// group   its number
/// throws  Error if there is no such group
std::vector<ProbePlan> probesOf(const Decision& decision, int group, ProbedBy by);

/// Draws the original, the unperturbed plan and every candidate of a decision, as training does.
/// Where the sample has a label map, or a picture that is learned, it stands on the right of each picture,
/// moved as the picture is.
/// renderer  of the run's training images
/// colours   of the classes of label maps
/// throws    Error if there is no such sample, or a plan cannot be drawn from it
void drawPictures(Decision& decision, const Renderer& renderer, std::span<const ClassColour> colours = {});

}  // namespace uada
