#include "widgets/session/LogBook.h"

#include "widgets/session/Session.h"

namespace uada {

static constexpr std::size_t kMost = 5000;

QString levelWord(LogLevel level) {
  switch (level) {
    case LogLevel::progress: return QObject::tr("progress");
    case LogLevel::event: return QObject::tr("event");
    case LogLevel::problem: return QObject::tr("problem");
  }
  return {};
}

QString LogLine::whole() const {
  return when.toString("hh:mm:ss  ") + (level == LogLevel::problem ? QObject::tr("problem: ") : QString()) +
         text;
}

LogBook& LogBook::of(Session& session) {
  if (auto* known = session.findChild<LogBook*>()) return *known;
  return *new LogBook(session);
}

LogBook::LogBook(Session& session) : QObject(&session) {
  connect(&session, &Session::logged, this, &LogBook::add);
  connect(&session, &Session::problem, this, [this](const QString& text) { add({text, LogLevel::problem}); });
}

void LogBook::add(const LogEntry& entry) {
  lines_.push_back({entry, QDateTime::currentDateTime()});
  if (lines_.size() > kMost) {
    const LogLine oldest = std::move(lines_.front());
    lines_.pop_front();
    Q_EMIT dropped(oldest);
  }
  Q_EMIT added(lines_.back());
}

void LogBook::clear() {
  lines_.clear();
  Q_EMIT cleared();
}

}  // namespace uada
