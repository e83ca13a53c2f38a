#pragma once

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <map>
#include <string>

#include "core/base/Files.h"
#include "core/images/Image.h"
#include "tests/core/GoldenScript.h"

namespace uada {

/// A Python that has Pillow, and says which; empty when there is none.
inline QString pythonWithPillow(QString& version) {
  return pythonThatRuns("import PIL; print(PIL.__version__)", version);
}

/// The files of one call of a script in tests/golden: cases, a line each that ends in the offset of its
/// image, and the images, each written once.
class PillowCall {
 public:
  /// line: without the offset. The image must live until run().
  void add(const std::string& line, const Image& image) {
    auto [place, isNew] = offsets_.try_emplace(&image, pixels_.size());
    if (isNew) pixels_.append(image.rgb.begin(), image.rgb.end());
    lines_ += line + ' ' + std::to_string(place->second) + '\n';
  }

  /// What the script writes; empty if it fails, which the script says on standard error.
  QByteArray run(const QString& python, const QString& script, const QStringList& options = {}) const {
    const QTemporaryDir temporary;
    const QDir folder(temporary.path());
    writeFileAtomically(folder.filePath(QStringLiteral("cases")).toStdString(), lines_);
    writeFileAtomically(folder.filePath(QStringLiteral("images")).toStdString(), pixels_);
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.setWorkingDirectory(folder.path());
    process.start(python,
                  QStringList{QStringLiteral(PROJECT_DIR "/tests/golden/") + script, QStringLiteral("cases"),
                              QStringLiteral("images"), QStringLiteral("results")} +
                      options);
    if (!process.waitForFinished(600'000) || process.exitStatus() != QProcess::NormalExit ||
        process.exitCode() != 0)
      return {};
    QFile results(folder.filePath(QStringLiteral("results")));
    return results.open(QIODevice::ReadOnly) ? results.readAll() : QByteArray();
  }

 private:
  std::string lines_, pixels_;
  std::map<const Image*, std::size_t> offsets_;
};

/// How many bytes of ours differ from Pillow's, which stand at `at`; all if there are too few.
inline int differingBytes(const Image& ours, const QByteArray& results, qsizetype at) {
  const auto size = static_cast<qsizetype>(ours.rgb.size());
  if (results.size() - at < size) return static_cast<int>(size);
  int count = 0;
  for (qsizetype i = 0; i < size; ++i)
    count += ours.rgb[static_cast<std::size_t>(i)] != static_cast<std::uint8_t>(results[at + i]);
  return count;
}

}  // namespace uada
