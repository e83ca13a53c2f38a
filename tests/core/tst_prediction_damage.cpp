#include <QTest>

#include "tests/core/ErrorOf.h"
#include "tests/core/PredictionFolder.h"

using namespace uada;
using namespace uada::test;

namespace fs = std::filesystem;

/// Folders of predictions that somebody damaged: each is refused in one line.
class TestPredictionDamage : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<PredictionFolder> folder_;
  fs::path folder() const { return folder_->path(); }
  void write(TargetKind kind) const { folder_->write(kind); }
  void change(const std::string& file, const std::string& from, const std::string& to) const {
    folder_->change(file, from, to);
  }

 private Q_SLOTS:
  void init() { folder_ = std::make_unique<PredictionFolder>(); }
  void damageIsRefused_data();
  void damageIsRefused();
  void damageIsToldAgain();
};

void TestPredictionDamage::damageIsRefused_data() {
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
void TestPredictionDamage::damageIsRefused() {
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
void TestPredictionDamage::damageIsToldAgain() {
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

QTEST_GUILESS_MAIN(TestPredictionDamage)
#include "tst_prediction_damage.moc"
