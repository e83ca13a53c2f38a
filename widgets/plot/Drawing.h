#pragma once

#include <QByteArray>
#include <QSize>
#include <QString>
#include <functional>

class QPaintDevice;

namespace uada {

constexpr int kPictureScale = 2;  ///< pixels of a picture for one on the screen

/// A drawing as a file's content. paint  what draws it into the device; size  in pixels of 1/96 inch
QByteArray pdfOf(QSizeF size, const std::function<void(QPaintDevice&)>& paint);
QByteArray svgOf(QSize size, const QString& title, const std::function<void(QPaintDevice&)>& paint);

}  // namespace uada
