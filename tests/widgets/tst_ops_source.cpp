#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabBar>

#include "tests/core/FolderTools.h"
#include "tests/widgets/OpsTools.h"
#include "widgets/panels/ops/OpsPanel.h"

using namespace uada;
using namespace uada::test;

/// Where the pictures of the view Ops come from.
class TestOpsSource : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { bench_ = std::make_unique<OpsBench>(); }
  void cleanup() { bench_.reset(); }

  void filesAreReadAndRefusedInWords();
  void samplesOfADataSetAreFollowed();
  void foldersSayHowFarTheyAre();
  void droppedFilesOpen();
  void theLastPictureCounts();
  void exportsShowARunsSample();
  void aPictureStandsThereAtFirst();

 private:
  std::unique_ptr<OpsBench> bench_;
};

void TestOpsSource::filesAreReadAndRefusedInWords() {
  OpsPanel panel(bench_->workbench);
  panel.resize(900, 600);
  panel.show();
  const auto* empty = panel.findChild<QLabel*>("emptyTitle");
  QVERIFY(empty->isVisible());
  auto* problem = at<QLabel>(panel, "source_problem");
  const auto read = [&](const QString& file) {
    PictureRequest request;
    request.file = file.toStdString();
    panel.source().read(request);
  };
  const QString text = bench_->folder.filePath("letter.png");
  writeFileAtomically(text.toStdString(), "Dear reader");
  read(text);
  QTRY_VERIFY(problem->isVisible());
  QVERIFY2(problem->text().contains("letter.png") && problem->text().contains("neither a PNG nor a JPEG"),
           qPrintable(problem->text()));
  QVERIFY(empty->isVisible());
  read(bench_->file("wide.png", Image(4097, 1)));
  QTRY_VERIFY2(problem->text().contains("4097"), qPrintable(problem->text()));
  read(bench_->file("small.png", pattern(5, 3)));
  QTRY_VERIFY(!empty->isVisible());
  QVERIFY(!problem->isVisible());
  QVERIFY(panel.source().picture().image == pattern(5, 3));
  read(bench_->folder.filePath("gone.png"));  // what was there stays
  QTRY_VERIFY(problem->isVisible());
  QVERIFY(at<QLabel>(panel, "source_title")->text().startsWith("small.png, 5 × 3 px"));
  QVERIFY(panel.source().picture().image == pattern(5, 3));
}

/// While one is read, only the last that was asked for counts.
void TestOpsSource::samplesOfADataSetAreFollowed() {
  if (!findDataset("fashion_mnist").find({})) QSKIP("Fashion-MNIST is not installed");
  OpsPanel panel(bench_->workbench);
  panel.show();
  PictureRequest request;
  request.dataset = "fashion_mnist";
  request.trainLimit = 100;
  request.index = 3;
  QSignalSpy loaded(&panel.source(), &PictureSource::loaded);
  panel.source().read(request);
  request.index = 4;
  panel.source().read(request);
  QTRY_COMPARE_WITH_TIMEOUT(loaded.count(), 1, 20000);
  QCOMPARE(panel.source().picture().index, 4U);
  auto* sample = at<QSpinBox>(panel, "source_sample");
  QVERIFY(sample->isVisible());
  QCOMPARE(sample->maximum(), 99);
  sample->setValue(42);
  const OpsPicture& picture = panel.source().picture();
  QVERIFY(picture.image == Image(*picture.data->image(42)));
  request.index = 7;  // the number is moved while another one is read
  panel.source().read(request);
  QVERIFY(panel.source().isBusy());
  sample->setValue(43);
  QTRY_VERIFY(!panel.source().isBusy());
  QCOMPARE(picture.index, 43U);
  QCOMPARE(panel.source().request().index, 43U);
  QCOMPARE(sample->value(), 43);
}

/// A folder whose files were never looked at takes a while: the window goes on, and what is no longer wanted
/// ends.
void TestOpsSource::foldersSayHowFarTheyAre() {
  const ImageFolder folder;
  for (int i = 0; i < 6; ++i)
    folder.add("train/" + std::string(i % 2 ? "a" : "b") + "/" + std::to_string(i) + ".png", pattern(8, 8));
  PictureRequest request;
  request.dataset = "folder";
  request.folder = folder.dir();
  Loading stopped;
  stopped.progress = [](std::size_t, std::size_t) { return false; };
  QVERIFY_THROWS_EXCEPTION(LoadingStopped, readPicture(request, {}, stopped));
  OpsPanel panel(bench_->workbench);
  panel.show();
  QTRY_VERIFY_WITH_TIMEOUT(!panel.source().isBusy(), 60000);  // with the first picture
  QStringList said;
  connect(&panel.source(), &PictureSource::started, this, [&](const QString& text) { said << text; });
  panel.source().read(request);
  QCOMPARE(said, QStringList{"Reading Folder of images"});
  QVERIFY(panel.source().isBusy());
  QTRY_VERIFY(!panel.source().isBusy());
  QVERIFY2(
      said.size() > 1 && said[1].startsWith("Reading Folder of images: ") && said[1].endsWith(" of 6 files"),
      qPrintable(said.join(", ")));
  QVERIFY(panel.source().picture().image == pattern(8, 8));
}

void TestOpsSource::droppedFilesOpen() {
  OpsPanel panel(bench_->workbench);
  panel.show();
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(bench_->file("dropped.png", pattern(9, 9)))});
  QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&panel, &enter);
  QVERIFY(enter.isAccepted());
  QDropEvent drop({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&panel, &drop);
  QTRY_VERIFY(panel.source().picture().image == pattern(9, 9));
}

/// A picture that is there at once is not replaced by one that was asked for before.
void TestOpsSource::theLastPictureCounts() {
  OpsPanel panel(bench_->workbench);
  panel.show();
  PictureSource& source = panel.source();
  QSignalSpy loaded(&source, &PictureSource::loaded), failed(&source, &PictureSource::failed);
  PictureRequest request;
  request.file = bench_->file("slow.png", pattern(9, 9)).toStdString();
  source.read(request);
  QMimeData data;
  data.setImageData(QImage(3, 2, QImage::Format_RGB888));
  QDropEvent drop({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QVERIFY(source.isBusy());
  QCoreApplication::sendEvent(&panel, &enter);
  QCoreApplication::sendEvent(&panel, &drop);
  QTRY_VERIFY(!source.isBusy());
  QCOMPARE(loaded.count(), 1);
  QCOMPARE(source.picture().image.width, 3);
  QVERIFY(source.request() == PictureRequest());
  request.file = bench_->folder.filePath("gone.png").toStdString();  // nor is its failure said
  source.read(request);
  source.use(pictureOf(pattern(4, 4)));
  QTRY_VERIFY(!source.isBusy());
  QCOMPARE(failed.count(), 0);
  QVERIFY(source.picture().image == pattern(4, 4));
}

/// Where nothing was looked at before: of a data set that is there.
void TestOpsSource::aPictureStandsThereAtFirst() {
  if (!findDataset("fashion_mnist").find({})) QSKIP("Fashion-MNIST is not installed");
  OpsPanel panel(bench_->workbench);
  panel.resize(900, 600);
  panel.show();
  QTRY_VERIFY_WITH_TIMEOUT(!panel.source().picture().image.empty(), 60000);
  QVERIFY(!panel.findChild<QLabel*>("emptyTitle")->isVisible());
  QVERIFY(at<QTabBar>(panel, "ops_tabs")->isVisible());
}

/// With nobody there to choose: the newest pictured sample of the selected run, here as it was kept.
void TestOpsSource::exportsShowARunsSample() {
  const QString project = bench_->folder.filePath("p.uada"), file = bench_->folder.filePath("ops.png");
  OpsPanel panel(bench_->workbench);
  panel.prepareExport();  // without a project there is nothing to show
  QVERIFY(!panel.isReading() && panel.source().picture().image.empty());
  {
    ProjectWriter writer(project.toStdString());
    RunConfig config = fakeConfig();
    config.recipe.dataset.set("folder", "/nowhere");
    const std::int64_t run = writer.createRun(config).id;
    writer.beginAttempt(run, currentManifest(), "");
    for (int step = 1; step <= 2; ++step) {
      Decision decision;
      decision.step = step;
      decision.epoch = 1;
      decision.index = 7;
      decision.original = pattern(28, 20 + step);
      decision.unperturbed = pattern(28, 28);
      writer.append(run, 1, decision);
    }
    writer.flush();
  }
  bench_->session.openProject(project);
  bench_->session.selection().select(bench_->session.runs().at(0).id);
  panel.resize(900, 600);
  panel.prepareExport();
  QTRY_VERIFY(!panel.isReading() && !panel.source().picture().image.empty());
  QVERIFY(panel.source().picture().image == pattern(28, 22));
  QTRY_COMPARE(at<QTabBar>(panel, "ops_tabs")->currentIndex(), 0);
  panel.exportTo(file);
  QCOMPARE(QImage(file).size(), panel.size());
  panel.source().use(pictureOf(pattern(5, 5)));
  panel.prepareExport();  // what is shown stays
  QVERIFY(!panel.isReading() && panel.source().picture().image == pattern(5, 5));
}

QTEST_MAIN(TestOpsSource)
#include "tst_ops_source.moc"
