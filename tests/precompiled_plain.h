// What many tests include, or pays where some do.
#pragma once

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <QtTest>
#include <deque>
#include <random>

#include "core/augment/Renderer.h"
#include "core/data/ResidentDataset.h"
#include "core/store/Project.h"
#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/ReportText.h"
