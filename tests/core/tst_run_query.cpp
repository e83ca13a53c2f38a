#include <QTemporaryDir>
#include <QtTest>

#include "core/store/RunSession.h"
#include "core/tables/RunQuery.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"

using namespace uada;

namespace {

RunSummary run(std::string title, std::string method, std::string dataset, std::int64_t seed,
               std::optional<double> best, std::string hash) {
  RunSummary summary;
  summary.id = seed;
  summary.key = "0000000" + std::to_string(seed);
  summary.title = std::move(title);
  summary.method = std::move(method);
  summary.dataset = std::move(dataset);
  summary.model = "resnet";
  summary.seed = seed;
  summary.best = best;
  summary.metric = "top1";
  if (best) summary.last = {{"top1", *best - 0.01}, {"loss", 0.5 * static_cast<double>(seed)}};
  summary.state = best ? RunState::finished : RunState::failed;
  summary.seconds = 3600 * static_cast<double>(seed);
  summary.created = "2026-11-2" + std::to_string(seed) + "T14:03:09Z";
  summary.configHash = std::move(hash);
  return summary;
}

}  // namespace

/// Which runs a query finds, by hand.
class TestRunQuery : public QObject {
  Q_OBJECT
 private:
  std::vector<RunSummary> runs_{run("r18-c10-uada-s1", "uada", "cifar10", 1, 0.93, "a"),
                                run("r18-c10-ra-uc-s2", "ra-uc", "cifar10", 2, 0.91, "b"),
                                run("r18-c100-uada-s3", "uada", "cifar100", 3, 0.70, "c"),
                                run("r10-fmnist-uada-s4", "uada", "fashion_mnist", 4, {}, "d")};
  std::shared_ptr<SettingsOfRuns> settings_ = std::make_shared<SettingsOfRuns>();
  std::unique_ptr<RunColumns> columns_;

  ListedRun listed(const RunSummary& run) const {
    const auto flat = settings_->byHash.find(run.configHash);
    return {run, run.title, "r18 on CIFAR", flat == settings_->byHash.end() ? nullptr : flat->second.get()};
  }
  /// The seeds of the runs that match.
  std::string found(const std::string& text) const {
    const RunQuery query(text, *columns_);
    std::string seeds;
    for (const RunSummary& run : runs_)
      if (query.matches(listed(run))) seeds += std::to_string(run.seed);
    return seeds;
  }

 private Q_SLOTS:
  void initTestCase() {
    runs_[0].tags = "paper, Best";
    runs_[1].tags = "papers";
    runs_[2].notes = "too slow";
    const auto add = [&](const char* hash, FlatSettings flat) {
      settings_->byHash[hash] = std::make_shared<const FlatSettings>(std::move(flat));
    };
    add("a", {{"method.epsilon", 1}, {"training.epochs", 200}, {"schedule.name", "step"}});
    add("b", {{"training.epochs", 200}, {"schedule.name", "step"}});
    add("c", {{"method.epsilon", 2.5}, {"training.epochs", 30}, {"schedule.name", "cosine"}});
    settings_->keys = {"method.epsilon", "schedule.name", "training.epochs"};
    settings_->numbers = {"method.epsilon", "training.epochs"};
    columns_ = std::make_unique<RunColumns>(runs_, settings_);
  }

  void finds_data() {
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("seeds");
    const auto row = [](const char* query, const char* seeds) { QTest::newRow(query) << query << seeds; };
    row("", "1234");
    row("  ", "1234");
    row("method=uada & dataset~cifar & acc>0.9", "1");
    row("method=uada&dataset~cifar", "13");
    row("method=UADA dataset=cifar10", "1");
    row("method!=uada", "2");
    row("dataset!~cifar", "4");
    row("acc>=0.91", "12");
    row("best>90%", "12");
    row("acc<0.91", "3");
    row("acc<=0.91", "23");
    row("acc=0.70", "3");
    row("acc!=0.70", "124");  // what is not there is not equal
    row("seed>1 seed<4", "23");
    row("seed<2 | seed>3", "14");
    row("method=uada & seed=2 | seed=1", "1");  // & binds more than |
    row("method=uada & (seed=2 | seed=1)", "1");
    row("method=ra-uc | (dataset=cifar100 | seed=4) & method=uada", "234");
    row("uada", "134");
    row("uada s1", "1");
    row("UADA & !=", "");
    row("slow", "3");
    row("failed", "4");
    row("tag=paper", "1");
    row("tags=best", "1");
    row("tags~paper", "12");
    row("tags!=paper", "234");
    row("notes=\"too slow\"", "3");
    row("'too slow'", "3");
    row("\"seed=1\"", "");
    row("epsilon>1", "3");
    row("method.epsilon=1", "1");
    row("epochs=200", "12");
    row("schedule.name=cosine", "3");
    row("duration>2h", "34");
    row("time<=120min", "12");
    row("created>=2026-11-23", "34");
    row("test.loss>0.6", "23");
    row("top1>0.915", "1");
    row("recipe~cifar", "1234");
    row("((seed=1))", "1");
  }
  void finds() {
    QFETCH(QString, query);
    QFETCH(QString, seeds);
    if (query == "UADA & !=") {
      QVERIFY_THROWS_EXCEPTION(QueryFault, found(query.toStdString()));
      return;
    }
    QCOMPARE(found(query.toStdString()), seeds.toStdString());
  }

  void tellsWhatIsWrongAndWhere_data() {
    QTest::addColumn<QString>("query");
    QTest::addColumn<int>("place");
    QTest::addColumn<QString>("what");
    const auto row = [](const QString& query, int place, const char* what) {
      QTest::newRow(qPrintable(query.left(40))) << query << place << what;
    };
    row("method=", 7, "a value is missing after 'method='");
    row("metod=uada", 0, "there is no column or setting 'metod'; did you mean 'method'?");
    row("seed=1 & (acc>0.9", 9, "the closing parenthesis is missing");
    row("seed=1)", 6, "')' is one too many");
    row("seed=one", 5, "seed is a number: one expected, 'one' found");
    row("duration>1week", 9, "seconds is a time: '90', '30min' or '2h' expected, '1week' found");
    row("top1>91", 5, "test.top1 is a share: '91%' or a number from 0 to 1 expected, '91' found");
    row("seed==1", 4, "=, !=, ~, !~, <, <=, > or >= expected, '==' found");
    row("=1", 0, "a word or a condition expected, '=' found");
    row("seed=1 &", 8, "a word or a condition is missing");
    row("| seed=1", 0, "a word or a condition expected, '|' found");
    row("notes='too", 6, "the closing quote is missing");
    row(QString(200, '('), 50, "there are too many parentheses");
    row(QString(5000, 'a'), 0, "5000 bytes found, at most 4000 allowed");
  }
  void tellsWhatIsWrongAndWhere() {
    QFETCH(QString, query);
    QFETCH(int, place);
    QFETCH(QString, what);
    try {
      RunQuery(query.toStdString(), *columns_);
    } catch (const QueryFault& fault) {
      QCOMPARE(QString(fault.what()), what);
      QCOMPARE(static_cast<int>(fault.place), place);
      return;
    }
    QFAIL("no fault was found");
  }

  void everyColumnTellsOfARun() {
    const CostReference reference = costReference(runs_);
    for (const RunColumn& column : columns_->all()) {
      for (const RunSummary& run : runs_) {
        ListedRun one = listed(run);
        one.reference = &reference;
        QVERIFY2(column.isNumber() ? bool(column.number) : bool(column.text), column.name.c_str());
        column.shown(one);
      }
      QVERIFY(!column.title.empty() && !column.help.empty());
      QCOMPARE(columns_->find(lowered(column.name)), &column);
    }
    QCOMPARE(columns_->find("best")->shown(listed(runs_[0])), std::string("93.00 %"));
    QCOMPARE(columns_->find("time")->shown(listed(runs_[0])), std::string("1 h 00 min"));
    QCOMPARE(columns_->find("epsilon")->shown(listed(runs_[2])), std::string("2.5"));
    QCOMPARE(columns_->find("epsilon")->shown(listed(runs_[1])), std::string(""));
    QCOMPARE(columns_->find("created")->shown(listed(runs_[0])), std::string("2026-11-21 14:03"));
  }

  /// What a folded row shows: 93 and 91 have the mean 92 and the sample deviation sqrt(2).
  void groupsAreSummedUp() {
    const std::vector<ListedRun> two{listed(runs_[0]), listed(runs_[1])};
    const auto shown = [&](const char* column) { return shownOfAll(*columns_->find(column), two); };
    QCOMPARE(shown("best"), std::string("92.00 ± 1.41 %"));
    QCOMPARE(*meanOfAll(*columns_->find("best"), two), 0.92);
    QCOMPARE(shown("seed"), std::string("1 to 2"));
    QCOMPARE(shown("dataset"), std::string("cifar10"));
    QCOMPARE(shown("method"), std::string("2 values"));
    QCOMPARE(shown("epsilon"), std::string("2 values"));
    QCOMPARE(shown("epochs"), std::string("200"));
    const std::vector<ListedRun> none{listed(runs_[3])};
    QCOMPARE(shownOfAll(*columns_->find("best"), none), std::string(""));
    QVERIFY(!meanOfAll(*columns_->find("best"), none));
  }

  /// From a project: its settings, once for runs of one configuration, and a damaged one left out.
  void settingsComeFromTheProject() {
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("p.uada").toStdString();
    ProjectWriter writer(file);
    FakeEngine engine;
    for (const auto& [method, seed] : {std::pair("uada", 1), std::pair("uada", 2), std::pair("ra-uc", 1)}) {
      RunSession session(writer, engine, fakeConfig(method, seed, 1), nullptr);
      session.job().wait();
    }
    writer.flush();
    const ProjectReader reader(file);
    const ConfigsByHash configs = reader.configs();
    QCOMPARE(configs.size(), std::size_t{2});
    const auto settings = settingsOfRuns(configs, nullptr);
    for (const auto& [hash, flat] : settingsOfRuns(configs, settings)->byHash)
      QCOMPARE(flat.get(), settings->byHash.at(hash).get());  // none is made again
    QVERIFY(std::ranges::find(settings->differing, "method.name") != settings->differing.end());
    QVERIFY(std::ranges::find(settings->differing, "training.epochs") == settings->differing.end());
    QVERIFY(std::ranges::find(settings->keys, "training.epochs") != settings->keys.end());
    QVERIFY(std::ranges::find(settings->numbers, "training.epochs") != settings->numbers.end());
    QVERIFY(std::ranges::find(settings->numbers, "method.name") == settings->numbers.end());
    for (const char* other : {"seed", "experiment", "runtime.threads", "dataset.folder", "name"})
      QVERIFY2(std::ranges::find(settings->keys, other) == settings->keys.end(), other);
    sqlite(file, "UPDATE runs SET config = 'cut' WHERE method = 'ra-uc'");
    const ProjectReader again(file);
    QCOMPARE(again.configs().size(), std::size_t{1});
  }

  /// A person's name for a run; its key and its folder stay.
  void runsAreRenamed() {
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("p.uada").toStdString();
    ProjectWriter writer(file);
    const RunSummary before = writer.createRun(fakeConfig("uada", 1, 1));
    writer.renameRun(before.id, "the good one (ε)");
    const ProjectReader reader(file);
    const RunSummary after = reader.findRun("the good one (ε)");
    QVERIFY(after.isRenamed && after.key == before.key && after.configHash == before.configHash);
    for (const char* wrong : {"", "two\nlines", "\x1b[31m"})
      QVERIFY_THROWS_EXCEPTION(Error, writer.renameRun(before.id, wrong));
    QVERIFY_THROWS_EXCEPTION(Error, writer.renameRun(77, "other"));
    QVERIFY_THROWS_EXCEPTION(Error, writer.removeRun(before.id, 1));  // it has no attempt
    QCOMPARE(reader.runs().size(), std::size_t{1});
    writer.removeRun(before.id, 0);
    QCOMPARE(reader.runs().size(), std::size_t{0});
  }
};

QTEST_GUILESS_MAIN(TestRunQuery)
#include "tst_run_query.moc"
