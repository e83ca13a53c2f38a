#pragma once

#include <QFile>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>

namespace uada::test {

/// wheel_server.py while it lives: a package index of small wheels.
class WheelServer {
 public:
  WheelServer() {
    process_.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process_.start("/usr/bin/python3",
                   {QStringLiteral(PROJECT_DIR "/tests/core/wheel_server.py"), folder_.path()});
    port_ = line().toInt();
  }
  ~WheelServer() {
    process_.kill();
    process_.waitForFinished();
  }
  bool isRunning() const { return port_ > 0; }
  QString index(const QString& mode = "plain") const {
    return QString("http://127.0.0.1:%1/%2/simple").arg(port_).arg(mode);
  }
  QString file(const QString& name) const { return folder_.filePath(name); }
  /// SHA-256 of a wheel.
  QString hash(const QString& wheel) const {
    QFile text(file(wheel + ".sha256"));
    return text.open(QIODevice::ReadOnly) ? QString::fromUtf8(text.readAll()) : QString();
  }
  /// The files that were asked for since the last call: "torch-9.8.7.whl bytes=100-".
  QStringList asked() {
    QStringList lines;
    while (process_.canReadLine() || process_.waitForReadyRead(kMoment))
      lines += QString(process_.readLine()).trimmed();
    return lines;
  }

 private:
  static constexpr int kMoment = 200, kStart = 30'000;  // milliseconds
  QString line() {
    while (!process_.canReadLine() && process_.waitForReadyRead(kStart)) continue;
    return QString(process_.readLine()).trimmed();
  }
  QTemporaryDir folder_;
  QProcess process_;
  int port_ = 0;
};

}  // namespace uada::test
