#include <QAction>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPointer>
#include <QPushButton>
#include <QTableView>
#include <QTest>
#include <cmath>

#include "core/base/Json.h"
#include "core/base/Text.h"
#include "core/tables/OwnTable.h"
#include "tests/cli/Program.h"
#include "tests/core/AgreementTools.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"
#include "tests/core/TableTools.h"
#include "tests/widgets/TablesBench.h"
#include "widgets/panels/tables/OwnTableDialog.h"

using namespace uada;
using namespace uada::test;

/// What a person has made of the project's runs is the same wherever it is read.
class TestOwnTableAgreement : public QObject {
  Q_OBJECT
  Program program_;
  std::string file_;
  const QString ra_ = QString::fromStdString(findMethod("ra-uc").title);

 private Q_SLOTS:
  void initTestCase() {
    file_ = program_.path("p.uada").toStdString();
    fill(file_);
  }

  /// A person makes a table in the window; the command line gives the same numbers, and so do the files.
  void anOwnTableIsTheSameEverywhere() {
    const QString copy = program_.path("own.uada");
    QVERIFY(QFile::copy(QString::fromStdString(file_), copy));
    TablesBench bench(copy);
    TablesPanel& panel = *bench.panel;
    panel.findChild<QAction*>("new_table")->trigger();
    auto* dialog = panel.findChild<OwnTableDialog*>("own_table");
    QVERIFY(dialog);
    auto* save = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save);
    QVERIFY(!save->isEnabled());  // it has no name
    QTest::keyClicks(dialog->findChild<QLineEdit*>("table_name"), "by data");
    QTest::keyClicks(dialog->findChild<QLineEdit*>("table_where"), "dataset=fashion_mnist &");
    QTRY_VERIFY(dialog->findChild<QLabel*>("table_note")->text().contains("is missing"));
    dialog->findChild<QLineEdit*>("table_where")->setText("dataset=fashion_mnist");
    auto* columns = dialog->findChild<QComboBox*>("columns_more");
    auto* list = dialog->findChild<QListWidget*>("columns_list");
    list->setCurrentRow(0);
    QTest::keyClick(list, Qt::Key_Delete);
    columns->setCurrentIndex(columns->findData("network"));
    Q_EMIT columns->activated(columns->currentIndex());
    auto* values = dialog->findChild<QComboBox*>("values_more");
    for (const char* value : {"seconds", "runs"}) Q_EMIT values->activated(values->findData(value));
    QTRY_VERIFY(save->isEnabled());
    QVERIFY2(dialog->findChild<QLabel*>("table_note")->text().contains("mix"),
             qPrintable(dialog->findChild<QLabel*>("table_note")->text()));
    save->click();
    QTRY_COMPARE(panel.which(), QString("by data"));
    for (const Epoch epoch : {Epoch::both, Epoch::best, Epoch::last}) {
      panel.findChild<QComboBox*>("table_epoch")->setCurrentIndex(static_cast<int>(epoch));
      const Table made = makeTable(ProjectReader(copy.toStdString()), "by data", epoch);
      QCOMPARE(made.columns.size(),
               std::size_t{epoch == Epoch::both ? 4U : 3U});  // seconds and runs are of no epoch
      QCOMPARE(QString::fromStdString(write(panel.model().table(), TableFormat::text)),
               QString::fromStdString(write(made, TableFormat::text)));
      for (const char* form : {"csv", "md", "tex", "txt"}) {
        const QString name = QString("own.%1").arg(form);
        QCOMPARE(program_
                     .run({"table", "by data", "--out", name, "--epoch", epochName(epoch), "--project",
                           "own.uada"})
                     .code,
                 0);
        const QByteArray byCommand = program_.read(name);
        panel.exportTo(program_.path(name));
        QCOMPARE(program_.read(name), byCommand);
        QCOMPARE(byCommand.toStdString(), write(made, tableFormatFromName(form)));
      }
    }
    // Two recipes, or images, in one cell are told in it, and a click says which.
    const Table& table = panel.model().table();
    int row = -1;
    for (std::size_t r = 0; r < table.rows.size(); ++r)
      if (table.cells[r][0].mixture) row = static_cast<int>(r);
    QVERIFY(row >= 0);
    QVERIFY(panel.model().lowerText(panel.model().index(row, 0)).startsWith("mixes 2 configurations ("));
    panel.findChild<QTableView*>("paper_table")->setCurrentIndex(panel.model().index(row, 0));
    QVERIFY(panel.findChild<QLabel*>("cell_summary")->text().contains("which differ in"));
    // Of an exported one it is told what has changed.
    QCOMPARE(program_.run({"table", "--check", "own.tex", "--project", "own.uada"}).code, 0);
    {
      ProjectWriter project(copy.toStdString());
      RunConfig more = fakeConfig("uada", 1);
      more.seed = 9;
      record(project, more, 0.75);
      project.flush();
    }
    const Result other = program_.run({"table", "--check", "own.tex", "--project", "own.uada"});
    QVERIFY2(other.code == 1 && other.out.startsWith("Table 'by data', last epoch: "), qPrintable(other.out + other.err));
  }

  /// An own table made on the command line is in the window's list; removed there, it can be brought back.
  void anOwnTableOfTheCommandLine() {
    const QString copy = program_.path("own2.uada");
    QVERIFY(QFile::copy(QString::fromStdString(file_), copy));
    const Result kept = program_.run({"table", "costs", "--rows", "method", "--values", "forward_ratio,runs",
                                      "--where", "dataset=fashion_mnist", "--project", "own2.uada"});
    QVERIFY2(kept.code == 0 && kept.out.contains("Forwards (×)"), qPrintable(kept.out + kept.err));
    QVERIFY(program_.run({"list", "tables", "--project", "own2.uada"}).out.contains("costs"));
    const Result wrong = program_.run({"table", "worse", "--rows", "methd", "--project", "own2.uada"});
    QVERIFY2(wrong.code == 2 && wrong.err.contains("did you mean 'method'"), qPrintable(wrong.err));
    QVERIFY(!program_.run({"list", "tables", "--project", "own2.uada"}).out.contains("worse"));
    TablesBench bench(copy);
    Session& session = bench.session;
    TablesPanel& panel = *bench.panel;
    panel.choose(QStringLiteral("costs"));
    QCOMPARE(panel.which(), QString("costs"));
    std::function<void()> undo;
    connect(&session, &Session::undoOffered, &panel,
            [&](const QString&, const std::function<void()>& back) { undo = back; });
    panel.findChild<QAction*>("remove_table")->trigger();
    QTRY_COMPARE(panel.which(), QString("2"));
    QCOMPARE(program_.run({"table", "costs", "--project", "own2.uada"}).code, 2);
    QVERIFY(undo);
    undo();
    QTRY_COMPARE(panel.which(), QString("costs"));
    QCOMPARE(program_.run({"table", "costs", "--remove", "--project", "own2.uada"}).code, 0);
  }

  /// By hand: {10, 11, 9} points by seed: mean 10, t = 10 sqrt(3) with two degrees of freedom, for which the
  /// two-sided p is 1 - t / sqrt(2 + t^2) = 0.003317, and the interval 10 -+ 4.302653 / sqrt(3).
  void differencesAreTheSameEverywhere() {
    const std::string file = program_.path("pairs.uada").toStdString();
    recordPairs(file);
    const Result made =
        program_.run({"table", "pairs", "--rows", "method", "--reference", ra_, "--project", "pairs.uada"});
    QVERIFY2(made.code == 0 && made.out.contains("71.00 ± 1.00, n 3*") &&
                 made.out.simplified().contains("Differences are to " + ra_ + "."),
             qPrintable(made.out + made.err));
    const Table table = makeTable(ProjectReader(file), "pairs");
    const Cell& uada = uada::test::cell(table, findMethod("uada").title, table.columns.at(0));
    const double t = 10 * std::sqrt(3.0), p = 1 - t / std::sqrt(2 + t * t), half = 4.302653 / std::sqrt(3.0);
    const Difference& d = uada.comparison->difference;
    QVERIFY(near(d.mean, 10) && near(*d.p, p) && near(*uada.comparison->adjusted, p) && d.isPaired);
    QVERIFY(near(d.interval->low, 10 - half) && near(d.interval->high, 10 + half) && uada.isBest);
    // The command line: every cell in text, CSV and JSON.
    const Result cells = program_.run({"table", "pairs", "--cells", "--project", "pairs.uada"});
    QVERIFY2(cells.out.contains("+10.00 [+7.52, +12.48], p 0.003") && cells.out.contains("paired"),
             qPrintable(cells.out));
    QCOMPARE(program_.run({"table", "pairs", "--cells", "--out", "c.csv", "--project", "pairs.uada"}).code,
             0);
    QCOMPARE(program_.read("c.csv").toStdString(), writeCells(table, TableFormat::csv));
    const Result json = program_.run({"table", "pairs", "--json", "--project", "pairs.uada"});
    QVERIFY2(json.out.contains("\"reference\":\"" + ra_ + "\"") && json.out.contains("\"best\":true"),
             qPrintable(json.out));
    // The window: mark, click, rule and files.
    TablesBench bench(QString::fromStdString(file));
    TablesPanel& panel = *bench.panel;
    panel.choose(QStringLiteral("pairs"));
    const QModelIndex place =
        panel.model().index(static_cast<int>(indexOf(table.rows, findMethod("uada").title)), 0);
    QCOMPARE(panel.model().markText(place), QString("▲"));
    panel.findChild<QTableView*>("paper_table")->setCurrentIndex(place);
    const QString summary = panel.findChild<QLabel*>("cell_summary")->text();
    QVERIFY2(summary.contains("minus " + ra_ + " +10.00 [+7.52, +12.48], p = 0.003") &&
                 summary.contains("The best"),
             qPrintable(summary));
    bool isTold = false;
    for (const QLabel* label : panel.findChildren<QLabel*>())
      isTold = isTold || label->text().contains("worse than " + ra_ + " with p < 0.05 (Holm over the table)");
    QVERIFY(isTold);
    for (const char* form : {"csv", "md", "tex"}) {
      panel.exportTo(program_.path(QString("w.%1").arg(form)));
      QCOMPARE(program_.run({"table", "pairs", "--out", QString("t.%1").arg(form), "--project", "pairs.uada"})
                   .code,
               0);
      QCOMPARE(program_.read(QString("w.%1").arg(form)), program_.read(QString("t.%1").arg(form)));
    }
    QVERIFY(program_.read("t.tex").contains("\\textbf{71.00"));
    QVERIFY(program_.read(QString("t.%1").arg("md")).contains("**71.00"));
    panel.exportTo(program_.path("w.xlsx"));
    QVERIFY(program_.read("w.xlsx").startsWith("PK"));
  }

  /// Chosen in the editor; an exported table tells that it was another one.
  void theReferenceIsChosenInTheEditor() {
    const std::string file = program_.path("chosen.uada").toStdString();
    recordPairs(file);
    keepOwn(file, {"pairs", "", {"method"}, {}, {"metric"}});
    QCOMPARE(program_.run({"table", "pairs", "--out", "r.tex", "--project", "chosen.uada"}).code, 0);
    TablesBench bench(QString::fromStdString(file));
    Session& session = bench.session;
    TablesPanel& panel = *bench.panel;
    panel.choose(QStringLiteral("pairs"));
    panel.findChild<QAction*>("edit_table")->trigger();
    auto* dialog = panel.findChild<OwnTableDialog*>("own_table");
    auto* reference = dialog->findChild<QComboBox*>("table_reference");
    QTRY_COMPARE(reference->count(), 3);
    QCOMPARE(reference->currentData().toString(), QString());
    reference->setCurrentIndex(reference->findData(ra_));
    QTRY_VERIFY(dialog->preview().table().reference >= 0);
    dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save)->click();
    QTRY_VERIFY(panel.model().table().reference >= 0);
    QCOMPARE(findOwnTable(ProjectReader(file), "pairs").reference, ra_.toStdString());
    const Result check = program_.run({"table", "--check", "r.tex", "--project", "chosen.uada"});
    QVERIFY2(check.code == 1 && check.out.contains("was compared with nothing, is with " + ra_),
             qPrintable(check.out));
    // By name alone on the command line, and taken away again.
    QCOMPARE(program_.run({"table", "pairs", "--reference", "UADA", "--project", "chosen.uada"}).code, 0);
    QCOMPARE(findOwnTable(ProjectReader(file), "pairs"),
             (OwnTable{"pairs", "", {"method"}, {}, {"metric"}, "UADA"}));
    const Result wrong = program_.run({"table", "pairs", "--reference", "UADX", "--project", "chosen.uada"});
    QVERIFY2(wrong.code == 2 && wrong.err.contains("did you mean 'UADA'"), qPrintable(wrong.err));
    QCOMPARE(program_.run({"table", "pairs", "--reference", "none", "--project", "chosen.uada"}).code, 0);
    QCOMPARE(findOwnTable(ProjectReader(file), "pairs").reference, std::string());
    // A copy has a name of its own.
    panel.choose(QStringLiteral("pairs"));
    panel.findChild<QAction*>("copy_table")->trigger();
    const QPointer<OwnTableDialog> copy = panel.findChildren<OwnTableDialog*>("own_table").back();
    QCOMPARE(copy->table().name, std::string("pairs 2"));
    session.openProject(program_.path("other.uada"));  // the copy would be kept there
    QTRY_VERIFY(!copy);
  }
};

QTEST_MAIN(TestOwnTableAgreement)
#include "tst_own_table_agreement.moc"
