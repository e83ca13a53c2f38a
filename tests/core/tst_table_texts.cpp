#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/Files.h"
#include "core/tables/Grid.h"
#include "tests/core/TableTools.h"

using namespace uada;
using namespace uada::test;

namespace {

/// 2 x 2 with every kind of cell: measured and published, one seed, published alone, nothing.
Table smallTable() {
  return {.number = 7,
          .name = "table7",
          .title = "A small table",
          .rule = "How it is made.",
          .metric = "top-1",
          .unit = "%",
          .rows = {"RA", "=UADA, \"ε\" 2"},
          .columns = {"C10 R18", "Fashion-MNIST r10w8, 6,000 images"},
          .cells = {{Cell{{96, 97}, {1, 2}, 96.3}, Cell{{80.5}, {3}, {}}}, {Cell{{}, {}, 97.08}, Cell{}}}};
}

}  // namespace

/// How tables and comparisons are written: text, CSV, Markdown, LaTeX.
class TestTableTexts : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void textGolden();
  void csvGolden();
  void markdownGolden();
  void comparisonCsvGolden();
  void comparisonTextGolden();
  void captionsHaveNoNumber();
  void latexHasRulesBoldAndRuns();
  void sourcesCanBeLeftOut();
  void textEscaping();
  void latexCompiles();
};

void TestTableTexts::textGolden() {
  const std::string expected =
      "Table 7: A small table\n"
      "\n"
      "Method                          C10 R18  Fashion-MNIST\n"
      "                                          r10w8, 6,000\n"
      "                                                images\n"
      "------------------------------------------------------\n"
      "RA            96.50 ± 0.71, n 2 (96.30)     80.50, n 1\n"
      "=UADA, \"ε\" 2                    (97.08)              -\n"
      "\n"
      "How it is made.\n";
  QVERIFY2(write(smallTable(), TableFormat::text) == expected,
           write(smallTable(), TableFormat::text).c_str());
}

void TestTableTexts::csvGolden() {
  const std::string expected =
      "table,row,column,metric,source,mean,sd,n,paper\n"
      "7,RA,C10 R18,top-1,measured,96.5,0.7071067811865476,2,96.3\n"
      "7,RA,\"Fashion-MNIST r10w8, 6,000 images\",top-1,measured,80.5,,1,\n"
      "7,\"'=UADA, \"\"ε\"\" 2\",C10 R18,top-1,paper,,,,97.08\n";
  QCOMPARE(QString::fromStdString(write(smallTable(), TableFormat::csv)), QString::fromStdString(expected));
}

void TestTableTexts::markdownGolden() {
  const std::string expected =
      "**Table 7: A small table**\n"
      "\n"
      "| Method | C10 R18 | Fashion-MNIST r10w8, 6,000 images |\n"
      "| :-- | --: | --: |\n"
      "| RA | 96.50 ± 0.71, n 2 (96.30) | 80.50, n 1 |\n"
      "| =UADA, \"ε\" 2 | (97.08) | - |\n"
      "\n"
      "How it is made.\n";
  QCOMPARE(QString::fromStdString(write(smallTable(), TableFormat::markdown)),
           QString::fromStdString(expected));
}

void TestTableTexts::comparisonCsvGolden() {
  auto runs = demoRuns();
  runs.pop_back();
  const auto groups = groupRuns(runs);
  const std::string hash = groups[1].configHash;
  const std::string expected = "uada,UADA,\"Fashion-MNIST, 6,000 images\",r10w8," + hash +
                               ",1,82,,83,,2.5,,,,420,120,11520," + csvNumber(420.0 * 2 / 220) +
                               ",4,9,0,no interval: one seed,train+test,ra-uc\n";
  const std::string text = writeComparison(groups, TableFormat::csv);
  QVERIFY2(text.ends_with(expected), text.c_str());
  QCOMPARE(std::count(text.begin(), text.end(), '\n'), 3);
}

void TestTableTexts::comparisonTextGolden() {
  const std::string expected =
      "Comparison of methods: Fashion-MNIST, 6,000 images, r10w8\n"
      "\n"
      "Method                      n    Last epoch    Best epoch            Difference to ra-uc  Training  "
      "Time ×  "
      "Forwards ×  Chains ×\n"
      "                                                                                              "
      "time\n" +
      std::string(128, '-') +
      "\n"
      "RandAugment (UADA's space)  2  79.50 ± 0.71  81.00 ± 1.41                              -      1:50   "
      " "
      "1.00  "
      "      1.00      1.00\n"
      "UADA                        2  83.00 ± 1.41  83.50 ± 0.71  +3.50 [-2.85, +9.85], p 0.090      7:20   "
      " "
      "4.00  "
      "      4.00      9.00\n";
  const std::string text = writeComparison(groupRuns(demoRuns()), TableFormat::text);
  QVERIFY2(text.starts_with(expected), text.c_str());
  // A number and its sign stand on one line, as wide as the note is.
  QVERIFY2(text.find("95 % interval") != text.npos, text.c_str());
}

/// The rules of booktabs, what is best in bold, and the runs of each cell in comments.
void TestTableTexts::latexHasRulesBoldAndRuns() {
  auto runs = demoRuns();
  for (FinishedRun& run : runs) run.summary.key = "0000000" + std::to_string(run.summary.id);
  Table table = makeTable2(runs);
  table.cells[15].back().isBest = true;
  const std::string text = write(table, TableFormat::latex);
  for (const char* part :
       {"\\usepackage{booktabs}\n", "\n\\toprule\n", "\n\\midrule\n", "\n\\bottomrule\n",
        "& \\textbf{83.50 $\\pm$ 0.71, n 2}",
        "% uada {\"table\":2,\"epoch\":\"best\",\"row\":\"UADA\",\"column\":\"Fashion-MNIST r10w8, 6,000 "
        "images\",\"mean\":83.5,\"n\":2,\"runs\":[\"00000002\",\"00000004\"],\"hash\":\""})
    QVERIFY2(text.find(part) != text.npos, (part + text).c_str());
  QVERIFY(text.find("\\hline") == text.npos);
  QCOMPARE(QString::fromStdString(text).count("\\caption"), 1);
  QVERIFY(write(table, TableFormat::latex, {.paper = true, .measured = false}).find("% uada") == text.npos);
}

/// LaTeX numbers its tables: "Table 1: Table 7: ..." would be read.
void TestTableTexts::captionsHaveNoNumber() {
  const std::string text = write(smallTable(), TableFormat::latex);
  QVERIFY2(text.find("\\caption{A small table}\n\\label{tab:uada-") != text.npos, text.c_str());
  QVERIFY2(write(smallTable(), TableFormat::text).starts_with("Table 7: A small table\n"), text.c_str());
}

void TestTableTexts::sourcesCanBeLeftOut() {
  const std::string paper = write(smallTable(), TableFormat::csv, {.paper = true, .measured = false});
  QCOMPARE(QString::fromStdString(paper),
           QString("table,row,column,metric,source,mean,sd,n,paper\n"
                   "7,RA,C10 R18,top-1,paper,,,,96.3\n"
                   "7,\"'=UADA, \"\"ε\"\" 2\",C10 R18,top-1,paper,,,,97.08\n"));
  const std::string measured = write(smallTable(), TableFormat::text, {.paper = false, .measured = true});
  QVERIFY(measured.find("UADA") == std::string::npos && measured.find('(') == std::string::npos);
  QVERIFY(measured.find("96.50 ± 0.71, n 2") != std::string::npos);
  const std::string nothing = write(makeTable2({}), TableFormat::text, {.paper = false, .measured = true});
  QVERIFY(nothing.find("Nothing was measured yet") != std::string::npos);
}

void TestTableTexts::textEscaping() {
  Table options = smallTable();
  options.rows = {"[2pt]", "*"};
  const std::string tex = write(options, TableFormat::latex);
  QVERIFY2(tex.find("\n{}[2pt] & ") != std::string::npos && tex.find("\n{}* & ") != std::string::npos,
           tex.c_str());
  QCOMPARE(csvText("plain"), std::string("plain"));
  for (const std::string start : {"=", "+", "-", "@", "\t"})
    QCOMPARE(csvText(start + "1"), "'" + start + "1");
  QCOMPARE(csvText("\r1"), std::string("\"'\r1\""));
  QCOMPARE(csvText("a\nb"), std::string("\"a\nb\""));
  QCOMPARE(csvText("a\"b"), std::string("\"a\"\"b\""));
  QCOMPARE(csvNumber(-0.5), std::string("-0.5"));
  QCOMPARE(csvNumber(0.1 + 0.2), std::string("0.30000000000000004"));
  QCOMPARE(latexText("\\{}$&#^_~%"),
           std::string("\\textbackslash{}\\{\\}\\$\\&\\#\\textasciicircum{}\\_\\textasciitilde{}\\%"));
  QCOMPARE(latexText("1 ± 2 × ε"), std::string("1 $\\pm$ 2 $\\times$ $\\varepsilon$"));
  QCOMPARE(latexText("a\x01\n\x7f"
                     "b\xff漢"),
           std::string("ab??"));
  QCOMPARE(latexText("Größe Łódź café Šć"), std::string("Größe Łódź café Šć"));
  QCOMPARE(latexText("ą×ð÷"), std::string("?$\\times$??"));  // in no font of LaTeX without a package
  QCOMPARE(markdownText("a|b_c\n"), std::string("a\\|b\\_c"));
}

void TestTableTexts::latexCompiles() {
  const QString pdflatex = QStandardPaths::findExecutable("pdflatex");
  if (pdflatex.isEmpty()) QSKIP("not run: pdflatex is not installed (texlive-latex-recommended)");
  Table nasty = smallTable();
  nasty.rows[1] = "\\input{/etc/passwd} \\write18{id} {}$&#^_~% \x01 <>|\" é漢 ±×ε Größe Łódź";
  nasty.rows[0] = "[2pt] *";  // after a line's end these would be an option of it
  nasty.rule = "*\n[x] and the like.";
  nasty.title = nasty.columns[0] = nasty.rows[1];
  Table best = makeTable2(demoRuns());
  best.cells[15].back().isBest = true;
  const std::vector<std::string> documents{
      write(makeTable2(demoRuns()), TableFormat::latex),
      write(makeTable3(demoRuns()), TableFormat::latex),
      writeComparison(groupRuns(demoRuns()), TableFormat::latex),
      writeComparison({}, TableFormat::latex),
      write(nasty, TableFormat::latex),
      write(best, TableFormat::latex, {.explains = true}),
      writeCells(best, TableFormat::latex),
      write(makeTable1({}), TableFormat::latex, {.explains = true}),
      write(makeTable2({}), TableFormat::latex, {.paper = false, .measured = true})};
  const QTemporaryDir dir;
  for (const std::string& document : documents) {
    writeFileAtomically(dir.filePath("table.tex").toStdString(), document);
    QFile::remove(dir.filePath("table.pdf"));
    QProcess process;
    process.setWorkingDirectory(dir.path());
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(pdflatex, {"-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "table.tex"});
    QVERIFY(process.waitForFinished(60000));
    const QByteArray output = process.readAll();
    QVERIFY2(process.exitCode() == 0, output.right(2000));
    QVERIFY(QFile::exists(dir.filePath("table.pdf")));
    QVERIFY2(!output.contains("undefined"), output.right(2000));
  }
}

QTEST_GUILESS_MAIN(TestTableTexts)
#include "tst_table_texts.moc"
