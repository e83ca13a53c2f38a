#include <QTemporaryDir>
#include <QTest>

#include "core/base/Endings.h"
#include "tests/core/ErrorOf.h"

using namespace uada;
using namespace uada::test;

/// In which form something is written: the ending of the file decides, and what does not fit is refused.
class TestEndings : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theEndingIsInSmallLetters();
  void theEndingDecides();
  void whatDoesNotFitIsRefused_data();
  void whatDoesNotFitIsRefused();
  void foldersNeedNoEnding();
};

namespace {
const std::vector<std::string> kTable{"txt", "csv", "md"}, kRows{"csv", "jsonl"}, kSamples{"png", ""};
}

void TestEndings::theEndingIsInSmallLetters() {
  QCOMPARE(endingOf("a.PNG"), "png");
  QCOMPARE(endingOf("a.b/c.tar.Gz"), "gz");
  for (const char* none : {"a", "a.b/c", "a.b/", ".csv", ""}) QCOMPARE(endingOf(none), "");
}

void TestEndings::theEndingDecides() {
  QCOMPARE(formOf("a.JSONL", "rows", kRows), "jsonl");
  QCOMPARE(formOf("a.csv", "rows", kRows, "csv"), "csv");
  QCOMPARE(formOf("a.txt", "a table", kTable, "text"), "txt");
  QCOMPARE(formOf("a", "rows", kRows, "jsonl"), "jsonl");  // the name says nothing against it
  QCOMPARE(formOf(kTable, ""), "txt");
  QCOMPARE(formOf(kTable, "md"), "md");
}

void TestEndings::whatDoesNotFitIsRefused_data() {
  QTest::addColumn<QString>("file");
  QTest::addColumn<QString>("asked");
  QTest::addColumn<QString>("error");
  QTest::newRow("another")
      << "a.jpg" << ""
      << "cannot write 'a.jpg': the name of rows ends in .csv or .jsonl, and this one in .jpg";
  QTest::newRow("none")
      << "a" << ""
      << "cannot write 'a': the name of rows ends in .csv or .jsonl, and this one in nothing";
  QTest::newRow("contradiction")
      << "a.CSV" << "jsonl"
      << "cannot write 'a.CSV': the format jsonl is asked for, and the name ends in "
         ".csv; leave out the one or change the other";
  QTest::newRow("unknown format") << "a.csv" << "xml" << "unknown format 'xml'; known: csv jsonl";
  QTest::newRow("a line end")
      << "a\nb.png" << ""
      << "cannot write 'a?b.png': the name of rows ends in .csv or .jsonl, and this one "
         "in .png";
}

void TestEndings::whatDoesNotFitIsRefused() {
  QFETCH(QString, file);
  QFETCH(QString, asked);
  QFETCH(QString, error);
  QCOMPARE(errorOf([&] { formOf(file.toStdString(), "rows", kRows, asked.toStdString()); }), error);
  QVERIFY_THROWS_EXCEPTION(UsageError, formOf(file.toStdString(), "rows", kRows, asked.toStdString()));
}

void TestEndings::foldersNeedNoEnding() {
  const QTemporaryDir folder;
  const std::string dotted = folder.filePath("run.v1").toStdString();
  QCOMPARE(formOf("pictures", "samples", kSamples), "");
  QCOMPARE(formOf("sheet.Png", "samples", kSamples), "png");
  QCOMPARE(formOf(dotted + '/', "samples", kSamples), "");
  QVERIFY(errorOf([&] {
            formOf(dotted, "samples", kSamples);
          }).endsWith("the name of samples ends in .png, or in nothing for a folder, and this one in .v1"));
  std::filesystem::create_directory(dotted);
  QCOMPARE(formOf(dotted, "samples", kSamples), "");
}

QTEST_GUILESS_MAIN(TestEndings)
#include "tst_endings.moc"
