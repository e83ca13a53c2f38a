#include <QComboBox>
#include <QFileInfo>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <filesystem>

#include "core/engine/RunImages.h"
#include "core/predictions/PredictionReader.h"
#include "core/predictions/PredictionWriter.h"
#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/FolderTools.h"
#include "widgets/panels/predictions/ClassificationView.h"
#include "widgets/panels/predictions/PredictionsPanel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace uada::test;

namespace {

/// Predicts class 0 for every test image, one every few milliseconds until it is told to stop.
class PredictJob : public Job {
 public:
  PredictJob(work::Predict work, Sink& sink)
      : thread_([this, work = std::move(work), &sink] { run(work, sink); }) {}
  ~PredictJob() override {
    isStopped_ = true;
    wait();
  }
  void send(Command command) override {
    if (std::holds_alternative<command::Stop>(command)) isStopped_ = true;
  }
  bool isDone() const override { return isDone_; }
  void wait() override {
    if (thread_.joinable()) thread_.join();
  }
  RunState state() const override { return isStopped_ ? RunState::stopped : RunState::finished; }
  std::string problem() const override { return {}; }
  static inline std::atomic<bool> isSlow = false;

 private:
  void run(const work::Predict& work, Sink& sink) {
    const Choice& dataset = work.config.recipe.dataset;
    const auto data = runImages(dataset, work.split, dataset.as<DataSettings>().folder);
    PredictionHeader header;
    header.task = "classification";
    header.kind = TargetKind::label;
    header.dataHash = data->identity();
    header.step = 20;
    header.split = work.split;
    header.classCount = data->classes();
    const auto limit = static_cast<std::size_t>(work.limit);
    const std::size_t count = limit > 0 ? std::min(limit, data->size()) : data->size();
    header.samples = sampleNames(*data, count);
    for (std::uint32_t i = 0; i < count; ++i) header.sizes.push_back(data->imageSize(i));
    sink.take(PredictionsReport{header});
    for (std::uint32_t i = 0; i < count && !isStopped_; ++i) {
      while (isSlow && !isStopped_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (!isStopped_)
        sink.take(PredictionReport{i, ClassChances{{{0, 0.75}, {1, 0.25}}, data->label(i), 1}});
    }
    if (!isStopped_) sink.take(EvaluationReport{20, 2, {{"top1", 0.5}}, 2, 0.1});
    isDone_ = true;
  }
  std::atomic<bool> isStopped_ = false, isDone_ = false;
  std::thread thread_;
};

class PredictEngine : public FakeEngine {
 public:
  std::unique_ptr<Job> start(const Work& work, Sink& sink) override {
    if (const auto* predict = std::get_if<work::Predict>(&work))
      return std::make_unique<PredictJob>(*predict, sink);
    return FakeEngine::start(work, sink);
  }
};

RunConfig configOf(const ImageFolder& images, std::int64_t seed = 1) {
  RunConfig config = fakeConfig("uada", seed);
  Json json = Json::object();
  json["name"] = "folder";
  json["folder"] = images.dir().string();
  Json whole = toJson(config);
  whole["recipe"]["dataset"] = json;
  return runConfigFromJson(whole, "test");
}

/// A project with a run that has checkpoints, whose images are files.
struct Bench {
  Bench() {
    images.addClasses();
    {
      ProjectWriter writer(file());
      run = writer.createRun(configOf(images));
    }
    folder = runFolder(file(), run.key);
    std::filesystem::create_directories(folder);
    Json checkpoint = Json::object();
    checkpoint["config"] = configHash(configOf(images));
    checkpoint["seed"] = 1;
    checkpoint["run"] = run.key;
    checkpoint["step"] = 20;
    writeFileAtomically(folder / "checkpoint-0000000020.fake", checkpoint.dump());
    panel.resize(1200, 700);
  }
  std::filesystem::path file() const { return dir.filePath("p.uada").toStdString(); }
  void open() {
    session.openProject(QString::fromStdString(file().string()));
    panel.show();
  }
  template <class Widget>
  Widget* at(const char* name) {
    auto* widget = panel.findChild<Widget*>(name);
    if (!widget) qFatal("no %s", name);
    return widget;
  }
  void predict() {
    at<QPushButton>("primary")->click();
    if (!QTest::qWaitFor([&] { return !session.isPredicting(); }, 20'000)) qFatal("still predicts");
  }
  QTemporaryDir dir;
  ImageFolder images;
  RunSummary run;
  std::filesystem::path folder;
  Theme theme{Theme::Kind::light};
  QSettings settings{dir.filePath("settings.ini"), QSettings::IniFormat};
  PredictEngine engine;
  Session session{theme, [this]() -> Engine& { return engine; }, Answers::atOnce};
  Workbench workbench{session, settings, theme};
  PredictionsPanel panel{workbench};
};

}  // namespace

class TestPredictionsPanel : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() { PredictJob::isSlow = false; }

  void itSaysWhatIsMissing() {
    Bench bench;
    bench.panel.show();
    QVERIFY(bench.at<QLabel>("emptyTitle")->isVisible());
    QVERIFY(!bench.at<QPushButton>("primary")->isVisible());  // no run is selected
    bench.open();
    QTRY_VERIFY(bench.at<QPushButton>("primary")->isVisible());
    QVERIFY(bench.at<QPushButton>("primary")->isEnabled());
    QCOMPARE(bench.at<QComboBox>("predict_checkpoint")->currentText(), QString("newest, step 20"));
    QVERIFY(!bench.at<QComboBox>("predictions_choice")->isVisible());
  }

  void aRunWithoutCheckpointCannotPredict() {
    Bench bench;
    std::filesystem::remove(bench.folder / "checkpoint-0000000020.fake");
    bench.open();
    QVERIFY(!bench.at<QPushButton>("primary")->isEnabled());
    QVERIFY(bench.at<QLabel>("predict_state")->text().contains("no checkpoint"));
  }

  void predictionsAreMadeAndShown() {
    Bench bench;
    bench.open();
    QSignalSpy problems(&bench.session, &Session::problem);
    bench.predict();
    QVERIFY(holdsPredictions(bench.folder / "predictions" / "test-20"));
    QTRY_VERIFY(bench.panel.shown());
    QTRY_COMPARE(bench.panel.findChild<QLabel*>("classification_sum")->text(),
                 QString("1 of 2 right, 50.00 %"));
    QCOMPARE(bench.at<QComboBox>("predictions_choice")->currentText(), QString("Test images after step 20"));
    QVERIFY(bench.panel.findChild<ClassificationView*>()->isVisible());
    QCOMPARE(problems.size(), 0);
    // Other images: there are two to choose from then.
    bench.at<QPushButton>("predict_more")->click();
    bench.at<QComboBox>("predict_split")->setCurrentIndex(1);
    bench.predict();
    QTRY_COMPARE(bench.at<QComboBox>("predictions_choice")->count(), 2);
    QCOMPARE(bench.at<QComboBox>("predictions_choice")->currentText(),
             QString("Training images after step 20"));
    QTRY_COMPARE(bench.panel.findChild<QLabel*>("classification_sum")->text(),
                 QString("2 of 4 right, 50.00 %"));
  }

  /// The first images alone lie in a folder of their own: all are still predicted when they are wanted.
  void theFirstImagesAreNotTakenForAll() {
    Bench bench;
    bench.open();
    auto* limit = bench.at<QSpinBox>("predict_limit");
    limit->setValue(1);
    bench.predict();
    QVERIFY(holdsPredictions(bench.folder / "predictions" / "test-20-first1"));
    auto* choice = bench.at<QComboBox>("predictions_choice");
    QTRY_COMPARE(choice->currentText(), QString("First 1 test images after step 20"));
    bench.at<QPushButton>("predict_more")->click();
    limit->setValue(0);
    bench.predict();
    QVERIFY(holdsPredictions(bench.folder / "predictions" / "test-20"));
    QTRY_COMPARE(choice->count(), 2);
    QCOMPARE(choice->currentText(), QString("Test images after step 20"));
    QTRY_COMPARE(bench.panel.findChild<QLabel*>("classification_sum")->text(),
                 QString("1 of 2 right, 50.00 %"));
  }

  void whatIsBeingMadeCanBeCancelled() {
    Bench bench;
    bench.open();
    PredictJob::isSlow = true;
    bench.at<QPushButton>("primary")->click();
    QTRY_VERIFY(bench.at<QPushButton>("predict_cancel")->isVisible());
    QTRY_VERIFY(bench.at<QLabel>("predict_state")->text().contains("0 of 2 images predicted"));
    QVERIFY(!bench.at<QPushButton>("primary")->isEnabled());
    QVERIFY_THROWS_EXCEPTION(Error, bench.session.start(configOf(bench.images, 2)));  // no training meanwhile
    bench.at<QPushButton>("predict_cancel")->click();
    QTRY_VERIFY(!bench.session.isPredicting());
    QTRY_VERIFY(bench.at<QPushButton>("primary")->isEnabled());
    QVERIFY(!holdsPredictions(bench.folder / "predictions" / "test-20"));
    PredictJob::isSlow = false;
    bench.predict();  // begins anew
    QTRY_VERIFY(bench.panel.shown());
  }

  void theWindowMayCloseMeanwhile() {
    Bench bench;
    bench.open();
    PredictJob::isSlow = true;
    bench.at<QPushButton>("primary")->click();
    QTRY_VERIFY(bench.session.predicting() && bench.session.predicting()->all() > 0);
    bench.session.closeProject();
    QVERIFY(!bench.session.isPredicting());
  }

  void otherImagesAreRefused() {
    Bench bench;
    bench.open();
    bench.predict();
    QTRY_VERIFY(bench.panel.shown());
    bench.images.add("val/a/z.png", numbered(9));
    bench.session.closeProject();
    bench.open();
    QTRY_VERIFY(bench.at<QLabel>("problem")->isVisible());
    QVERIFY(bench.at<QLabel>("problem")->text().contains("predict again"));
    QVERIFY(!bench.panel.shown());
  }

  /// A folder that is not whole is none; a damaged one says so.
  void damagedPredictionsAreNamed() {
    Bench bench;
    bench.open();
    bench.predict();
    QTRY_VERIFY(bench.panel.shown());
    bench.session.closeProject();
    QTRY_VERIFY(!bench.panel.shown());
    QSignalSpy problems(&bench.session, &Session::problem);
    writeFileAtomically(bench.folder / "predictions" / "test-20" / "predictions.csv", "nonsense\n1,2\n");
    bench.open();
    QTRY_VERIFY(!problems.isEmpty());
    QVERIFY(problems[0][0].toString().contains("predictions.csv"));
    std::filesystem::remove(bench.folder / "predictions" / "test-20" / "predictions.json");
    bench.session.closeProject();
    bench.open();
    QTRY_VERIFY(bench.at<QPushButton>("primary")->isVisible());
  }

  void arrowsWalkThroughTheErrors() {
    Bench bench;
    bench.open();
    bench.at<QComboBox>("predict_split")->setCurrentIndex(1);
    bench.predict();
    auto* cases = [&] {
      if (!QTest::qWaitFor([&] { return bench.panel.findChild<CasesView*>() != nullptr; }))
        qFatal("no cases");
      return bench.panel.findChild<CasesView*>();
    }();
    QTRY_COMPARE(cases->currentIndex().row(), 0);
    QTest::keyClick(&bench.panel, Qt::Key_Right);
    QCOMPARE(cases->currentIndex().row(), 1);
    QTest::keyClick(&bench.panel, Qt::Key_Left);
    QCOMPARE(cases->currentIndex().row(), 0);
  }

  void exportsWaitForWhatIsRead() {
    Bench bench;
    bench.open();
    bench.predict();
    bench.panel.prepareExport();
    QTRY_VERIFY(!bench.panel.isReading());
    const QString file = bench.dir.filePath("panel.png");
    bench.panel.exportTo(file);
    QVERIFY(!QImage(file).isNull());
    for (const char* other : {"panel.svg", "panel.pdf"}) {  // without strips the same picture
      bench.panel.exportTo(bench.dir.filePath(other));
      QVERIFY(QFileInfo(bench.dir.filePath(other)).size() > 1000);
    }
  }
};

QTEST_MAIN(TestPredictionsPanel)
#include "tst_predictions_panel.moc"
