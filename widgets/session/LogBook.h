#pragma once

#include <QDateTime>
#include <QObject>
#include <QString>
#include <deque>

#include "widgets/session/LogEntry.h"

namespace uada {

class Session;

QString levelWord(LogLevel level);

struct LogLine : LogEntry {
  QDateTime when;
  QString whole() const;  ///< "12:30:05  problem  the disk is full"
};

/// What the session has told since the window was opened, a line each; the newest 5,000. GUI thread.
class LogBook : public QObject {
  Q_OBJECT
 public:
  /// The session's own; made when it is first asked for, which is before anything is told.
  static LogBook& of(Session& session);

  const std::deque<LogLine>& lines() const { return lines_; }
  void add(const LogEntry& entry);
  void clear();

 Q_SIGNALS:
  void added(const uada::LogLine& line);
  void dropped(const uada::LogLine& line);  ///< the oldest: there are too many
  void cleared();

 private:
  explicit LogBook(Session& session);
  std::deque<LogLine> lines_;
};

}  // namespace uada
