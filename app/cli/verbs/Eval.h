#pragma once

#include "app/cli/CommandLine.h"

namespace uada::cli {

/// `eval seg`: label maps; `eval voc`: boxes.
void addEvalSeg(Verbs& eval);
void addEvalVoc(Verbs& eval);

}  // namespace uada::cli
