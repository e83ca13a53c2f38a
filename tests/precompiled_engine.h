#pragma once

#include "core/engine/models/Torch.h"
#include "core/engine/train/Checkpoint.h"
#include "core/engine/train/Stepper.h"
#include "core/engine/train/Trainer.h"
#include "tests/core/Resident.h"
#include "tests/engine/Attempt.h"
#include "tests/precompiled_plain.h"
