#include <QAction>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDragEnterEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>
#include <QTest>
#include <cmath>
#include <map>

#include "core/base/Files.h"
#include "core/base/Json.h"
#include "core/config/Paper.h"
#include "core/data/Dataset.h"
#include "core/tables/CellPlan.h"
#include "core/tables/OwnTable.h"
#include "core/tables/TableCheck.h"
#include "tests/cli/Program.h"
#include "tests/core/AgreementTools.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"
#include "tests/core/TableTools.h"
#include "tests/widgets/TablesBench.h"
#include "widgets/panels/tables/OwnTableDialog.h"
#include "widgets/panels/tables/TexCheck.h"

using namespace uada;
using namespace uada::test;

namespace {

/// What every one of the four says of a cell.
struct Said {
  std::int64_t n = 0, diverged = 0;
  double best = NAN, bestSd = NAN, last = NAN, lastSd = NAN;
};

Said saidOf(const Cell& best, const Cell& last) {
  return {static_cast<std::int64_t>(best.values.size()),
          static_cast<std::int64_t>(best.diverged.size()),
          best.mean().value_or(NAN),
          best.spread().value_or(NAN),
          last.mean().value_or(NAN),
          last.spread().value_or(NAN)};
}

}  // namespace

/// The numbers of a table are the same wherever they are read.
class TestTableAgreement : public QObject {
  Q_OBJECT
  Program program_;
  std::string file_;

 private Q_SLOTS:
  void initTestCase() {
    file_ = program_.path("p.uada").toStdString();
    fill(file_);
  }

  void viewCommandLineAndExportAgree_data() {
    QTest::addColumn<int>("number");
    for (const TableEntry& entry : tables())
      if (entry.number != 3) QTest::addRow("table %d", entry.number) << entry.number;
  }
  /// By the keys of a cell's runs.
  void viewCommandLineAndExportAgree() {
    QFETCH(int, number);
    const ProjectReader project(file_);
    const Table best = findTable(number).make(project, Epoch::best),
                last = findTable(number).make(project, Epoch::last);
    QCOMPARE(best.rows, last.rows);
    // row, column, metric and n stand beside the numbers: the view's text has 15 digits and more.
    const std::string lines =
        sqlite(file_, fmt::format("SELECT json_object('row', \"row\", 'column', \"column\", 'n', n, "
                                  "'diverged', diverged, 'best', best_mean, "
                                  "'best_sd', best_sd, 'last', last_mean, 'last_sd', last_sd, 'runs', runs, "
                                  "'metric', metric, 'paper', paper) "
                                  "FROM table{}",
                                  number));
    std::size_t found = 0, named = 0;
    for (const QString& line : QString::fromStdString(lines).split('\n')) {
      const Json view = parseJson(line.toStdString(), "view");
      const std::string text = view.dump();
      const Cell* ofBest = nullptr;
      const Cell* ofLast = nullptr;
      for (std::size_t r = 0; r < best.rows.size(); ++r)
        for (std::size_t c = 0; c < best.columns.size(); ++c) {
          if (!best.cells[r][c].isMeasured()) continue;
          const bool isNamed = !view.at("column").isNull() && !view.at("row").isNull();
          const bool isHere = isNamed ? view.at("row").asString() == best.rows[r] &&
                                            view.at("column").asString() == best.columns[c]
                                      : holds(best, r, c, view);
          if (!isHere) continue;
          ofBest = &best.cells[r][c];
          ofLast = &last.cells[r][c];
          named += isNamed;
          if (isNamed && ofBest->paper)
            QVERIFY2(agree(*ofBest->paper, view.at("paper").asDouble()), text.c_str());
        }
      QVERIFY2(ofBest, text.c_str());
      ++found;
      const Said said = saidOf(*ofBest, *ofLast);
      const auto number = [&](const char* name) {
        return view.at(name).isNull() ? NAN : view.at(name).asDouble();
      };
      QVERIFY2(view.at("n").asInt() == said.n && view.at("diverged").asInt() == said.diverged, text.c_str());
      QVERIFY2(agree(number("best"), said.best) && agree(number("best_sd"), said.bestSd), text.c_str());
      QVERIFY2(agree(number("last"), said.last) && agree(number("last_sd"), said.lastSd), text.c_str());
    }
    std::size_t measured = 0;
    for (const auto& row : best.cells)
      for (const Cell& cell : row) measured += cell.isMeasured();
    QCOMPARE(found, measured);
    QVERIFY(named > 0);
    // The command line, and the files that it and the window write.
    for (const char* epoch : {"best", "last"}) {
      const Table& table = epoch == std::string("best") ? best : last;
      const Result csv = program_.run(
          {"table", QString::number(number), "--format", "csv", "--epoch", epoch, "--project", "p.uada"});
      QCOMPARE(csv.code, 0);
      QCOMPARE(csv.out.toStdString(), write(table, TableFormat::csv));
      const Result cells = program_.run({"table", QString::number(number), "--cells", "--out", "c.csv",
                                         "--epoch", epoch, "--project", "p.uada"});
      QCOMPARE(cells.code, 0);
      QCOMPARE(program_.read("c.csv").toStdString(), writeCells(table, TableFormat::csv));
    }
  }

  void costsAgree() {
    const ProjectReader project(file_);
    const Table table = findTable(3).make(project);
    std::size_t seen = 0;
    for (const QString& line :
         QString::fromStdString(
             sqlite(file_,
                    "SELECT json_object('row', \"row\", 'n', n, 'f', forward_ratio, 'fs', "
                    "forward_sd, 't', time_ratio, 'ts', time_sd, 'paper', paper) FROM table3 "
                    "WHERE forward_ratio IS NOT NULL AND dataset = 'fashion_mnist' AND "
                    "data_hash = 'images'"))
             .split('\n')) {
      const Json view = parseJson(line.toStdString(), "view");
      const std::string row = view.at("row").asString();
      const std::size_t r = indexOf(table.rows, row);
      for (std::size_t c = 1; c < table.columns.size(); ++c) {
        const Cell& cell = table.cells[r][c];
        const bool isForwards = table.columns[c].starts_with("Forwards, Fashion");
        if ((!isForwards && !table.columns[c].starts_with("Time, Fashion")) || cell.values.empty()) continue;
        ++seen;
        QVERIFY(agree(*cell.mean(), view.at(isForwards ? "f" : "t").asDouble()));
        const Json& sd = view.at(isForwards ? "fs" : "ts");
        QVERIFY(agree(cell.spread().value_or(NAN), sd.isNull() ? NAN : sd.asDouble()));
      }
      if (row == "UADA") QCOMPARE(view.at("paper").asDouble(), 4.2);
    }
    QCOMPARE(seen, std::size_t{4});
  }

  /// A person who clicks sees the numbers of the command line; both epochs can be chosen.
  void windowShowsTheSameNumbers() {
    TablesBench bench(QString::fromStdString(file_));
    TablesPanel& panel = *bench.panel;
    const ProjectReader project(file_);
    for (const int number : {1, 2, 5, 8}) {
      panel.choose(number);
      QCOMPARE(panel.exportName(), QString("table%1").arg(number));  // what Ctrl+E calls its file
      for (const Epoch epoch : {Epoch::best, Epoch::last, Epoch::both}) {
        panel.findChild<QComboBox*>("table_epoch")->setCurrentIndex(static_cast<int>(epoch));
        const Table made = findTable(number).make(project, epoch);
        QCOMPARE(QString::fromStdString(write(panel.model().table(), TableFormat::text)),
                 QString::fromStdString(write(made, TableFormat::text)));
        panel.exportTo(program_.path("w.csv"));
        QCOMPARE(program_.read("w.csv").toStdString(), write(made, TableFormat::csv));
      }
    }
    panel.exportTo(program_.path("w.xlsx"));
    QVERIFY(program_.read("w.xlsx").startsWith("PK"));
  }

  /// A cell that is clicked says what is known of it, and its button puts the runs into the queue.
  void aClickQueuesFurtherSeeds() {
    const QString copy = program_.path("q.uada");
    QVERIFY(QFile::copy(QString::fromStdString(file_), copy));
    TablesBench bench(copy);
    Session& session = bench.session;
    TablesPanel& panel = *bench.panel;
    panel.choose(2);
    const auto place = [&](const std::string& row, const char* column) {
      const Table& table = panel.model().table();  // another one once the queue has changed
      const auto found = std::ranges::find_if(
          table.columns, [&](const std::string& name) { return name.starts_with(column); });
      return panel.model().index(static_cast<int>(indexOf(table.rows, row)),
                                 static_cast<int>(found - table.columns.begin()));
    };
    auto* view = panel.findChild<QTableView*>("paper_table");
    view->setCurrentIndex(place("UADA", "Fashion-MNIST"));
    auto* button = panel.findChild<QPushButton*>("queue_cell");
    const QString summary = panel.findChild<QLabel*>("cell_summary")->text();
    QVERIFY2(summary.contains("n = 2") && summary.contains("minus RA"), qPrintable(summary));
    if (!button->isVisible()) QSKIP("not run: the data set Fashion-MNIST is not on this machine");
    QVERIFY2(button->text().startsWith("Queue "), qPrintable(button->text()));
    panel.findChild<QSpinBox*>("more_seeds")->setValue(2);
    QVERIFY2(button->text().contains("2 more seeds (about "), qPrintable(button->text()));
    button->click();
    QTRY_COMPARE(session.queued().size(), std::size_t{2});
    const RunConfig queued = ProjectReader(copy.toStdString()).queuedConfig(session.queued().front().id);
    QCOMPARE(queued.seed, 3);
    QCOMPARE(configHash(queued), configHash(fakeConfig("uada", 1)));
    QVERIFY(!button->isVisible());  // so that a second click adds nothing
    // Literature alone: it says why.
    view->setCurrentIndex(place("DADA", "C10 WRN"));
    QVERIFY(!button->isVisible());
    bool isTold = false;
    for (const QLabel* label : panel.findChildren<QLabel*>())
      isTold = isTold || label->text().contains("cannot be queued");
    QVERIFY(isTold);
  }

  /// Also without a project: they are constants.
  void publishedNumbersNeedNoProject() {
    TablesBench bench({}, {1000, 600});
    TablesPanel& panel = *bench.panel;
    QCOMPARE(panel.model().rowCount(), 16);
    QVERIFY(panel.findChild<QLabel*>("emptyTitle")->text().contains("Open or create a project"));
    panel.choose(9);
    QCOMPARE(panel.model().paperText(panel.model().index(0, 0)), QString("paper 76.9"));
    panel.choose(4);
    QCOMPARE(panel.model().paperText(panel.model().index(1, 0)), QString("paper 70.50"));
  }

  /// Exported, then a run more, and one less: those cells are named, by the command line and where it is
  /// dropped.
  void changedCellsAreNamed() {
    const QString copy = program_.path("changed.uada");
    QVERIFY(QFile::copy(QString::fromStdString(file_), copy));
    QCOMPARE(program_.run({"table", "2", "--out", "t.tex", "--project", "changed.uada"}).code, 0);
    const Result same = program_.run({"table", "--check", "t.tex", "--project", "changed.uada"});
    QVERIFY2(same.code == 0 && same.out.contains("cells are as in the project"),
             qPrintable(same.out + same.err));
    QVERIFY2(same.out.count('\n') <= 2, qPrintable(same.out));
    {
      ProjectWriter project(copy.toStdString());
      RunConfig more = fakeConfig("uada", 1);
      more.seed = 3;
      record(project, more, 0.75);
      for (const RunSummary& run : ProjectReader(copy.toStdString()).runs())
        if (run.method == "ra-uc" && run.dataset == "fashion_mnist") project.removeRun(run.id);
      project.flush();
    }
    const Result other = program_.run({"table", "--check", "t.tex", "--project", "changed.uada"});
    QCOMPARE(other.code, 1);
    QVERIFY2(other.out.contains("UADA / Fashion-MNIST") &&
                 other.out.contains(": changed, was 71.50, n 2, is 72.67, n 3") &&
                 other.out.contains("RA / Fashion-MNIST") &&
                 other.out.contains("is not measured in this project"),
             qPrintable(other.out));
    TablesBench bench(copy);
    TablesPanel& panel = *bench.panel;
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(program_.path("t.tex"))});
    QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&panel, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&panel, &drop);
    const QString said = panel.findChild<QPlainTextEdit*>("checked_tex")->toPlainText();
    QVERIFY2(said.contains(other.out.trimmed()), qPrintable(said));
    // As File > Open and a drop on the window show it.
    TexCheck::open(bench.workbench, program_.path("t.tex"), &panel);
    auto* dialog = panel.findChild<QDialog*>("tex_dialog");
    QVERIFY(dialog && dialog->isVisible());
    QVERIFY(dialog->findChild<QPlainTextEdit*>("checked_tex")->toPlainText().contains(other.out.trimmed()));
    // What is no table of ours is refused in words.
    program_.write("foreign.tex", "\\begin{tabular}{l}x\\end{tabular}\n");
    const Result foreign = program_.run({"table", "--check", "foreign.tex", "--project", "changed.uada"});
    QVERIFY2(foreign.code == 1 && foreign.err.contains("foreign.tex") && foreign.err.contains("uada table N"),
             qPrintable(foreign.err));
    program_.write("broken.tex", "% uada {\"table\": 2}\n");
    const Result broken = program_.run({"table", "--check", "broken.tex", "--project", "changed.uada"});
    QVERIFY2(broken.code != 0 && broken.err.contains("broken.tex: line 1"), qPrintable(broken.err));
  }

  /// Also where its row is called otherwise by now, and of a table of both epochs.
  void aRunThatDivergedSinceIsFoundByItsKey() {
    const QString copy = program_.path("diverged.uada");
    QVERIFY(QFile::copy(QString::fromStdString(file_), copy));
    const QStringList check{"table", "--check", "d.tex", "--project", "diverged.uada"};
    QCOMPARE(
        program_.run({"table", "2", "--epoch", "both", "--out", "d.tex", "--project", "diverged.uada"}).code,
        0);
    const Result same = program_.run(check);
    QVERIFY2(same.code == 0 && same.out.contains("Table 2: ") && same.out.contains("Table 2, last epoch: "),
             qPrintable(same.out + same.err));
    QString tex = QString::fromUtf8(program_.read("d.tex"));
    QVERIFY(tex.contains("\"row\":\"UADA\""));
    program_.write("d.tex", tex.replace("\"row\":\"UADA\"", "\"row\":\"UADA as it was\"").toUtf8());
    QCOMPARE(program_.run(check).code, 0);  // by what it says
    sqlite(copy.toStdString(),
           "UPDATE result_metrics SET value = NULL WHERE run = (SELECT max(id) FROM runs WHERE method = "
           "'uada' AND "
           "dataset = 'fashion_mnist' AND seed = 1)");
    const Result other = program_.run(check);
    QVERIFY2(other.code == 1 && other.out.contains("UADA as it was / Fashion-MNIST") &&
                 other.out.contains(", n 1, 1 diverged") && !other.out.contains("is not measured") &&
                 !other.out.contains("measured by now"),
             qPrintable(other.out));
  }

  /// Numbers of a workbook are numbers: read again by Python's own zip and XML.
  void workbookHasNumbers() {
    QCOMPARE(program_.run({"table", "2", "--out", "t.xlsx", "--project", "p.uada"}).code, 0);
    QProcess python;
    python.start("python3", {"-c", R"(
import sys, zipfile, xml.etree.ElementTree as tree
book = zipfile.ZipFile(sys.argv[1])
name = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
texts = [''.join(t.itertext()) for t in tree.fromstring(book.read('xl/sharedStrings.xml')).iter(name + 'si')]
sheets = [s.get('name') for s in tree.fromstring(book.read('xl/workbook.xml')).iter(name + 'sheet')]
print('|'.join(sheets))
for row in tree.fromstring(book.read('xl/worksheets/sheet2.xml')).iter(name + 'row'):
    cells = {}
    for c in row.iter(name + 'c'):
        v = c.find(name + 'v').text
        cells[c.get('r').rstrip('0123456789')] = texts[int(v)] if c.get('t') == 's' else float(v)
    print(repr([cells.get(k) for k in 'ABDFH']))
)",
                             program_.path("t.xlsx")});
    if (!python.waitForStarted()) QSKIP("not run: reading a workbook again needs python3");
    QVERIFY(python.waitForFinished(60'000));
    const QString said = python.readAllStandardOutput();
    QVERIFY2(said.startsWith("Table 2|Values|Runs\n"), qPrintable(said + python.readAllStandardError()));
    const Table table = findTable(2).make(ProjectReader(file_));
    const Cell& cell = uada::test::cell(table, "UADA", "C10 R18");
    const QString expected = QString("['UADA', 'C10 R18', %1, %2.0, 97.08]")
                                 .arg(QString::fromStdString(fmt::format("{:#}", *cell.mean())))
                                 .arg(cell.values.size());
    QVERIFY2(said.contains(expected), qPrintable(expected + '\n' + said));
  }

  /// The same text as the window's copy.
  void compareIsAVerb() {
    const Result text = program_.run({"compare", "--project", "p.uada"});
    QCOMPARE(text.code, 0);
    const ProjectReader project(file_);
    QCOMPARE(text.out.trimmed().toStdString(),
             QString::fromStdString(writeComparison(compareRuns(project), TableFormat::text))
                 .trimmed()
                 .toStdString());
    std::string key;
    for (const RunSummary& run : project.runs())
      if (run.dataset == "fashion_mnist" && run.method == "uada" && run.dataHash == "images") key = run.key;
    const Result some =
        program_.run({"compare", QString::fromStdString(key), "--format", "csv", "--project", "p.uada"});
    QCOMPARE(some.code, 0);
    QCOMPARE(some.out.count('\n'), 2);
    QCOMPARE(program_.run({"compare", "nothing", "--project", "p.uada"}).code, 2);
    // The runs of a query, as the window compares those that its filter leaves.
    std::vector<std::int64_t> ids;
    for (const RunSummary& run : project.runs())
      if (run.dataset == "fashion_mnist" && run.seed < 3) ids.push_back(run.id);
    const Result where =
        program_.run({"compare", "--where", "dataset=fashion_mnist & seed<3", "--project", "p.uada"});
    QCOMPARE(where.out.trimmed().toStdString(),
             QString::fromStdString(writeComparison(compareRuns(project, ids), TableFormat::text))
                 .trimmed()
                 .toStdString());
    const Result none = program_.run({"compare", "--where", "seed=77", "--project", "p.uada"});
    QVERIFY2(none.code == 0 && none.out.contains("Nothing to compare"), qPrintable(none.out));
    QCOMPARE(program_.run({"compare", "--where", "seed >", "--project", "p.uada"}).code, 2);
    const Result workbook = program_.run({"compare", "--format", "xlsx", "--project", "p.uada"});
    QVERIFY2(workbook.code == 2 && workbook.err.contains("--out FILE.xlsx"), qPrintable(workbook.err));
    QCOMPARE(program_.run({"compare", "--out", "m.xlsx", "--project", "p.uada"}).code, 0);
    QVERIFY(program_.read("m.xlsx").startsWith("PK"));
  }

 private:
  /// Whether a view's cell without names is the table's: by the keys of its runs, and its mean where a run
  /// stands in several columns.
  static bool holds(const Table& table, std::size_t row, std::size_t column, const Json& view) {
    const Cell& cell = table.cells[row][column];
    const std::string runs = view.at("runs").asString();
    const bool isMean = view.at("best").isNull()
                            ? !cell.mean()
                            : cell.mean() && agree(*cell.mean(), view.at("best").asDouble());
    return isMean && !cell.keys.empty() && runs.find(cell.keys.front()) != std::string::npos;
  }
};

QTEST_MAIN(TestTableAgreement)
#include "tst_table_agreement.moc"
