#include "widgets/models/Saving.h"

#include <QBuffer>
#include <QFileDialog>
#include <QFileInfo>
#include <QObject>
#include <QRegularExpression>
#include <QWidget>
#include <string_view>
#include <vector>

#include "core/base/Endings.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/models/Numbers.h"

namespace uada {
namespace {

constexpr qint64 kMostPixels = 100'000'000;

std::vector<std::string> endingsOf(const QStringList& filters) {
  static const QRegularExpression kEnding(QStringLiteral("\\*\\.(\\w+)"));
  std::vector<std::string> endings;
  for (const QString& filter : filters)
    for (auto each = kEnding.globalMatch(filter); each.hasNext();)
      endings.push_back(each.next().captured(1).toStdString());
  return endings;
}

}  // namespace

std::string endingIn(const QStringList& filters, const QString& file, const QString& what) {
  return formOf(file.toStdString(), what.toStdString(), endingsOf(filters));
}

QString askWhere(QWidget* parent, const QString& title, const QString& suggested,
                 const QStringList& filters) {
  QFileDialog dialog(parent, title, {}, filters.join(QStringLiteral(";;")));
  dialog.setAcceptMode(QFileDialog::AcceptSave);
  const QFileInfo place(suggested);
  if (!suggested.isEmpty()) dialog.setDirectory(place.isDir() ? suggested : place.path());
  if (!suggested.isEmpty() && !place.isDir()) dialog.selectFile(place.fileName());
  // The dialogue then asks about a file of the whole name before it is replaced.
  const auto follow = [&dialog](const QString& filter) {
    dialog.setDefaultSuffix(QString::fromStdString(endingsOf({filter}).front()));
  };
  follow(filters.front());
  QObject::connect(&dialog, &QFileDialog::filterSelected, &dialog, follow);
  return dialog.exec() == QDialog::Accepted ? dialog.selectedFiles().front() : QString();
}

void requireDrawable(QSize size, const QString& what, const QString& remedy) {
  const qint64 pixels = qint64{size.width()} * size.height();
  if (pixels <= kMostPixels) return;
  throw UsageError(
      QObject::tr("%1 would be a picture of %2 x %3 pixels (%4 million), at most %5 million are drawn; %6")
          .arg(what)
          .arg(size.width())
          .arg(size.height())
          .arg(countText((pixels + 500'000) / 1'000'000))
          .arg(kMostPixels / 1'000'000)
          .arg(remedy)
          .toStdString());
}

void savePicture(const QImage& image, const QString& file) {
  endingIn({QStringLiteral("(*.png)")}, file, QObject::tr("a picture"));
  QByteArray bytes;
  QBuffer buffer(&bytes);
  if (!image.save(&buffer, "PNG"))
    throw Error("cannot make a PNG for '" + file.toStdString() + "': out of memory");
  writeFileAtomically(file.toStdString(),
                      std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

QString askAndSave(QWidget* parent, const QImage& image, const QString& suggested) {
  const QString file =
      askWhere(parent, QObject::tr("Save image"), suggested, {QObject::tr("Picture (*.png)")});
  if (file.isEmpty()) return {};
  try {
    savePicture(image, file);
  } catch (const Error& error) {
    return QString::fromStdString(error.what());
  }
  return {};
}

}  // namespace uada
