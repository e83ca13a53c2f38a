#pragma once

#include <QString>

namespace uada {

/// progress: epochs, checkpoints; problem: what failed; event: all else that happened.
enum class LogLevel { progress, event, problem };

/// What is told in a line of the log.
struct LogEntry {
  LogEntry() = default;
  LogEntry(const QString& text, LogLevel level = LogLevel::event, qint64 run = 0, qint64 step = 0)
      : text(text), level(level), run(run), step(step) {}
  QString text;
  LogLevel level = LogLevel::event;
  qint64 run = 0;   ///< that it is about; 0: none
  qint64 step = 0;  ///< of it, after which it happened; 0: before the first, or it is not known
};

}  // namespace uada
