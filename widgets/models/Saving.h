#pragma once

#include <QImage>
#include <QSize>
#include <QString>
#include <QStringList>
#include <string>

class QWidget;

namespace uada {

/// What is saved has the filters of a file dialogue, "Picture (*.png)", the preferred one first: they name
/// the endings that it can have.

/// The ending of the file. what: is saved, in errors: "this view". Throws UsageError if it is none of them.
std::string endingIn(const QStringList& filters, const QString& file, const QString& what);
/// Asks where to save; a name without an ending gets that of the filter. Empty: nothing is to be saved.
QString askWhere(QWidget* parent, const QString& title, const QString& suggested, const QStringList& filters);

/// Asked before memory is taken for a drawn picture. what: "the table"; remedy: "take fewer runs". Throws
/// UsageError for more than 100 million pixels.
void requireDrawable(QSize size, const QString& what, const QString& remedy);
/// Throws Error, also for a name that does not end in .png.
void savePicture(const QImage& image, const QString& file);
/// Asks where, and saves there. returns what failed, in words; empty: nothing
QString askAndSave(QWidget* parent, const QImage& image, const QString& suggested);

}  // namespace uada
