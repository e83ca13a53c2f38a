#pragma once

#include <functional>

#include "core/engine/Engine.h"
#include "core/engine/train/RunData.h"

/// Looks at the network of a checkpoint: nothing is learned. On the thread of the job.
namespace uada {

using Enter = std::function<void(const StateReport&)>;

/// work::Evaluate. returns  finished or stopped
RunState evaluate(Prepared prepared, Sink& sink, Control& control, const Enter& enter);

/// Checks what work::Predict asks for. Throws UsageError.
void requireLimit(const work::Predict& wanted);
/// work::Predict. A stop ends it between samples.
RunState predict(Prepared prepared, const work::Predict& wanted, Sink& sink, Control& control,
                 const Enter& enter);

/// Checks what work::PredictPlanned asks for. Throws UsageError.
void requireLabels(const work::PredictPlanned& wanted);
/// work::PredictPlanned. A stop ends it between samples.
RunState predictPlanned(Prepared prepared, const work::PredictPlanned& wanted, Sink& sink, Control& control,
                        const Enter& enter);

/// Checks what work::Landscape asks for. Throws UsageError.
void requireOps(const work::Landscape& wanted);
/// work::Landscape. Every pinned sample keeps the plan that the epoch of the checkpoint draws for it; in
/// place of its chain stand the ops, with a sign and a place of their own for each sample. Batch
/// normalisation takes the statistics of the batch, as in UADA's probes; they are kept nowhere.
RunState drawLandscape(Prepared prepared, const work::Landscape& wanted, Sink& sink, Control& control,
                       const Enter& enter);

}  // namespace uada
