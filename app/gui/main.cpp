#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <QApplication>
#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <QTimer>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>

#include "app/gui/BenchLive.h"
#include "app/gui/BenchOps.h"
#include "app/gui/BenchOverlay.h"
#include "app/gui/BenchPlots.h"
#include "app/gui/BenchProject.h"
#include "app/gui/DesktopNotices.h"
#include "app/gui/Display.h"
#include "app/gui/FillView.h"
#include "app/gui/MainWindow.h"
#include "app/gui/Options.h"
#include "app/gui/Signals.h"
#include "app/gui/SingleInstance.h"
#include "app/gui/SleepInhibitor.h"
#include "app/gui/TimedApplication.h"
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "widgets/frame/Views.h"
#include "widgets/models/Saving.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/tables/TablesPanel.h"
#include "widgets/plot/ExportDialog.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

static double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Qt brings libgomp in before main, which reads this variable once; spinning threads made training many times
// slower when a core was busy. So the program starts itself again with it. Returns when main began, in
// seconds.
static double waitPassively(char** argv) {
  const char* began = std::getenv("UADA_MAIN_BEGAN");
  const double start = began ? std::atof(began) : seconds(CLOCK_MONOTONIC);
  const char* policy = std::getenv("OMP_WAIT_POLICY");
  unsetenv("UADA_MAIN_BEGAN");
  if (began || (policy && std::strcmp(policy, "passive") == 0)) return start;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  setenv("UADA_MAIN_BEGAN", std::to_string(start).c_str(), 1);
  execv("/proc/self/exe", argv);
  unsetenv("UADA_MAIN_BEGAN");  // no /proc: carry on, only slower
  return start;
}

// Nothing is shown by --export, --help and --version; the bench paints wherever it can.
static bool isOffscreen(int argc, char** argv) {
  const bool display = std::getenv("DISPLAY") || std::getenv("WAYLAND_DISPLAY");
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--export") || argument == "--help" || argument == "-h" ||
        argument == "--version")
      return true;
    if (argument.starts_with("--bench") && !display) return true;
  }
  return false;
}

static void printBench(double began) {
  Json line = Json::object();
  line["kind"] = "bench";
  line["name"] = "start.first_paint";
  line["value"] = 1000 * (seconds(CLOCK_MONOTONIC) - began);
  line["unit"] = "ms";
  line["cpu_ms"] = 1000 * seconds(CLOCK_PROCESS_CPUTIME_ID);
  line["threads"] = 1;
  line["device"] = "cpu";
  std::puts(line.dump().c_str());
}

static void showRuns(Session& session, const QStringList& names) {
  if (names.isEmpty()) return;
  for (const qint64 run : session.selection().checked()) session.selection().setChecked(run, false);
  const ProjectReader project(session.projectFile().toStdString());
  for (const QString& name : names)
    session.selection().setChecked(project.findRun(name.toStdString()).id, true);
  session.selection().select(project.findRun(names.front().toStdString()).id);
}

/// Lets queued replots and layouts happen.
static void settle() {
  for (int i = 0; i < 20; ++i) {
    QApplication::processEvents(QEventLoop::AllEvents, 20);
    usleep(10000);
  }
}

static void fill(PanelWidget& view) {
  if (!fillView(view))
    throw Error("the view could not be exported: what it shows is not read within a minute");
}

/// The view that is to be exported; null: the whole window, or all charts. Throws UsageError, also where the
/// file's ending is not one of its.
static PanelWidget* viewToExport(MainWindow& window, const Options& options) {
  PanelWidget* view = window.panel(options.exportKind);
  const bool isCharts = options.exportKind == "charts";
  if (!view && options.exportKind != "window" && !isCharts) {
    std::string known = "window charts";
    for (const Panel& entry : panels()) known += std::string(" ") + entry.name;
    throw UsageError("unknown view '" + options.exportKind.toStdString() + "'; known: " + known);
  }
  if (isCharts) return nullptr;
  if (!options.chart.isEmpty()) {
    endingIn(Plot::exportFilters(), options.out, "a chart");
    return view;
  }
  endingIn(view ? view->exportFilters() : QStringList{"(*.png)"}, options.out, "this view");
  return view;
}

/// file  without its ending
static void writeChart(const ExportItem& chart, const QString& file, const Options& options) {
  chart.write(file + '.' + options.chartKind, options.isSized ? options.size : QSize());
  try {
    chart.write(file + ".csv", {});
  } catch (const Error& error) {  // of curves that are too long to be held whole
    std::fprintf(stderr, "uada-workbench: note: %s\n", error.what());
  }
}

/// Every chart that shows something, with its numbers, into a folder.
static void exportCharts(MainWindow& window, const Options& options) {
  if (!QDir().mkpath(options.out))
    throw Error("the folder '" + options.out.toStdString() + "' cannot be made");
  int written = 0;
  for (const Panel& entry : panels()) {
    PanelWidget* view = window.panel(entry.name);
    if (entry.place != PanelPlace::view) continue;
    window.views()->setCurrentWidget(view);
    settle();
    fill(*view);
    const std::vector<ExportItem> charts = chartsOf(*view);
    QStringList names;
    for (const ExportItem& chart : charts) names << (chart.id.isEmpty() ? chart.name : chart.id);
    names = distinctFileNames(names);
    for (std::size_t i = 0; i < charts.size(); ++i)
      writeChart(charts[i], options.out + '/' + entry.name + '-' + names[static_cast<qsizetype>(i)], options);
    written += static_cast<int>(charts.size());
  }
  if (written == 0)
    throw Error("no chart of '" + options.project.toStdString() + "' shows anything: it has no runs yet");
  std::printf("%d charts and their numbers are in %s\n", written, qPrintable(options.out));
}

/// Tells one writing of a file from another; none: it is not there.
static std::pair<ino_t, std::int64_t> writingOf(const QString& file) {
  struct stat state{};
  if (::stat(file.toStdString().c_str(), &state) != 0) return {};
  return {state.st_ino, state.st_mtim.tv_sec * 1'000'000'000LL + state.st_mtim.tv_nsec};
}

static void exportView(MainWindow& window, Session& session, const Options& options) {
  PanelWidget* view = viewToExport(window, options);
  if (!QFileInfo::exists(options.project))
    throw Error("there is no project '" + options.project.toStdString() + "'");
  session.openProject(options.project);
  showRuns(session, options.runs);
  const bool isOfChart = !options.chart.isEmpty() || options.exportKind == "charts";
  window.resize(isOfChart ? QSize(1440, 900) : options.size);
  if (auto* tables = qobject_cast<TablesPanel*>(view); tables && !options.table.isEmpty())
    tables->choose(options.table);
  if (view) window.views()->setCurrentWidget(view);
  window.show();
  settle();
  if (options.exportKind == "charts") {
    exportCharts(window, options);
  } else if (view) {
    fill(*view);
    if (options.chart.isEmpty())
      view->exportTo(options.out);
    else
      chartOf(*view, options.chart).write(options.out, options.isSized ? options.size : QSize());
  } else {
    savePicture(window.grab().toImage(), options.out);
  }
  settle();  // what was damaged is told behind what was read
}

/// What the window would say in its banner is said on standard error: damaged rows that are left out, or why
/// nothing was written, which is an error.
static void exportAndEnd(MainWindow& window, Session& session, const Options& options) {
  QStringList problems;
  QObject::connect(&session, &Session::problem, &window, [&](const QString& text) { problems << text; });
  const auto before = writingOf(options.out);
  exportView(window, session, options);
  const bool isWritten = writingOf(options.out) != before;
  const QString why = isWritten || problems.isEmpty() ? QString() : problems.takeLast();
  for (const QString& text : problems) std::fprintf(stderr, "uada-workbench: note: %s\n", qPrintable(text));
  if (!isWritten)
    throw Error(why.isEmpty() ? "'" + options.out.toStdString() + "' was not written" : why.toStdString());
}

static std::unique_ptr<QSettings> makeSettings(const Options& options) {
  if (!options.settings.isEmpty()) return std::make_unique<QSettings>(options.settings, QSettings::IniFormat);
  return std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, "uada", "workbench");
}

/// desktop  the theme that it had before one was set
static Theme themeOf(const QString& asked, const QSettings& settings, Theme::Kind desktop) {
  const QString kind = asked.isEmpty() ? settings.value("theme").toString() : asked;
  return Theme(kind == "dark" ? Theme::Kind::dark : kind == "light" ? Theme::Kind::light : desktop);
}

namespace {

/// The window as people use it, made again where another theme is chosen: panels keep colours and icons.
class Shown {
 public:
  Shown(Workbench& workbench, Theme& theme, Theme::Kind desktop, MainWindow::Layout layout)
      : workbench_(workbench), theme_(theme), desktop_(desktop) {
    make(layout);
  }
  MainWindow& window() { return *window_; }

 private:
  void make(MainWindow::Layout layout) {
    window_ = std::make_unique<MainWindow>(workbench_, layout);
    QObject::connect(
        window_.get(), &MainWindow::themeWanted, window_.get(), [this] { change(); }, Qt::QueuedConnection);
  }

  void change() {
    Session& session = workbench_.session;
    window_->keep();
    const QString front = window_->views()->currentWidget()->objectName();
    MainWindow* old = window_.release();
    theme_ = themeOf({}, workbench_.settings, desktop_);
    theme_.apply();
    make(MainWindow::Layout::restored);
    // What a panel learns of a project it learns by these.
    Q_EMIT session.projectChanged();
    Q_EMIT session.runsChanged();
    Q_EMIT session.queueChanged();
    Q_EMIT session.selection().selectionChanged(session.selection().run());
    Q_EMIT session.selection().checkedChanged();
    Q_EMIT session.stateChanged();
    window_->views()->setCurrentWidget(window_->panel(front));
    window_->show();  // before the old one goes, after which the program would end
    old->hide();
    old->deleteLater();  // it is what sent this
  }

  Workbench& workbench_;
  Theme& theme_;
  const Theme::Kind desktop_;
  std::unique_ptr<MainWindow> window_;
};

}  // namespace

/// Until the window is closed.
static int showWindow(TimedApplication& app, Shown& shown, Session& session, const Options& options,
                      double began) {
  const Signals signals_([&](SignalWish wish) {
    if (wish == SignalWish::stopRun && session.isLive()) return session.training()->stopNow();
    shown.window().stopAndClose();
  });
  QObject::connect(&session, &Session::stateChanged, &session, [&] {
    if (!session.isLive()) Signals::reset();
  });
  MainWindow& window = shown.window();
  app.onThrown = [&session](const QString& what) { Q_EMIT session.problem(what); };
  std::exception_ptr problem;  // what fails in an event cannot be thrown through Qt
  const auto bench = [&] {
    try {
      if (!options.project.isEmpty()) benchProject(app, window, session, options.project);
    } catch (...) {
      problem = std::current_exception();
    }
    app.quit();
  };
  if (options.bench) QObject::connect(&window, &MainWindow::painted, &window, [began] { printBench(began); });
  QObject::connect(&window, &MainWindow::complete, &window, [&] {
    if (options.bench) return bench();
    if (!options.project.isEmpty())
      window.openProject(options.project);
    else if (options.restores && options.files.isEmpty())
      window.openLast();
    if (!options.files.isEmpty()) window.openFiles(options.files);
  });
  window.show();
  const int code = app.exec();
  if (problem) std::rethrow_exception(problem);
  return code;
}

/// As people use it: one window for each file of settings.
static int showAlone(TimedApplication& app, Workbench& workbench, Theme& theme, Theme::Kind desktop,
                     const Options& options, double began) {
  Session& session = workbench.session;
  Shown shown(workbench, theme, desktop,
              options.restores && !options.bench ? MainWindow::Layout::restored : MainWindow::Layout::first);
  if (options.bench) return showWindow(app, shown, session, options, began);
  const SleepInhibitor awake(session);
  const DesktopNotices notices(Alerts::of(session));
  std::unique_ptr<SingleInstance> single;
  if (!options.newInstance) {
    single = std::make_unique<SingleInstance>(SingleInstance::nameFor(workbench.settings.fileName()));
    QObject::connect(single.get(), &SingleInstance::asked, single.get(),
                     [&](const QStringList& files) { shown.window().openFiles(files); });
  }
  return showWindow(app, shown, session, options, began);
}

static bool isHandedOver(const Options& options, const QSettings& settings) {
  if (options.newInstance || options.bench || options.benchOps || options.benchLive ||
      !options.exportKind.isEmpty())
    return false;
  const QStringList files =
      (options.project.isEmpty() ? QStringList() : QStringList{options.project}) + options.files;
  if (!SingleInstance::handOver(SingleInstance::nameFor(settings.fileName()), files)) return false;
  std::fprintf(stderr, "uada-workbench: the window that is open takes it (another one: --new-instance)\n");
  return true;
}

static int run(TimedApplication& app, double began) {
  const Options options = readOptions(app.arguments());
  const auto settings = makeSettings(options);
  if (isHandedOver(options, *settings)) return 0;
  const Theme::Kind desktop = Theme::preferred();
  Theme theme = themeOf(options.theme, *settings, desktop);
  theme.apply();
  app.setWindowIcon(QIcon(":/icons/uada.svg"));
  if (options.benchLive) {
    benchLive(theme, *settings);
    return 0;
  }
  const bool exports = !options.exportKind.isEmpty();
  Session session(
      theme, []() -> Engine& { return loadEngine(); }, exports ? Answers::atOnce : Answers::later);
  Workbench workbench{session, *settings, theme};
  if (options.benchOps) {
    benchOps(workbench);
    benchOverlay(theme);
    benchPlots(theme);
    return 0;
  }
  if (exports) {
    MainWindow window(workbench, MainWindow::Layout::first);
    exportAndEnd(window, session, options);
    return 0;
  }
  return showAlone(app, workbench, theme, desktop, options, began);
}

}  // namespace uada

int main(int argc, char** argv) {
  const double began = uada::waitPassively(argv);
  if (uada::isOffscreen(argc, argv)) setenv("QT_QPA_PLATFORM", "offscreen", 1);
  auto guard = std::make_unique<uada::DisplayGuard>();
  uada::TimedApplication app(argc, argv);
  guard.reset();
  app.setApplicationName("uada-workbench");
  app.setApplicationVersion(UADA_GUI_VERSION);
  try {
    const int code = uada::run(app, began);
    if (!uada::EngineWork::isAnyRetiring()) return code;
    std::fflush(nullptr);
    std::_Exit(code);  // what a thread still uses stays as it is to the end
  } catch (const uada::UsageError& error) {
    std::fprintf(stderr, "uada-workbench: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "uada-workbench: %s\n", uada::problemText(error).c_str());
    return 1;
  }
}
