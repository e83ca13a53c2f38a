#pragma once

#include <string>

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

/// Draws the original, the unperturbed plan and every candidate of a decision, as training does.
/// Where the sample has a label map, or a picture that is learned, it stands on the right of each picture,
/// moved as the picture is.
/// renderer  of the run's training images
/// colours   of the classes of label maps
/// throws    Error if there is no such sample, or a plan cannot be drawn from it
void drawPictures(Decision& decision, const Renderer& renderer, std::span<const ClassColour> colours = {});

}  // namespace uada
