#include "app/gui/BenchProject.h"

#include <QElapsedTimer>
#include <QEvent>
#include <QLineEdit>
#include <QMetaEnum>
#include <QTabWidget>
#include <cstdio>

#include "app/gui/MainWindow.h"
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "widgets/session/Session.h"

namespace uada {

bool TimedApplication::notify(QObject* receiver, QEvent* event) {
  if (!isTiming || depth_ > 0) return QApplication::notify(receiver, event);
  const char* name = receiver->metaObject()->className();
  const char* type = QMetaEnum::fromType<QEvent::Type>().valueToKey(event->type());
  QElapsedTimer clock;
  clock.start();
  ++depth_;
  const bool taken = QApplication::notify(receiver, event);
  --depth_;
  const double milliseconds = 1e-6 * static_cast<double>(clock.nsecsElapsed());
  if (milliseconds > longest) {
    longest = milliseconds;
    what = QStringLiteral("%1 of %2").arg(type ? type : "event", name);
  }
  return taken;
}

namespace {

constexpr int kPatience = 60'000;  // milliseconds
constexpr int kPause = 300;        // longer than the views wait before they draw

template <class Condition>
void waitUntil(Condition isMet, const char* what) {
  QElapsedTimer clock;
  clock.start();
  while (!isMet()) {
    if (clock.elapsed() > kPatience) throw Error(std::string(what) + " took more than a minute");
    QApplication::processEvents(QEventLoop::WaitForMoreEvents, 50);
  }
}

/// Until all that was asked of the project is answered and drawn.
void settle(Session& session) {
  bool answered = false;
  session.ask(
      &session, [](const OpenProject&) { return true; }, [&](std::optional<bool>) { answered = true; });
  waitUntil([&] { return answered; }, "what the window asked of the project");
  QElapsedTimer clock;
  clock.start();
  while (clock.elapsed() < kPause) QApplication::processEvents(QEventLoop::WaitForMoreEvents, 20);
}

void printLine(const char* name, double milliseconds, std::size_t runs, const QString& event) {
  Json line = Json::object();
  line["kind"] = "bench";
  line["name"] = name;
  line["value"] = milliseconds;
  line["unit"] = "ms";
  line["runs"] = static_cast<std::int64_t>(runs);
  if (!event.isEmpty()) line["event"] = event.toStdString();
  line["threads"] = 1;
  line["device"] = "cpu";
  std::puts(line.dump().c_str());
}

}  // namespace

void benchProject(TimedApplication& application, MainWindow& window, Session& session,
                  const QString& project) {
  application.isTiming = true;
  QElapsedTimer clock;
  clock.start();
  window.openProject(project);
  waitUntil([&] { return session.hasProject(); }, "the opening of the project");
  printLine("window.open", 1e-6 * static_cast<double>(clock.nsecsElapsed()), session.runs().size(), {});
  settle(session);
  for (int view = 0; view < window.views()->count(); ++view) {
    window.views()->setCurrentIndex(view);
    settle(session);
  }
  window.views()->setCurrentIndex(0);
  const std::size_t count = session.runs().size();
  for (std::size_t i = 0; i < 10 && count > 0; ++i) {
    const qint64 run = session.runs()[i * (count - 1) / 10].id;
    session.select(run);
    session.setChecked(run, !session.isChecked(run));
    settle(session);
  }
  auto* filter = window.findChild<QLineEdit*>("filter");
  for (const char* text : {"u", "uada", "uada s1", ""}) {
    filter->setText(text);
    settle(session);
  }
  session.refresh();
  settle(session);
  application.isTiming = false;
  printLine("window.longest_event", application.longest, count, application.what);
}

}  // namespace uada
