#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <map>
#include <set>

#include "core/base/Json.h"
#include "core/tables/OwnTable.h"
#include "tests/core/AgreementTools.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/StoreTools.h"

using namespace uada;
using namespace uada::test;

namespace {

std::set<std::string> wordsOf(const std::string& text) {
  std::set<std::string> words;
  for (const QString& word : QString::fromStdString(text).split(' ', Qt::SkipEmptyParts))
    words.insert(word.toStdString());
  return words;
}

using KeyOfRun = std::map<std::int64_t, std::string>;
KeyOfRun keysOf(const ProjectReader& project) {
  KeyOfRun keys;
  for (const RunSummary& run : project.runs()) keys[run.id] = run.key;
  return keys;
}

/// The keys of all runs of a cell.
std::set<std::string> runsOf(const Cell& cell, const KeyOfRun& keyOf) {
  std::set<std::string> keys(cell.keys.begin(), cell.keys.end());
  for (const std::int64_t run : cell.diverged) keys.insert(keyOf.at(run));
  return keys;
}

double numberIn(const Json& json, const char* name) {
  return json.at(name).isNull() ? NAN : json.at(name).asDouble();
}

/// The rows of an own table's view as the sqlite3 program gives them; [[note]]: what cannot be said.
std::vector<Json> viewRows(const std::string& file, const std::string& name) {
  std::string quoted;
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  const std::string lines = sqlite(
      file,
      "SELECT json_object('value', value, 'n', n, 'diverged', diverged, 'best', best_mean, 'best_sd', "
      "best_sd, "
      "'last', last_mean, 'last_sd', last_sd, 'configurations', configurations, 'runs', runs) FROM \"" +
          quoted + '"');
  std::vector<Json> rows;
  for (const QString& line : QString::fromStdString(lines).split('\n', Qt::SkipEmptyParts))
    rows.push_back(parseJson(line.toStdString(), "view"));
  return rows;
}

std::string objectsNamed(const std::string& file, const std::string& name) {
  return sqlite(file, "SELECT count(*) FROM sqlite_master WHERE name = '" + name + "'");
}

}  // namespace

/// Own tables as views, for people who read a project by the sqlite3 program.
class TestOwnViews : public QObject {
  Q_OBJECT
  QTemporaryDir folder_;
  std::string file_;

  std::string path(const char* name) const { return folder_.filePath(name).toStdString(); }

 private Q_SLOTS:
  void initTestCase() {
    file_ = path("p.uada");
    fill(file_);
  }

  void viewsGiveTheSameNumbers_data() {
    QTest::addColumn<QString>("where");
    QTest::addColumn<QStringList>("rows");
    QTest::addColumn<QStringList>("columns");
    QTest::addColumn<QStringList>("values");
    const QStringList all{"metric", "best", "last", "top5", "loss", "seconds", "forwards", "chains", "runs"};
    QTest::newRow("methods and data") << "" << QStringList{"method"} << QStringList{"dataset"} << all;
    QTest::newRow("variants and recipes")
        << "" << QStringList{"variant"} << QStringList{"recipe"} << QStringList{"metric"};
    QTest::newRow("settings") << "" << QStringList{"training.epochs", "method"}
                              << QStringList{"model.width", "seed"} << QStringList{"metric", "runs"};
    QTest::newRow("one row") << "seed>1" << QStringList() << QStringList()
                             << QStringList{"metric", "seconds"};
    QTest::newRow("costs") << "" << QStringList{"variant"} << QStringList{"recipe"}
                           << QStringList{"time_ratio", "forward_ratio", "chain_ratio"};
    QTest::newRow("numbers") << "dataset=fashion_mnist & (acc>0.65 | seed=1) & seconds<10min"
                             << QStringList{"method"} << QStringList() << all;
    QTest::newRow("texts") << "dataset~CIFAR & method!=uada | network=\"resnet\" seed!=2"
                           << QStringList{"network"} << QStringList{"method"} << QStringList{"metric"};
    QTest::newRow("what a run has not")
        << "method.epsilon!=1" << QStringList{"method"} << QStringList() << QStringList{"runs"};
    QTest::newRow("words") << "uada fashion" << QStringList{"title"} << QStringList()
                           << QStringList{"metric"};
    QTest::newRow("tags") << "tags=nice | notes~\"it's\"" << QStringList{"tags"} << QStringList()
                          << QStringList{"runs"};
    QTest::newRow("test metric") << "test.top5>60% & epochs>=1" << QStringList{"method"}
                                 << QStringList{"host", "threads"} << QStringList{"top1", "last"};
  }
  /// Of every cell that is measured, at both epochs.
  void viewsGiveTheSameNumbers() {
    QFETCH(QString, where);
    QFETCH(QStringList, rows);
    QFETCH(QStringList, columns);
    QFETCH(QStringList, values);
    const auto names = [](const QStringList& list) {
      std::vector<std::string> all;
      for (const QString& one : list) all.push_back(one.toStdString());
      return all;
    };
    const OwnTable own{"seen by SQL", where.toStdString(), names(rows), names(columns), names(values)};
    if (where.startsWith("tags")) {
      ProjectWriter project(file_);
      const auto runs = ProjectReader(file_).runs();
      project.setNotes(runs.front().id, "it's 'quoted'", "nice, new");
      project.setNotes(runs.back().id, "", "nicer");
      project.flush();
    }
    keepOwn(file_, own);
    const ProjectReader project(file_);
    const Table best = makeOwnTable(own, project, Epoch::best),
                last = makeOwnTable(own, project, Epoch::last);
    const KeyOfRun keyOf = keysOf(project);
    std::size_t measured = 0, found = 0;
    for (const auto& row : best.cells)
      for (const Cell& cell : row) measured += cell.isMeasured();
    QVERIFY(measured > 0);
    const std::vector<Json> view = viewRows(file_, own.name);
    for (const Json& line : view) {
      const std::string text = line.dump();
      const auto wanted = wordsOf(line.at("runs").asString());
      const auto value =
          static_cast<std::size_t>(values.indexOf(QString::fromStdString(line.at("value").asString())));
      for (std::size_t r = 0; r < best.rows.size(); ++r)
        for (std::size_t c = value; c < best.columns.size(); c += own.values.size()) {
          const Cell &ofBest = best.cells[r][c], &ofLast = last.cells[r][c];
          if (!ofBest.isMeasured() || runsOf(ofBest, keyOf) != wordsOf(line.at("runs").asString())) continue;
          ++found;
          QVERIFY2(line.at("n").asInt() == static_cast<std::int64_t>(ofBest.values.size()) &&
                       line.at("diverged").asInt() == static_cast<std::int64_t>(ofBest.diverged.size()),
                   text.c_str());
          QVERIFY2(agree(numberIn(line, "best"), ofBest.mean().value_or(NAN)) &&
                       agree(numberIn(line, "best_sd"), ofBest.spread().value_or(NAN)),
                   text.c_str());
          QVERIFY2(agree(numberIn(line, "last"), ofLast.mean().value_or(NAN)) &&
                       agree(numberIn(line, "last_sd"), ofLast.spread().value_or(NAN)),
                   text.c_str());
          const bool isMixed = ofBest.mixture && ofBest.mixture->configurations > 1;
          QCOMPARE(line.at("configurations").asInt() > 1, isMixed);
        }
    }
    QCOMPARE(view.size(), measured);
    QCOMPARE(found, measured);
  }

  /// New runs are in the view; it is replaced with its table, goes by another name, and goes with it.
  void theViewFollowsItsTable() {
    const std::string file = path("follows.uada");
    recordPairs(file);
    keepOwn(file, {"n", "", {"method"}, {}, {"metric"}});
    QCOMPARE(viewRows(file, "n").size(), std::size_t{2});
    {
      ProjectWriter project(file);
      record(project, fakeConfig("uada", 4), 0.9);
      project.flush();
    }
    QCOMPARE(viewRows(file, "n").back().at("n").asInt(), 4);
    keepOwn(file, {"n", "method=uada", {"method"}, {}, {"metric", "runs"}});
    QCOMPARE(viewRows(file, "n").size(), std::size_t{2});
    QCOMPARE(viewRows(file, "n").front().at("n").asInt(), 4);
    keepOwn(file, {"N", "", {}, {}, {"runs"}}, "n");  // in capitals alone
    QCOMPARE(objectsNamed(file, "n"), std::string("0"));
    QCOMPARE(viewRows(file, "N").front().at("n").asInt(), 7);
    QCOMPARE(ownTables(ProjectReader(file)).size(), std::size_t{1});
    ProjectWriter(file).removeTable("N");
    QCOMPARE(objectsNamed(file, "N"), std::string("0"));
    QCOMPARE(sqlite(file, "PRAGMA integrity_check"), std::string("ok"));
  }

  void hostileNamesAreQuoted() {
    const std::string file = path("hostile.uada");
    recordPairs(file);
    for (const std::string name :
         {"a\"; DROP TABLE runs; --", "it's", "select", "[x]", "`y`", "été ε", "1 + 1", "%s {} \\"}) {
      keepOwn(file, {name, "notes!=\"'; DROP TABLE runs; --\"", {"method"}, {}, {"runs"}});
      QVERIFY2(viewRows(file, name).size() == 2, name.c_str());
      ProjectWriter(file).removeTable(name);
    }
    QCOMPARE(sqlite(file, "SELECT count(*) FROM runs"), std::string("6"));
    // What the file has already, in any case of letters, is refused in words, and so is what SQLite keeps to
    // itself.
    keepOwn(file, {"mine", "", {"method"}, {}, {"runs"}});
    for (const std::string name : {"runs", "Table2", "FINISHED_RUNS", "Mine", "sqlite_x"})
      QVERIFY2(errorOf([&] {
                 keepOwn(file, {name, "", {"method"}, {}, {"runs"}});
               }).find("choose another name") != std::string::npos,
               name.c_str());
    QCOMPARE(sqlite(file, "SELECT count(*) FROM table2"), std::string("2"));
    QCOMPARE(viewRows(file, "mine").size(), std::size_t{2});
  }

  /// In the view itself.
  void whatSqlCannotSayIsSaid() {
    const std::string file = path("words.uada");
    recordPairs(file);
    for (const OwnTable& table : {OwnTable{"derived", "", {"certificate"}, {}, {"metric"}},
                                  OwnTable{"ratio", "time_ratio<2", {"method"}, {}, {"metric"}},
                                  OwnTable{"shown", "seed~1", {"method"}, {}, {"metric"}}}) {
      keepOwn(file, table);
      const std::string said = sqlite(file, "SELECT note FROM " + table.name);
      QVERIFY2(said.starts_with("SQL cannot say this table: '") && said.ends_with("prints it."),
               said.c_str());
    }
  }
};

QTEST_GUILESS_MAIN(TestOwnViews)
#include "tst_own_views.moc"
