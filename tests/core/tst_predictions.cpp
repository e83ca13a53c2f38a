#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <set>
#include <thread>

#include "core/data/LabelFile.h"
#include "core/predictions/PredictionReader.h"
#include "core/predictions/PredictionWriter.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/PredictionFolder.h"
#include "tests/core/SmallDisk.h"

using namespace uada;
using namespace uada::test;

namespace fs = std::filesystem;

namespace {

bool isSame(const Prediction& a, const Prediction& b) {
  const auto *one = std::get_if<ClassChances>(&a), *other = std::get_if<ClassChances>(&b);
  if (!one || !other || !std::isnan(one->loss)) return a == b;
  return one->best == other->best && one->truth == other->truth && std::isnan(other->loss);
}

std::set<std::string> filesIn(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    names.insert(entry.path().lexically_relative(folder).string());
  return names;
}

}  // namespace

/// Folders of predictions: what is written is read, and nothing half is taken for whole.
class TestPredictions : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<PredictionFolder> folder_;
  fs::path folder() const { return folder_->path(); }
  void write(TargetKind kind) const { folder_->write(kind); }

 private Q_SLOTS:
  void init() { folder_ = std::make_unique<PredictionFolder>(); }
  void whatIsWrittenIsRead();
  void anyThreadReads();
  void filesAreThoseOfTheFormat();
  void boxesAreCountedFromOne();
  void unfinishedIsNotRead();
  void unfinishedIsBegunAnew();
  void othersAreLeft();
  void oneWritesAtATime();
  void aKilledWriterLeavesNothingWhole();
  void aFullDiskIsSaid();
};

void TestPredictions::whatIsWrittenIsRead() {
  for (const TargetKind kind : kKinds) {
    init();
    QVERIFY(!holdsPredictions(folder()));
    write(kind);
    QVERIFY(holdsPredictions(folder()));
    const PredictionReader reader(folder());
    const PredictionHeader &found = reader.header(), expected = headerOf(kind, 2);
    QCOMPARE(found.task, expected.task);
    QVERIFY(found.kind == kind);
    QCOMPARE(found.run, expected.run);
    QCOMPARE(found.configHash, expected.configHash);
    QCOMPARE(found.dataHash, expected.dataHash);
    QCOMPARE(found.step, expected.step);
    QCOMPARE(found.epoch, expected.epoch);
    QVERIFY(found.split == Split::test);
    QCOMPARE(found.classCount, 3);
    QVERIFY(found.classes == expected.classes);
    QVERIFY(found.samples == expected.samples);
    QVERIFY(found.sizes == expected.sizes);
    QCOMPARE(metricOf(found.metrics, "top1"), 0.1 + 0.2);
    QCOMPARE(found.metrics.size(), std::size_t{2});
    QVERIFY(std::isnan(found.metrics[1].value));
    const auto predictions = predictionsOf(kind);
    for (std::uint32_t i : {1U, 0U}) {
      const Prediction prediction = reader.prediction(i);
      QVERIFY(kindOf(prediction) == kind);
      QVERIFY2(isSame(prediction, predictions[i]), targetText(kind));
    }
  }
}

void TestPredictions::anyThreadReads() {
  for (const TargetKind kind : kKinds) {
    init();
    write(kind);
    const PredictionReader reader(folder());
    const auto predictions = predictionsOf(kind);
    std::atomic<int> right = 0;
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
          for (std::uint32_t i = 0; i < 2; ++i) right += isSame(reader.prediction(i), predictions[i]);
        });
    }
    QCOMPARE(right.load(), 8);
  }
}

void TestPredictions::filesAreThoseOfTheFormat() {
  const auto files = [&](TargetKind kind) {
    init();
    write(kind);
    return filesIn(folder());
  };
  using Files = std::set<std::string>;
  QVERIFY((files(TargetKind::label) == Files{"predictions.json", "samples.csv", "predictions.csv"}));
  QCOMPARE(readTextFile(folder() / "predictions.csv", 1 << 20),
           std::string("sample,name,label,predicted,loss,class1,chance1,class2,chance2,class3,chance3,class4,"
                       "chance4,class5,chance5\n"
                       "0,\"image 0,\"\"q\"\"\",2,2,0.35,2,0.30000000000000004,0,1e-300,1,0,,,,\n"
                       "1,\"image 1,\"\"q\"\"\",1,-1,nan,,,,,,,,,,\n"));
  QVERIFY((files(TargetKind::labelMap) ==
           Files{"predictions.json", "samples.csv", "image 0,\"q\".png", "image 1,\"q\".png"}));
  QVERIFY(readLabelMap(folder() / "image 1,\"q\".png") == LabelMap(5, 3, 2));
  QVERIFY((files(TargetKind::boxes) ==
           Files{"predictions.json", "samples.csv", "cell, red.txt", "white_cell.txt", "_..\"x.txt"}));
  QVERIFY((files(TargetKind::picture) == Files{"predictions.json", "samples.csv", "image 0,\"q\".png",
                                               "image 1,\"q\".png", "degraded", "degraded/image 0,\"q\".png",
                                               "degraded/image 1,\"q\".png"}));
}

void TestPredictions::boxesAreCountedFromOne() {
  write(TargetKind::boxes);
  QCOMPARE(readTextFile(folder() / "_..\"x.txt", 1 << 20),
           std::string("image0 0.699999988079071 6 7 8 9\nimage0 0.2 6 7 8 9.5\n"));
  QCOMPARE(readTextFile(folder() / "white_cell.txt", 1 << 20), std::string());
}

void TestPredictions::unfinishedIsNotRead() {
  {
    PredictionWriter writer(folder(), headerOf(TargetKind::labelMap, 2));
    writer.add(0, predictionsOf(TargetKind::labelMap)[0]);
    QVERIFY(holdsUnfinishedPredictions(folder()));
  }
  QVERIFY(!holdsPredictions(folder()));
  QVERIFY(errorOf([&] { PredictionReader reader(folder()); }).contains("were not finished; predict again"));
}

/// Of what an earlier one began nothing is left, and of other files all.
void TestPredictions::unfinishedIsBegunAnew() {
  for (const TargetKind first : kKinds)
    for (const TargetKind second : kKinds) {
      init();
      {
        PredictionWriter writer(folder(), headerOf(first, 2));
        writer.add(1, predictionsOf(first)[1]);
      }
      writeFileAtomically(folder() / "mine.txt", "kept");
      writeFileAtomically(folder() / "predictions.csv.4194303-0.part", "left by a killed process");
      write(second);
      const PredictionReader reader(folder());
      QVERIFY(isSame(reader.prediction(0), predictionsOf(second)[0]));
      std::set<std::string> files = filesIn(folder());
      QCOMPARE(files.erase("mine.txt"), std::size_t{1});
      const fs::path left = folder();
      init();
      write(second);
      QVERIFY(files == filesIn(folder()));
    }
}

void TestPredictions::othersAreLeft() {
  const auto refusal = [&] {
    return errorOf([&] { PredictionWriter writer(folder(), headerOf(TargetKind::boxes, 2)); });
  };
  write(TargetKind::label);
  QVERIFY(refusal().contains("holds predictions already; name another folder, or remove it first"));
  QVERIFY(PredictionReader(folder()).header().kind == TargetKind::label);
  init();
  fs::create_directories(folder());
  writeFileAtomically(folder() / "image.png", "kept");
  QVERIFY(refusal().contains("is not empty, and holds no unfinished predictions"));
  QVERIFY(filesIn(folder()) == std::set<std::string>{"image.png"});
  init();
  writeFileAtomically(folder(), "a file");
  QVERIFY(refusal().contains("is no folder"));
}

void TestPredictions::oneWritesAtATime() {
  PredictionWriter writer(folder(), headerOf(TargetKind::labelMap, 2));
  writer.add(0, predictionsOf(TargetKind::labelMap)[0]);
  QVERIFY(errorOf([&] {
            PredictionWriter second(folder(), headerOf(TargetKind::labelMap, 2));
          }).contains("another process writes predictions into"));
  writer.add(1, predictionsOf(TargetKind::labelMap)[1]);
  writer.finish({});
  QVERIFY(isSame(PredictionReader(folder()).prediction(0), predictionsOf(TargetKind::labelMap)[0]));
}

/// Whatever moment it is killed at.
void TestPredictions::aKilledWriterLeavesNothingWhole() {
  class Ends : public FileCalls {
   public:
    explicit Ends(int after) : left_(after) {}
    ssize_t write(int fd, const void* data, std::size_t size) override {
      count();
      return FileCalls::write(fd, data, size);
    }
    int rename(const char* from, const char* to) override {
      count();
      return FileCalls::rename(from, to);
    }

   private:
    void count() {
      if (left_-- == 0) ::_exit(0);
    }
    int left_;
  };
  for (const TargetKind kind : kKinds) {
    bool isWhole = false;
    for (int after = 0; !isWhole; ++after) {
      QVERIFY(after < 50);
      init();
      const pid_t child = ::fork();
      if (child == 0) {
        Ends calls(after);
        PredictionWriter writer(folder(), headerOf(kind, 2), calls);
        const auto predictions = predictionsOf(kind);
        for (std::uint32_t i = 0; i < 2; ++i) writer.add(i, predictions[i]);
        writer.finish({});
        ::_exit(1);
      }
      int status = 0;
      QCOMPARE(::waitpid(child, &status, 0), child);
      isWhole = WEXITSTATUS(status) == 1;
      QCOMPARE(holdsPredictions(folder()), isWhole);
      if (!isWhole) {
        QVERIFY(!errorOf([&] { PredictionReader reader(folder()); }).isEmpty());
        write(kind);
      }
      const PredictionReader reader(folder());
      for (std::uint32_t i = 0; i < 2; ++i) QVERIFY(isSame(reader.prediction(i), predictionsOf(kind)[i]));
    }
  }
}

void TestPredictions::aFullDiskIsSaid() {
  const QTemporaryDir other;
  const SmallDisk disk(other.path() + "/disk", "size=64k");
  if (!disk.mounted()) QSKIP("a small file system cannot be mounted here");
  const auto problem = errorOf([&] {
    PredictionHeader header = headerOf(TargetKind::picture, 0);
    for (int i = 0; i < 100; ++i) {
      header.samples.push_back(std::to_string(i));
      header.sizes.push_back({200, 100});
    }
    PredictionWriter writer(disk.file("out"), header);
    for (std::uint32_t i = 0; i < 100; ++i)
      writer.add(i, Restored{numbered(static_cast<int>(i), 200, 100), numbered(1, 200, 100)});
  });
  QVERIFY2(problem.contains("No space left on device; free some space and try again"), qPrintable(problem));
  QVERIFY(!holdsPredictions(disk.file("out")));
  QVERIFY(holdsUnfinishedPredictions(disk.file("out")));
}

QTEST_GUILESS_MAIN(TestPredictions)
#include "tst_predictions.moc"
