#pragma once

#include <QtWidgets>

#include "tests/precompiled_plain.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/Session.h"
