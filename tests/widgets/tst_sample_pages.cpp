#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "tests/core/FakeEngine.h"
#include "widgets/models/ContextMenu.h"
#include "widgets/panels/samples/SamplePages.h"
#include "widgets/panels/samples/SamplesPanel.h"
#include "widgets/panels/samples/SamplesView.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

/// Which of a long run's decisions the view Samples reads, and those of a run beside it.
class TestSamplePages : public QObject {
  Q_OBJECT
 private:
  static constexpr std::int64_t kEvery = 5, kSteps = 3000;  // two samples every 5 steps: 1,200 decisions
  static constexpr int kPictured = 2;

  QTemporaryDir folder_;
  const Theme theme_{Theme::Kind::light};
  QSettings settings_{folder_.filePath("settings.ini"), QSettings::IniFormat};
  FakeEngine engine_{FakeSettings{.side = 4}};

  /// A run that has pictured these samples at the steps first, first + every ... up to last.
  struct Pictured {
    std::int64_t first, every, last;
    std::vector<std::uint32_t> samples;
  };
  void addRun(ProjectWriter& writer, std::int64_t seed, const Pictured& pictured, const char* data = "") {
    const RunConfig config = fakeConfig("uada", seed, 1);
    const FakeNumbers numbers = engine_.numbers(config);
    const std::int64_t run = writer.createRun(config).id;
    const int attempt = writer.beginAttempt(run, currentManifest(), "");
    if (*data) writer.append(run, attempt, StateReport{RunState::running, "", "cpu", 1, data});
    for (std::int64_t step = pictured.first; step <= pictured.last; step += pictured.every)
      for (const std::uint32_t sample : pictured.samples)
        writer.append(run, attempt, numbers.decision(step, sample));
    StepReport last;
    last.step = pictured.last;
    last.epoch = 1;
    writer.append(run, attempt, last);
    writer.append(run, attempt, StateReport{RunState::stopped, "", "cpu", 1, data});
  }

  static std::int64_t chosenStep(const SamplesView& view) {
    const Decision* chosen = view.decisionAt(view.currentIndex());
    return chosen ? chosen->step : -1;
  }
  /// Of the row at the top of a view.
  static std::int64_t topStep(const SamplesView& view) {
    const Decision* top = view.decisionAt(view.indexAt({1, 1}));
    return top ? top->step : -1;
  }

 private Q_SLOTS:
  void initTestCase() {
    ProjectWriter writer(folder_.filePath("long.uada").toStdString());
    addRun(writer, 1, {kEvery, kEvery, kSteps, {0, 1}});
    ProjectWriter two(folder_.filePath("two.uada").toStdString());
    addRun(two, 1, {10, 10, 100, {0, 1}}, "aa+bb");
    addRun(two, 2, {20, 20, 100, {1, 2}}, "aa+bb");
    addRun(two, 3, {10, 10, 100, {0, 1}}, "cc+bb");
  }

  void pagesAreOfOneSizeAndHoldTheStep() {
    Places places;
    for (std::int64_t step = 10; step <= 1000; step += 10) places.push_back({1, step, 0});
    QCOMPARE(pageEndingAt(100, 100, 20), (SamplePage{80, 100}));
    QCOMPARE(pageEndingAt(500, 100, 20), (SamplePage{80, 100}));
    QCOMPARE(pageEndingAt(3, 100, 20), (SamplePage{0, 20}));
    QCOMPARE(pageEndingAt(3, 7, 20), (SamplePage{0, 7}));
    QCOMPARE(pageAt(places, 1, 20), (SamplePage{0, 20}));     // before the first
    QCOMPARE(pageAt(places, 505, 20), (SamplePage{35, 55}));  // 500 is the 50th; five are newer
    QCOMPARE(pageAt(places, 500, 20), (SamplePage{35, 55}));
    QCOMPARE(pageAt(places, 999999, 20), (SamplePage{80, 100}));
    QCOMPARE(nearestTo(places, 1), std::optional<std::size_t>(0));
    QCOMPARE(nearestTo(places, 514), std::optional<std::size_t>(50));
    QCOMPARE(nearestTo(places, 515), std::optional<std::size_t>(50));  // of two the earlier
    QCOMPARE(nearestTo(places, 516), std::optional<std::size_t>(51));
    QCOMPARE(nearestTo(places, 5000), std::optional<std::size_t>(99));
    QCOMPARE(nearestTo({}, 5), std::nullopt);
  }

  /// Row 19: the first, any typed and the last stored step of a long run, in bounded memory.
  void everyStoredStepIsReached() {
    Session session(theme_, [this]() -> Engine& { return engine_; });
    bool isOpen = false;
    session.openProject(folder_.filePath("long.uada"), [&] { isOpen = true; });
    QTRY_VERIFY(isOpen);
    const Workbench workbench{session, settings_, theme_};
    SamplesPanel panel(workbench);
    panel.resize(900, 700);
    panel.show();
    QVERIFY(QTest::qWaitForWindowExposed(&panel));
    QTRY_COMPARE(panel.model().rowCount(), int(kPageSize));
    const auto& view = *panel.findChild<SamplesView*>("samples_list");
    QCOMPARE(topStep(view), kSteps);
    Selection& selection = session.selection();
    for (const std::int64_t step :
         {std::int64_t{1}, std::int64_t{1235}, std::int64_t{2000}, kSteps, std::int64_t{kEvery}}) {
      selection.setCursor(step);
      const std::int64_t expected = std::max(kEvery, step - step % kEvery);
      // The oldest rows cannot be scrolled to the top; they are chosen all the same.
      QTRY_COMPARE(chosenStep(view), expected);
      QCOMPARE(panel.model().rowCount(), int(kPageSize));
      QVERIFY(view.viewport()->rect().intersects(view.visualRect(view.currentIndex())));
    }
    const auto* count = panel.findChild<QLabel*>("samples_count");
    QCOMPARE(count->text(), QString("200 samples, steps 5 to 500 of 1,200 stored"));
    QVERIFY(panel.findChild<QPushButton*>("show_older")->isHidden());
    QVERIFY(!panel.findChild<QPushButton*>("show_newer")->isHidden());
    // A slider that is dragged asks for many steps, of which the last one counts.
    for (std::int64_t step = 100; step <= 2800; step += 100) selection.setCursor(step);
    QVERIFY(count->text().startsWith("Reading step"));
    QTRY_VERIFY(!panel.isReading());
    QCOMPARE(chosenStep(view), std::int64_t{2800});
  }

  void olderAndNewerTurnThePages() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("long.uada"));
    const Workbench workbench{session, settings_, theme_};
    SamplesPanel panel(workbench);
    panel.resize(900, 700);
    panel.show();
    auto* older = panel.findChild<QPushButton*>("show_older");
    std::set<std::int64_t> seen;
    const auto look = [&] {
      for (int row = 0; row < panel.model().rowCount(); ++row) seen.insert(panel.model().at(row).step);
    };
    for (look(); !older->isHidden(); look()) {
      QVERIFY(seen.size() < 1000);
      older->click();
      QVERIFY(panel.model().rowCount() <= int(kPageSize));
    }
    QCOMPARE(seen.size(), std::size_t(kSteps / kEvery));
    auto* newer = panel.findChild<QPushButton*>("show_newer");
    for (int pages = 0; !newer->isHidden(); ++pages) {
      QVERIFY(pages < 20);
      newer->click();
    }
    QCOMPARE(panel.model().at(0).step, kSteps);
  }

  /// Filter and order are of all 1,200 stored samples, not of the 200 that were read; the pages are those of
  /// the result.
  void filtersAreOfAllStoredSamples() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("long.uada"));
    std::map<std::string, std::size_t> winners;
    std::vector<double> gains;
    {
      const ProjectReader reader(folder_.filePath("long.uada").toStdString());
      for (const Decision& decision : reader.decisions(1, 0, false)) {
        ++winners[decision.winner < 0 ? "unperturbed" : decision.groups[std::size_t(decision.winner)].group];
        gains.push_back(gainOf(decision));
      }
    }
    std::ranges::sort(gains, std::greater());
    const Workbench workbench{session, settings_, theme_};
    SamplesPanel panel(workbench);
    panel.resize(900, 700);
    panel.show();
    auto* winner = panel.findChild<QComboBox*>("filter_winner");
    auto* older = panel.findChild<QPushButton*>("show_older");
    const auto* count = panel.findChild<QLabel*>("samples_count");
    const auto [name, wanted] =
        *std::ranges::min_element(winners, {}, [](const auto& one) { return one.second; });
    QVERIFY(wanted > kPageSize && wanted < gains.size());
    winner->setCurrentIndex(winner->findData(QString::fromStdString(name)));
    QVERIFY2(count->text().contains(QString("of %1 that match, 1,200 stored").arg(wanted)),
             qPrintable(count->text()));
    QVERIFY(winner->count() > 2);  // another one can still be asked for
    std::set<std::pair<std::int64_t, std::uint32_t>> seen;
    for (int pages = 0;; ++pages) {
      QVERIFY(pages < 20);
      for (int row = 0; row < panel.model().rowCount(); ++row) {
        const Decision& d = panel.model().at(row);
        seen.emplace(d.step, d.index);
        QCOMPARE(d.winner < 0 ? std::string("unperturbed") : d.groups[std::size_t(d.winner)].group, name);
      }
      if (older->isHidden()) break;
      older->click();
    }
    QCOMPARE(seen.size(), wanted);
    winner->setCurrentIndex(0);
    // The hardest of all steps first, then the next ones.
    auto* order = panel.findChild<QComboBox*>("samples_order");
    order->setCurrentIndex(order->findData(int(SampleOrder::gain)));
    const auto& view = *panel.findChild<SamplesView*>("samples_list");
    const auto rows = [&] {
      std::vector<double> shown;
      for (int row = 0; row < view.model()->rowCount(); ++row)
        shown.push_back(gainOf(*view.decisionAt(view.model()->index(row, 0))));
      return shown;
    };
    QCOMPARE(rows(), (std::vector<double>{gains.begin(), gains.begin() + kPageSize}));
    QCOMPARE(count->text(), QString("Samples 1 to 200 of 1,200 stored"));
    QCOMPARE(older->text(), QString("Next"));
    older->click();
    QCOMPARE(rows(), (std::vector<double>{gains.begin() + kPageSize, gains.begin() + 2 * kPageSize}));
    panel.findChild<QPushButton*>("show_newer")->click();
    QCOMPARE(count->text(), QString("Samples 1 to 200 of 1,200 stored"));
  }

  /// Row 19: two runs stay on the same sample, step and zoom; what the other has not is said.
  void aRunBesideIsHeldToTheSameSamples() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("two.uada"));
    session.selection().select(1);
    session.selection().setOnlyChecked({1, 2, 3});
    const Workbench workbench{session, settings_, theme_};
    SamplesPanel panel(workbench);
    panel.resize(900, 900);
    panel.show();
    QVERIFY(QTest::qWaitForWindowExposed(&panel));
    auto* beside = panel.findChild<QComboBox*>("beside_run");
    QCOMPARE(beside->count(), 3);
    beside->setCurrentIndex(beside->findData(qint64{2}));
    auto* first = panel.findChild<SamplesView*>("samples_list");
    auto* second = panel.findChild<SamplesView*>("beside_list");
    QVERIFY(second->isVisible());
    QCOMPARE(second->model()->rowCount(), first->model()->rowCount());
    const auto notes = [&](std::int64_t step, std::uint32_t sample) {
      for (int row = 0; row < first->model()->rowCount(); ++row) {
        const Decision* own = first->decisionAt(first->model()->index(row, 0));
        if (own->step == step && own->index == sample)
          return second->rowAt(second->model()->index(row, 0))->note;
      }
      return QString("no row");
    };
    QCOMPARE(notes(40, 1), QString());
    QCOMPARE(notes(30, 1), QString("nearest: step 20"));
    QCOMPARE(notes(10, 1), QString("nearest: step 20"));
    QCOMPARE(notes(40, 0), QString("this run pictured sample 0 at no step"));
    const auto offered = [&](std::uint32_t sample) {  // of a row of the second run
      for (int row = 0; row < first->model()->rowCount(); ++row) {
        if (first->decisionAt(first->model()->index(row, 0))->index != sample) continue;
        second->setCurrentIndex(second->model()->index(row, 0));
        break;
      }
      QStringList texts;
      for (const QAction* action : second->findChild<ContextMenu*>()->byName()->actions())
        texts << action->text();
      return texts;
    };
    QVERIFY(offered(1).contains("Replay this sample…"));
    QVERIFY(offered(1).filter("in Ops").size() == 1);
    QCOMPARE(offered(0), QStringList());
    QVERIFY(panel.findChild<QLabel*>("beside_title")->text().contains("5 of 20 at the same step, 5 at the"));
    QCOMPARE(first->grid().zoom, second->grid().zoom);
    QCOMPARE(first->grid().rowHeight, second->grid().rowHeight);
    auto* zoom = panel.findChild<QComboBox*>("samples_zoom");
    zoom->setCurrentIndex(zoom->findData(3));
    QCOMPARE(first->grid().zoom, 3);
    QCOMPARE(second->grid().zoom, 3);
    QCoreApplication::processEvents();
    first->verticalScrollBar()->setValue(2 * first->grid().rowHeight);
    QCOMPARE(second->verticalScrollBar()->value(), first->verticalScrollBar()->value());
    second->verticalScrollBar()->setValue(0);
    QCOMPARE(first->verticalScrollBar()->value(), 0);
    panel.showOp("rotate", 50);  // filters and order are those of the first run
    QCOMPARE(second->model()->rowCount(), first->model()->rowCount());
    QCOMPARE(second->currentIndex().row(), first->currentIndex().row());
    beside->setCurrentIndex(beside->findData(qint64{3}));
    QVERIFY(!second->isVisible());
    QVERIFY(panel.findChild<QLabel*>("beside_title")->text().contains("trained on other images"));
    beside->setCurrentIndex(0);
    QVERIFY(!panel.findChild<QLabel*>("beside_title")->isVisible());
  }
};

QTEST_MAIN(TestSamplePages)
#include "tst_sample_pages.moc"
