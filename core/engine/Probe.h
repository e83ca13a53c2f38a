#pragma once

#include "core/settings/Choice.h"

namespace uada {

/// By how many levels the probes of UADA with these settings move: its delta. What other methods would probe,
/// if they were UADA: 1.
int probeDelta(const Choice& method);

}  // namespace uada
