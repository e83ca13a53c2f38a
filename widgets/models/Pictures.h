#pragma once

#include <QImage>

#include "core/images/Image.h"

namespace uada {

/// Over the same bytes, which must outlive it.
QImage viewOf(const Image& image);
QImage copyOf(const Image& image);

}  // namespace uada
