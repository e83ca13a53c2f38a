#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <set>
#include <thread>

#include "core/data/DatasetView.h"
#include "core/data/LabelFile.h"
#include "core/predictions/PredictionReader.h"
#include "core/predictions/PredictionWriter.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/FolderTools.h"
#include "tests/core/LabelTools.h"
#include "tests/core/SmallDisk.h"

using namespace uada;
using namespace uada::test;

namespace fs = std::filesystem;

namespace {

PredictionHeader headerOf(TargetKind kind, int samples) {
  PredictionHeader header{
      .task = "some", .kind = kind, .run = "3fa2c1d0", .configHash = "c", .dataHash = "d"};
  header.step = 4680;
  header.epoch = 12;
  header.classCount = 3;
  header.classes = {"cell, red", "white/cell", "..\"x"};
  for (int i = 0; i < samples; ++i) {
    header.samples.push_back("image " + std::to_string(i) + ",\"q\"");
    if (kind == TargetKind::boxes) header.samples.back() = "image" + std::to_string(i);
    header.sizes.push_back({4 + i, 3});
  }
  return header;
}

std::vector<Prediction> predictionsOf(TargetKind kind) {
  switch (kind) {
    case TargetKind::label:
      return {ClassChances{{{2, 0.1 + 0.2}, {0, 1e-300}, {1, 0}}, 2, 0.35},
              ClassChances{{}, 1, std::nan("")}};
    case TargetKind::labelMap: return {mapOf(4, 3, {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}), LabelMap(5, 3, 2)};
    case TargetKind::boxes:
      return {FoundBoxes{{{0.1F, -3.25F, 1234.567F, 1.0F / 3, 0}, 0.7F},
                         {{5, 6, 7, 8, 2}, 0.7F},
                         {{5, 6, 7, 8.5F, 2}, 0.2}},
              FoundBoxes{}};
    case TargetKind::picture: break;
  }
  return {Restored{numbered(1, 4, 3), numbered(2, 4, 3)}, Restored{numbered(3, 5, 3), numbered(4, 5, 3)}};
}

bool isSame(const Prediction& a, const Prediction& b) {
  const auto *one = std::get_if<ClassChances>(&a), *other = std::get_if<ClassChances>(&b);
  if (!one || !other || !std::isnan(one->loss)) return a == b;
  return one->best == other->best && one->truth == other->truth && std::isnan(other->loss);
}

constexpr TargetKind kKinds[] = {TargetKind::label, TargetKind::labelMap, TargetKind::boxes,
                                 TargetKind::picture};

std::set<std::string> filesIn(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    names.insert(entry.path().lexically_relative(folder).string());
  return names;
}

/// An image of each name, in a set of files.
class Named final : public Dataset {
 public:
  Named(std::vector<std::string> files, TargetKind kind) : files_(std::move(files)), kind_(kind) {}
  std::size_t size() const override { return files_.size(); }
  ImageSize imageSize(std::uint32_t) const override { return {1, 1}; }
  Held<ImageView> image(std::uint32_t, const PixelBox*) const override {
    return Held<ImageView>(ImageView{});
  }
  Held<TargetView> target(std::uint32_t) const override { return Held<TargetView>(Label{0}); }
  TargetKind targetKind() const override { return kind_; }
  int classes() const override { return 1; }
  std::string identity() const override { return "named"; }
  std::string fileName(std::uint32_t index) const override { return files_[index]; }

 private:
  const std::vector<std::string> files_;
  const TargetKind kind_;
};

std::vector<std::string> namesOf(std::vector<std::string> files, TargetKind kind = TargetKind::labelMap) {
  const Named data(std::move(files), kind);
  return sampleNames(data, data.size());
}

using Names = std::vector<std::string>;

}  // namespace

/// Folders of predictions: what is written is read, and whatever is damaged is refused in one line.
class TestPredictions : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> dir_;
  fs::path folder() const { return dir_->path().toStdString() + "/out"; }

  void write(TargetKind kind) const {
    PredictionWriter writer(folder(), headerOf(kind, 2));
    const auto predictions = predictionsOf(kind);
    for (std::uint32_t i = 0; i < 2; ++i) writer.add(i, predictions[i]);
    writer.finish({{"top1", 0.1 + 0.2}, {"loss", std::nan("")}});
  }
  void change(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = readTextFile(folder() / file, 1 << 20);
    const auto at = text.find(from);
    QVERIFY2(at != text.npos, text.c_str());
    writeFileAtomically(folder() / file, text.replace(at, from.size(), to));
  }

 private Q_SLOTS:
  void init() { dir_ = std::make_unique<QTemporaryDir>(); }
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
  void damageIsRefused_data();
  void damageIsRefused();
  void damageIsToldAgain();
  void samplesAreNamed();
  void classesNameFiles();
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
  const SmallDisk disk(dir_->path() + "/disk", "size=64k");
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

void TestPredictions::damageIsRefused_data() {
  QTest::addColumn<int>("kind");
  QTest::addColumn<QString>("file");
  QTest::addColumn<QString>("from");
  QTest::addColumn<QString>("to");
  QTest::addColumn<QString>("words");
  const auto row = [](const char* name, TargetKind kind, const char* file, const char* from, const char* to,
                      const char* words) {
    QTest::newRow(name) << static_cast<int>(kind) << file << from << to << words;
  };
  constexpr TargetKind kChances = TargetKind::label, kMap = TargetKind::labelMap, kBoxes = TargetKind::boxes,
                       kPicture = TargetKind::picture;
  const char* const header = "predictions.json";
  row("no JSON", kMap, header, "{", "PNG", "predictions.json");
  row("cut JSON", kMap, header, "\n}", "", "predictions.json");
  row("a list", kMap, header, "", "[1]", "predictions.json");
  row("version", kMap, header, "\"version\": 1", "\"version\": 7", "is of version 7, 1 expected; predict");
  row("version text", kMap, header, "\"version\": 1", "\"version\": \"1\"",
      "'version' is a string, a whole number expected");
  row("no step", kMap, header, "\"step\"", "\"steps\"", "'step' is missing, a whole number expected");
  row("step", kMap, header, "4680", "-4680", "'step' is -4680");
  row("kind", kMap, header, "label_map", "maps", "'predicted' is 'maps'");
  row("split", kMap, header, "\"test\"", "\"val\"", "'split' is 'val'");
  row("classes", kMap, header, "\"white/cell\"", "3", "'classes' is a list of others");
  row("too few classes", kMap, header, "\"class_count\": 3", "\"class_count\": 4",
      "'classes' is a list of 3");
  row("metric", kMap, header, "0.30000000000000004", "\"much\"", "'metrics' is of others, numbers expected");
  row("samples", kMap, header, "\"samples\": 2", "\"samples\": 3", "names 2 samples, 3 expected");
  row("many samples", kMap, header, "\"samples\": 2", "\"samples\": 99999999999999999999",
      "predictions.json");
  row("sample columns", kMap, "samples.csv", "name", "names", "line 1: 'names,width,height' found");
  row("sample size", kMap, "samples.csv", ",4,3", ",4,x", "line 2: ");
  row("sample without size", kMap, "samples.csv", ",4,3", "", "line 2: ");
  row("sample of no pixels", kMap, "samples.csv", ",4,3", ",0,3", "line 2: ");
  row("sample elsewhere", kMap, "samples.csv", "\"image 0,\"\"q\"\"\"", "../../x", "a name without folder");
  row("hidden sample", kMap, "samples.csv", "\"image 0,\"\"q\"\"\"", ".x", "a name without folder");
  row("sample twice", kMap, "samples.csv", "image 0", "image 1", "line 3: ");
  row("no samples", kMap, "samples.csv", "*", "", "samples.csv");
  row("no chances", kChances, "predictions.csv", "*", "", "predictions.csv");
  row("chance", kChances, "predictions.csv", "1e-300", "much", "line 2: ");
  row("chance above 1", kChances, "predictions.csv", "1e-300", "1.5", "line 2: ");
  row("chance NaN", kChances, "predictions.csv", "1e-300", "nan", "line 2: ");
  row("class", kChances, "predictions.csv", ",1e-300", ",1e-300,3,0.1", "line 2: ");
  row("class beyond", kChances, "predictions.csv", ",0,1e-300", ",3,1e-300", "line 2: ");
  row("other prediction", kChances, "predictions.csv", ",2,2,0.35", ",2,1,0.35", "line 2: ");
  row("other name", kChances, "predictions.csv", "image 0", "image 9", "line 2: ");
  row("no number", kChances, "predictions.csv", "\n0,", "\nx,", "line 2: ");
  row("number beyond", kChances, "predictions.csv", "\n0,", "\n2,", "line 2: ");
  row("line missing", kChances, "predictions.csv", "\n1,\"image 1,\"\"q\"\"\",1,-1,nan,,,,,,,,,,", "",
      "has no line of the sample image 1");
  row("line twice", kChances, "predictions.csv", "\n1,\"image 1", "\n0,\"image 0", "line 3: ");
  row("no map", kMap, "image 0,\"q\".png", "*", "", "image 0,\"q\".png");
  row("map is text", kMap, "image 0,\"q\".png", "", "text", "image 0,\"q\".png");
  row("map of another size", kMap, "image 0,\"q\".png", "4x2", "", "has 4 x 2 pixels, 4 x 3 expected");
  row("label beyond", kMap, "image 0,\"q\".png", "label", "", "has the label 3, 0 to 2 expected");
  row("no boxes", kBoxes, "white_cell.txt", "*", "", "white_cell.txt");
  row("box", kBoxes, "cell, red.txt", "1235.567", "wide", "line 1: ");
  row("box cut", kBoxes, "_..\"x.txt", " 9.5\n", "", "line 2: ");
  row("box NaN", kBoxes, "_..\"x.txt", "9.5", "nan", "line 2: ");
  row("box of five corners", kBoxes, "_..\"x.txt", " 9.5", " 9.5 3", "line 2: ");
  row("box elsewhere", kBoxes, "_..\"x.txt", "image0", "image7", "line 1: ");
  row("no picture", kPicture, "image 0,\"q\".png", "*", "", "image 0,\"q\".png");
  row("no degraded", kPicture, "degraded/image 0,\"q\".png", "*", "", "degraded/image 0,\"q\".png");
  row("picture of another size", kPicture, "image 0,\"q\".png", "4x2", "",
      "has 4 x 2 pixels, and the degraded picture has 4 x 3");
}

/// From: "*": the file is removed; "": the text is all of it; "4x2", "label": a label map in its place.
void TestPredictions::damageIsRefused() {
  QFETCH(int, kind);
  QFETCH(QString, file);
  QFETCH(QString, from);
  QFETCH(QString, to);
  QFETCH(QString, words);
  write(static_cast<TargetKind>(kind));
  const std::string name = file.toStdString();
  if (from == "*")
    QVERIFY(fs::remove(folder() / name));
  else if (from == "4x2")
    writeFileAtomically(folder() / name, textOf(labelPng(4, 2, std::vector<std::uint8_t>(8))));
  else if (from == "label")
    writeFileAtomically(folder() / name, textOf(labelPng(4, 3, std::vector<std::uint8_t>(12, 3))));
  else if (from.isEmpty())
    writeFileAtomically(folder() / name, to.toStdString());
  else
    change(name, from.toStdString(), to.toStdString());
  const QString problem = errorOf([&] {
    const PredictionReader reader(folder());
    reader.prediction(1);
    reader.prediction(0);
  });
  QVERIFY2(problem.contains(words), qPrintable(problem));
  QCOMPARE(problem.count('\n'), 0);
}

/// Nothing half is kept.
void TestPredictions::damageIsToldAgain() {
  for (const TargetKind kind : {TargetKind::label, TargetKind::boxes}) {
    init();
    write(kind);
    fs::remove(folder() / (kind == TargetKind::label ? "predictions.csv" : "white_cell.txt"));
    const PredictionReader reader(folder());
    const QString first = errorOf([&] { reader.prediction(0); });
    QVERIFY(!first.isEmpty());
    QCOMPARE(errorOf([&] { reader.prediction(0); }), first);
  }
}

void TestPredictions::samplesAreNamed() {
  QCOMPARE(namesOf({"images/a.jpg", "images/b.c.png", "d.png"}), (Names{"a", "b.c", "d"}));
  // Of one name in several folders: the folders stand before it.
  QCOMPARE(namesOf({"cat/1.png", "dog/1.png", "dog/2.png"}), (Names{"cat_1", "dog_1", "2"}));
  // Whatever the names, no two are alike.
  QCOMPARE(namesOf({"a/1.png", "a/1.jpg", "a_1.png"}), (Names{"a_1", "a_1-1", "a_1-2"}));
  QCOMPARE(namesOf({"x/1.png", "x/1.jpg", "x_1-1.png"}), (Names{"x_1", "x_1-1", "x_1-1-2"}));
  QCOMPARE(namesOf({".hidden", "train/.png", "b\nc.png"}), (Names{"_.hidden", "_.png", "b c"}));
  // Without files the number, as wide as the last one of the whole set.
  QCOMPARE(namesOf({"", "", ""}), (Names{"0", "1", "2"}));
  const Named many(std::vector<std::string>(101), TargetKind::label);
  QCOMPARE(sampleNames(many, 2), (Names{"000", "001"}));
  // VOC's text files divide by spaces.
  QCOMPARE(namesOf({"my cat.png", "my_cat.png"}, TargetKind::boxes), (Names{"my_cat", "my_cat-1"}));
  QCOMPARE(namesOf({"my cat.png"}), (Names{"my cat"}));

  const ImageFolder images;
  images.addClasses();
  const auto data = opened("folder", images.dir(), Split::train).data;
  QCOMPARE(sampleNames(*data, data->size()), (Names{"x", "y", "1", "2"}));
  const DatasetView view(data, {3, 0});
  QCOMPARE(sampleNames(view, 2), (Names{"2", "x"}));
}

void TestPredictions::classesNameFiles() {
  QCOMPARE(fileNamesOf({"a", "a", "", "../b", "a\tb"}), (Names{"a", "a-1", "_", "_.._b", "a b"}));
}

QTEST_GUILESS_MAIN(TestPredictions)
#include "tst_predictions.moc"
