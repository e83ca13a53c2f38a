#pragma once

#include <QString>
#include <vector>

#include "core/data/Dataset.h"
#include "core/engine/models/Model.h"
#include "widgets/forms/ChoiceCards.h"

namespace uada {

/// A card for each data set of the catalogue: what was published, and whether it is there. Own folders are
/// looked for only where they are named.
std::vector<CardText> datasetCards();

/// Why the network cannot learn from the data set; empty: it can.
QString whyNot(const Model& model, const DatasetEntry& data);

}  // namespace uada
