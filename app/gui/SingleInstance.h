#pragma once

#include <QObject>
#include <QStringList>

class QLocalServer;

namespace uada {

/// One window for each person and file of settings: a second start hands its files over and ends.
class SingleInstance : public QObject {
  Q_OBJECT
 public:
  /// settings  file of the window's settings: windows that keep theirs in different files do not meet
  static QString nameFor(const QString& settings);

  /// Gives the files to the window that listens under that name. returns false where there is none, or it
  /// does not answer within two seconds
  static bool handOver(const QString& name, const QStringList& files);

  /// Listens under that name; does nothing where another process does.
  explicit SingleInstance(const QString& name, QObject* parent = nullptr);
  bool isListening() const;

 Q_SIGNALS:
  void asked(const QStringList& files);  ///< whole paths; empty: only to come to the front

 private:
  void take();
  QLocalServer* server_;
};

}  // namespace uada
