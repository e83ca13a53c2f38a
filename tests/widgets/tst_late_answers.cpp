#include <sys/stat.h>

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <future>

#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "tests/core/DamageTools.h"
#include "tests/widgets/FormTools.h"
#include "widgets/forms/ExperimentForm.h"
#include "widgets/forms/FileReading.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/panels/compare/ComparePanel.h"
#include "widgets/panels/live/LivePanel.h"
#include "widgets/panels/samples/SamplesPanel.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/LatestAnswer.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace uada::test;
using namespace std::chrono_literals;

namespace {

/// Keeps the reader thread busy until it is let go: what is asked meanwhile is answered later.
class BusyReader {
 public:
  explicit BusyReader(Session& session) {
    session.ask(
        &session,
        [may = go_.get_future().share()](const OpenProject&) {
          may.wait_for(20s);
          return 0;
        },
        [](std::optional<int>) {});
  }
  void letGo() { go_.set_value(); }

 private:
  std::promise<void> go_;
};

std::string loadedText(const std::string& policy) { return findPolicyFile(policy).value().text; }

bool throwsUnread(const ExperimentForm& form) try {
  form.experiment();
  return false;
} catch (const UnreadFile&) {
  return true;
}

}  // namespace

/// What panels show while the answer to what they asked of the project is still to come, and of answers that
/// come too late.
class TestLateAnswers : public QObject {
  Q_OBJECT
 private:
  std::unique_ptr<QTemporaryDir> folder_;
  const Theme theme_{Theme::Kind::light};
  FakeEngine engine_;
  std::unique_ptr<QSettings> settings_;
  std::unique_ptr<Session> session_;

  QString file() const { return folder_->filePath("p.uada"); }
  void open() {
    session_ = std::make_unique<Session>(theme_, [this]() -> Engine& { return engine_; }, Answers::later);
    session_->openProject(file());
    QTRY_VERIFY(session_->hasProject());
  }
  Workbench workbench() { return {*session_, *settings_, theme_}; }

 private Q_SLOTS:
  void init() {
    session_.reset();
    folder_ = std::make_unique<QTemporaryDir>();
    settings_ = std::make_unique<QSettings>(folder_->filePath("settings.ini"), QSettings::IniFormat);
    writeDamageable(file().toStdString());
  }
  void cleanup() { session_.reset(); }

  /// A policy file on a mount that is gone holds up neither the form nor its end, nor what lies elsewhere.
  void formWaitsForNoPolicyFile() {
    open();
    std::promise<void> go;
    const std::shared_future<void> may = go.get_future().share();
    std::atomic<int> over = 0;
    const std::string text = loadedText("example-timed");
    auto read = [may, &over, text](const std::string& path) -> std::optional<PolicyFile> {
      if (path == "/elsewhere/p.json") return PolicyFile{path, sha256(std::string_view(text)), text};
      may.wait();
      ++over;
      throw Error("cannot read '" + path + "': Host is down");
    };
    auto reading = std::make_unique<FileReading>(*session_, read);
    auto form = std::make_unique<ExperimentForm>(theme_);
    form->readFilesBy(reading.get());
    tickMethods(*form, {"plain"});
    form->findChild<QWidget*>("policy")->findChild<QAbstractButton*>("found")->click();
    fill(*form, "file", "/gone/p.json");
    QVERIFY_THROWS_EXCEPTION(UnreadFile, form->experiment());
    QVERIFY(problemAt(*form, "file").isEmpty());
    fill(*form, "file", "/elsewhere/p.json");
    QTRY_VERIFY(!throwsUnread(*form));
    const SweptExperiment found = form->experiment();
    QCOMPARE(found.base.policyFiles.at(0)->text, text);
    QVERIFY(!found.base.policyFiles.at(0)->isLookedUp);
    QCOMPARE(over.load(), 0);
    form.reset();
    reading.reset();
    QCOMPARE(over.load(), 0);  // it was left behind
    go.set_value();
    QTRY_COMPARE(over.load(), 1);
  }

  /// What is wrong with a policy file is said under its field once it has been looked at, and anew when it
  /// has changed.
  void formSaysWhatIsWrongWithAPolicyFile() {
    open();
    NewRunDialog dialog(theme_, {}, {}, nullptr, session_.get());
    tickMethods(dialog, {"plain"});
    dialog.findChild<QWidget*>("policy")->findChild<QAbstractButton*>("found")->click();
    const QString pipe = folder_->filePath("pipe.json"), file = folder_->filePath("mine.json");
    QCOMPARE(::mkfifo(qPrintable(pipe), 0600), 0);
    fill(dialog, "file", pipe);
    QTRY_VERIFY2(problemAt(dialog, "file").contains("it is not a regular file"),
                 qPrintable(problemAt(dialog, "file")));
    fill(dialog, "file", file);
    QTRY_VERIFY2(problemAt(dialog, "file").contains("here is no policy file"),
                 qPrintable(problemAt(dialog, "file")));
    writeFileAtomically(file.toStdString(), loadedText("example-timed"));
    QTRY_VERIFY_WITH_TIMEOUT(
        (fill(dialog, "seeds", "1"), QCoreApplication::processEvents(), fill(dialog, "seeds", "2"),
         QCoreApplication::processEvents(), problemAt(dialog, "file").isEmpty()),
        20000);
    QVERIFY(dialog.experiment().policyFiles.at(0));
  }

  /// A file of weights is read for its hash on the project's thread: meanwhile the form says so, and nothing
  /// can be started. Once it was read nothing is asked again. One that cannot be read is said to be so.
  void formWaitsForALargeFile() {
    open();
    const QString weights = folder_->filePath("net.safetensors");
    writeFileAtomically(weights.toStdString(), std::string(100'000, 'x'));
    NewRunDialog dialog(theme_, {}, {}, nullptr, session_.get());
    dialog.findChild<QAbstractButton*>("resnet")->click();
    QCoreApplication::processEvents();
    BusyReader held(*session_);
    const auto name = [&](const QString& file) {
      auto* editor = dialog.findChild<QLineEdit*>("weights");
      QVERIFY(editor);
      editor->setText(file);
      Q_EMIT editor->editingFinished();
      QCoreApplication::processEvents();
    };
    const auto* status = dialog.findChild<QLabel*>("status");
    const auto* start = dialog.findChild<QPushButton*>("start");
    name(weights);
    QVERIFY2(status->text().contains("Reading 'net.safetensors' (100 kB) …"), qPrintable(status->text()));
    QVERIFY(!start->isEnabled());
    QVERIFY_THROWS_EXCEPTION(UnreadFile, dialog.experiment());
    held.letGo();
    QTRY_VERIFY2(!status->text().contains("Reading"), qPrintable(status->text()));
    const std::string found =
        dialog.experiment().recipes.front().model.settings().at("weights_sha256").asString();
    QCOMPARE(found, sha256(std::string_view(std::string(100'000, 'x'))));
    writeFileAtomically(weights.toStdString(), std::string(200'000, 'y'));
    BusyReader again(*session_);
    dialog.findChild<QLineEdit*>("seeds")->setText("2");
    QCoreApplication::processEvents();
    QVERIFY2(status->text().contains("Reading"), qPrintable(status->text()));  // it has changed
    again.letGo();
    QTRY_VERIFY2(!status->text().contains("Reading"), qPrintable(status->text()));
  }

  void onlyTheLastQuestionCounts() {
    open();
    LatestAnswer latest;
    std::vector<int> answers;
    const auto ask = [&](int number) {
      latest.ask(
          *session_, session_.get(), [number](const OpenProject&) { return number; },
          [&](std::optional<int> answer) {
            QVERIFY(!latest.isWaiting());
            answers.push_back(*answer);
          });
    };
    QVERIFY(!latest.isWaiting());
    ask(1);
    ask(2);
    QVERIFY(latest.isWaiting());
    QTRY_COMPARE(answers, std::vector<int>{2});
    ask(3);
    latest.drop();
    QVERIFY(!latest.isWaiting());
    ask(4);
    QTRY_COMPARE(answers, (std::vector<int>{2, 4}));
  }

  /// The samples of the run before would be taken for those of the new one.
  void samplesOfTheOtherRunAreGoneAtOnce() {
    open();
    const Workbench bench = workbench();
    session_->selection().select(1);
    SamplesPanel panel(bench);
    panel.resize(900, 600);
    panel.show();
    QTRY_COMPARE(panel.model().rowCount(), 4);
    QVERIFY(!panel.model().at(0).groups.empty());
    BusyReader reader(*session_);
    session_->selection().select(2);
    QCOMPARE(panel.model().rowCount(), 0);
    reader.letGo();
    QTRY_COMPARE(panel.model().rowCount(), 4);
    QVERIFY(panel.model().at(0).groups.empty());
  }

  /// What is copied, drawn or written is never the comparison before; numbers are written once they are read.
  void aComparisonThatIsBeingReadIsNotGivenAway() {
    open();
    const Workbench bench = workbench();
    ComparePanel panel(bench);
    panel.resize(900, 600);
    panel.show();
    QTRY_COMPARE(panel.model().rowCount(), 2);
    const auto* copy = panel.findChild<QToolButton*>("copy");
    QTRY_VERIFY(copy->isEnabled());
    QSignalSpy problems(session_.get(), &Session::problem), logged(session_.get(), &Session::logged);
    const QString csv = folder_->filePath("c.csv"), png = folder_->filePath("c.png");
    BusyReader reader(*session_);
    session_->selection().setChecked(2, false);  // both were at first
    QVERIFY(!copy->isEnabled() && !copy->toolTip().isEmpty());
    panel.copy();
    QCOMPARE(problems.count(), 1);
    QVERIFY_THROWS_EXCEPTION(Error, panel.exportTo(png));
    QVERIFY(!QFile::exists(png));
    panel.exportTo(csv);
    QVERIFY(!QFile::exists(csv));
    reader.letGo();
    QTRY_VERIFY(QFile::exists(csv));
    const std::string text = readTextFile(csv.toStdString(), 1 << 20);
    QCOMPARE(std::ranges::count(text, '\n'), std::ptrdiff_t{2});  // heading and the checked run
    QTRY_COMPARE(panel.model().rowCount(), 1);
    QTRY_VERIFY(copy->isEnabled());
    panel.exportTo(png);
    QVERIFY(QFile::exists(png));
  }

  /// What was read around the pointer may have been trained anew since.
  void exactNumbersAreReadAgain() {
    constexpr std::int64_t kSteps = 140'000, kAsked = 70'001;
    std::int64_t run = 0;
    {
      ProjectWriter writer(file().toStdString());
      run = writer.createRun(fakeConfig("ra-uc", 9, 1)).id;
      writer.beginAttempt(run, currentManifest(), "");
      StepReport report;
      report.epoch = report.count = 1;
      report.gain = report.unperturbedLoss = std::nan("");
      for (report.step = 1; report.step <= kSteps; ++report.step) {
        report.loss = 1 + static_cast<double>(report.step * 7919 % 1000) / 1000;
        writer.append(run, 1, report);
      }
    }
    open();
    const Workbench bench = workbench();
    for (const qint64 other : session_->selection().checked()) session_->selection().setChecked(other, false);
    session_->selection().setChecked(run, true);
    LivePanel panel(bench);
    auto* loss = panel.findChild<Plot*>("loss");
    QTRY_COMPARE_WITH_TIMEOUT(loss->figure().curves.size(), std::size_t{1}, 20000);
    const auto isExact = [&] { return !loss->readOut(static_cast<double>(kAsked), 0).contains("…"); };
    QVERIFY(!isExact());
    Q_EMIT loss->hovered(static_cast<double>(kAsked), 0);
    QTRY_VERIFY(isExact());
    {
      BusyReader reader(*session_);
      Q_EMIT session_->reloaded(run);
      QVERIFY(!isExact());
      Q_EMIT loss->hovered(static_cast<double>(kAsked), 0);
      Q_EMIT session_->reloaded(run);  // the answer that is still to come is of the numbers before
      bool isAnswered = false;
      session_->ask(
          session_.get(), [](const OpenProject&) { return 0; },
          [&](std::optional<int>) { isAnswered = true; });
      reader.letGo();
      QTRY_VERIFY(isAnswered);
      QVERIFY(!isExact());
    }
    Q_EMIT loss->hovered(static_cast<double>(kAsked), 0);
    QTRY_VERIFY(isExact());
  }

  /// What keeps the list from being read may pass: it is asked for again, and the reason is told once.
  void aListThatCouldNotBeReadIsAskedForAgain() {
    open();
    QSignalSpy problems(session_.get(), &Session::problem);
    SQLite::Database other(file().toStdString(), SQLite::OPEN_READWRITE, 5000);
    other.exec("ALTER TABLE attempts RENAME TO hidden");
    QTRY_COMPARE_WITH_TIMEOUT(problems.count(), 1, 20000);
    QCOMPARE(session_->runs().size(), std::size_t{2});
    other.exec("ALTER TABLE hidden RENAME TO attempts; UPDATE runs SET title = 'renamed' WHERE id = 2");
    QTRY_COMPARE_WITH_TIMEOUT(session_->find(2)->title, std::string("renamed"), 30000);
    QCOMPARE(problems.count(), 1);
  }
};

QTEST_MAIN(TestLateAnswers)
#include "tst_late_answers.moc"
