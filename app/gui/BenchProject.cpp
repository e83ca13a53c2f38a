#include "app/gui/BenchProject.h"

#include <QElapsedTimer>
#include <QLineEdit>
#include <QTabWidget>
#include <QTableView>
#include <QTreeView>
#include <algorithm>
#include <array>
#include <cstdio>

#include "app/gui/MainWindow.h"
#include "app/gui/TimedApplication.h"
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/store/Project.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/panels/runs/RunsPanel.h"
#include "widgets/session/Session.h"

namespace uada {

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

Json line(const char* name, double milliseconds, std::size_t runs) {
  Json line = Json::object();
  line["kind"] = "bench";
  line["name"] = name;
  line["value"] = milliseconds;
  line["unit"] = "ms";
  line["runs"] = static_cast<std::int64_t>(runs);
  line["threads"] = 1;
  line["device"] = "cpu";
  return line;
}

/// From the top to the bottom and back.
void scroll(QAbstractItemView& view, Session& session) {
  view.scrollToBottom();
  settle(session);
  view.scrollToTop();
  settle(session);
}

double milliseconds(const QElapsedTimer& clock) { return 1e-6 * static_cast<double>(clock.nsecsElapsed()); }

/// Filters and sorts the list of runs, with many columns, and prints how long the slowest took until it was
/// painted.
void benchList(MainWindow& window, Session& session) {
  constexpr std::size_t kColumns = 40;
  auto& panel = *static_cast<RunsPanel*>(window.panel("runs"));
  waitUntil([&] { return session.runs().empty() || panel.model().settings(); },
            "the reading of all settings");
  settle(session);
  std::vector<std::string> columns;
  for (const RunColumn& column : panel.model().columns().all())
    if (column.name != "name" && columns.size() < kColumns) columns.push_back(column.name);
  panel.showColumns(columns);
  settle(session);
  auto& list = *window.findChild<QTreeView*>("runs");
  const auto slowest = [&](const auto& items, const auto& apply) {
    double most = 0;
    for (const auto& item : items) {
      QElapsedTimer clock;
      clock.start();
      apply(item);
      list.viewport()->repaint();
      most = std::max(most, milliseconds(clock));
      settle(session);
    }
    return most;
  };
  auto* filter = window.findChild<QLineEdit*>("filter");
  const double filtering =
      slowest(std::array{"u", "uada s1", "method=uada & acc>0.5", "epochs>=1 | width<16 & dataset~mnist", ""},
              [&](const char* text) { filter->setText(text); });
  std::puts(line("window.filter", filtering, session.runs().size()).dump().c_str());
  const double sorting = slowest(std::array{"last", "name", "seconds", "created"}, [&](const char* column) {
    list.sortByColumn(panel.model().section(column), Qt::DescendingOrder);
  });
  std::puts(line("window.sort", sorting, session.runs().size()).dump().c_str());
}

/// What a person does in a project: every view, some runs, filters, orders.
void useAll(MainWindow& window, Session& session) {
  auto& table = *window.findChild<QTableView*>("comparison");
  for (int view = 0; view < window.views()->count(); ++view) {
    window.views()->setCurrentIndex(view);
    settle(session);
    if (!table.isVisible()) continue;
    scroll(table, session);
    for (const int column : {0, 1, 0}) {
      table.sortByColumn(column, Qt::DescendingOrder);
      settle(session);
    }
  }
  window.views()->setCurrentIndex(0);
  scroll(*window.findChild<QTreeView*>("runs"), session);
  const std::size_t count = session.runs().size();
  for (std::size_t i = 0; i < 10 && count > 0; ++i) {
    const qint64 run = session.runs()[i * (count - 1) / 10].id;
    session.selection().select(run);
    session.selection().setChecked(run, !session.selection().isChecked(run));
    settle(session);
  }
  auto* filter = window.findChild<QLineEdit*>("filter");
  for (const char* text : {"u", "uada", "uada s1", ""}) {
    filter->setText(text);
    settle(session);
  }
  session.refresh();
  settle(session);
}

}  // namespace

void benchProject(TimedApplication& application, MainWindow& window, Session& session,
                  const QString& project) {
  const ProjectReader sound(project.toStdString());  // says what is wrong with the file
  application.isTiming = true;
  QElapsedTimer clock;
  clock.start();
  window.openProject(project);
  waitUntil([&] { return session.hasProject(); }, "the opening of the project");
  const std::size_t runs = session.runs().size();
  const Json opened = line("window.open", milliseconds(clock), runs);
  std::puts(opened.dump().c_str());
  settle(session);
  benchList(window, session);
  useAll(window, session);
  application.isTiming = false;
  Json longest = line("window.longest_event", application.wall.milliseconds, runs);
  longest["event"] = application.wall.event.toStdString();
  longest["cpu_ms"] = application.cpu.milliseconds;
  longest["cpu_event"] = application.cpu.event.toStdString();
  std::puts(longest.dump().c_str());
}

}  // namespace uada
