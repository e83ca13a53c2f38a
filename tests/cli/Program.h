#pragma once

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <memory>

namespace uada::test {

constexpr int kTimeout = 100'000;  // milliseconds; a hang must not stop the suite

struct Result {
  int code = -1;
  QString out, err;
};

/// The program in a folder of its own, as a person would use it there.
class Program {
 public:
  explicit Program(const char* name = "uada") : name_(name) {
    environment_ = QProcessEnvironment::systemEnvironment();
  }
  QString path(const QString& name) const { return folder_.filePath(name); }
  void set(const QString& name, const QString& value) { environment_.insert(name, value); }
  void unset(const QString& name) { environment_.remove(name); }

  std::unique_ptr<QProcess> start(const QStringList& arguments) const {
    auto process = std::make_unique<QProcess>();
    process->setProcessEnvironment(environment_);
    process->setWorkingDirectory(folder_.path());
    process->start(QStringLiteral(PROGRAM_DIR "/") + name_, arguments);
    return process;
  }
  Result run(const QStringList& arguments) const { return finish(*start(arguments)); }
  static Result finish(QProcess& process, int timeout = kTimeout) {
    if (!process.waitForFinished(timeout)) process.kill();
    process.waitForFinished(kTimeout);
    const int code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    return {code, QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
  }
  void write(const QString& name, const QByteArray& content) const {
    QFile file(path(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(content), content.size());
  }
  QByteArray read(const QString& name) const {
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }

  /// CIFAR-10 in small: five files of `each` training images and one of test images, each class a colour of
  /// its own.
  void writeCifar(int each) const {
    QVERIFY(QDir(folder_.path()).mkpath("cifar"));
    for (int file = 0; file < 6; ++file) {
      QByteArray content;
      for (int i = 0; i < each; ++i) content += image((file + i) % 10, 7 * file + i);
      write(file < 5 ? QString("cifar/data_batch_%1.bin").arg(file + 1) : QString("cifar/test_batch.bin"),
            content);
    }
  }

 private:
  static QByteArray image(int label, int salt) {
    QByteArray record(1, static_cast<char>(label));
    for (int channel = 0; channel < 3; ++channel)
      for (int i = 0; i < 1024; ++i)
        record += static_cast<char>((label * 25 * (channel + 1) + i * (salt % 5 + 1)) % 256);
    return record;
  }
  const QString name_;
  QTemporaryDir folder_;
  QProcessEnvironment environment_;
};

/// Standard output as JSON lines; an invalid line or one without `kind` becomes an object of kind "INVALID".
inline QList<QJsonObject> objects(const QString& out) {
  QList<QJsonObject> all;
  for (const QString& line : out.split('\n', Qt::SkipEmptyParts)) {
    const QJsonObject object = QJsonDocument::fromJson(line.toUtf8()).object();
    all.append(object.contains("kind") ? object : QJsonObject{{"kind", "INVALID"}, {"line", line}});
  }
  return all;
}

inline QList<QJsonObject> ofKind(const QList<QJsonObject>& all, const QString& kind) {
  QList<QJsonObject> some;
  for (const QJsonObject& object : all)
    if (object["kind"] == kind) some.append(object);
  return some;
}

/// Empty if the program ended with this code, else what it said.
inline QString unlikeCode(const Result& result, int wanted) {
  if (result.code == wanted) return {};
  return QString("ended with %1, not %2; said:\n%3\n%4")
      .arg(result.code)
      .arg(wanted)
      .arg(result.out, result.err);
}

}  // namespace uada::test

#define COMPARE_CODE(result, wanted) QCOMPARE(unlikeCode((result), (wanted)), QString())
