#include <QTemporaryDir>
#include <QtTest>

#include "core/augment/found/Library.h"
#include "core/base/Files.h"
#include "core/store/Queue.h"
#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/OlderProject.h"
#include "tests/core/PolicyTools.h"
#include "tests/core/StoreTools.h"

using namespace uada;
using namespace uada::test;

namespace {

std::vector<std::string> titlesOf(const std::vector<QueuedRun>& runs) {
  std::vector<std::string> titles;
  for (const QueuedRun& run : runs) titles.push_back(run.title);
  return titles;
}

std::vector<std::int64_t> numbersOf(const std::vector<QueuedRun>& runs) {
  std::vector<std::int64_t> numbers;
  for (const QueuedRun& run : runs) numbers.push_back(run.id);
  return numbers;
}

}  // namespace

/// The runs that wait in a project.
class TestQueue : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  int count_ = 0;
  std::filesystem::path file_;
  FakeEngine engine_;
  std::unique_ptr<PolicyFolder> library_;

  std::string policyText() {
    return changed("example-subpolicies.json", "example-subpolicies\",", "mine\",");
  }
  /// Runs of one policy file, with seeds 1 to 3.
  std::vector<RunConfig> runs(const std::string& policy = R"({"name": "found", "file": "mine"})") {
    Json json = parseJson(R"({"name": "small", "seeds": [1, 2, 3],
      "recipe": {"name": "tiny", "dataset": {"name": "fashion_mnist", "train_limit": 100},
                 "model": {"name": "resnet"}, "training": {"batch": 10, "epochs": 3}}})",
                          "f.json");
    json["methods"] = Json::Array{Json::Object{{"name", "uada"}, {"policy", parseJson(policy, "f.json")}}};
    return expand(experimentFromJson(json, "f.json", {}));
  }

 private Q_SLOTS:
  void init() {
    file_ = folder_.filePath(QString("p%1.uada").arg(++count_)).toStdString();
    library_ = std::make_unique<PolicyFolder>();
    importPolicy(library_->write("given.json", policyText()));
  }

  /// Another process sees the same runs in the same order, with all that they need.
  void keepsOrderAndPolicyFiles() {
    const auto wanted = runs();
    {
      ProjectWriter writer(file_);
      QCOMPARE(writer.queue(wanted), (std::vector<std::int64_t>{1, 2, 3}));
      writer.unqueue(2);
      QCOMPARE(writer.queue({wanted[1]}), (std::vector<std::int64_t>{4}));
    }
    fs::remove(policiesFolder() / "mine.json");
    const ProjectReader reader(file_);
    QCOMPARE(titlesOf(reader.queue()),
             (std::vector<std::string>{"tiny-uada-mine-s1", "tiny-uada-mine-s3", "tiny-uada-mine-s2"}));
    QCOMPARE(numbersOf(reader.queue()), (std::vector<std::int64_t>{1, 3, 4}));
    const RunConfig kept = reader.queuedConfig(3);
    QCOMPARE(toJson(kept).dump(), toJson(wanted[2]).dump());
    QVERIFY(kept.policyFile);
    QCOMPARE(kept.policyFile->text, policyText());
    QCOMPARE(errorOf([&] { reader.queuedConfig(2); }), "there is no run 2 in the queue of '" +
                                                           file_.string() +
                                                           "'; 'uada queue list' names those that there are");
  }

  /// It leaves the queue in the moment in which it becomes a run, and only one process gets it.
  void becomesARunOnce() {
    ProjectWriter writer(file_);
    writer.queue(runs());
    const RunConfig config = ProjectReader(file_).queuedConfig(1);
    {
      RunSession session(writer, engine_, config, nullptr, 1);
      session.job().wait();
    }
    const ProjectReader reader(file_);
    QCOMPARE(numbersOf(reader.queue()), (std::vector<std::int64_t>{2, 3}));
    QCOMPARE(reader.runs().size(), std::size_t{1});
    QVERIFY(contains(errorOf([&] { writer.createRun(config, 1); }),
                     "there is no run 1 in the queue any more: it was removed, or another program"));
    QCOMPARE(reader.runs().size(), std::size_t{1});
    // One that cannot become a run stays.
    RunConfig other = config;
    other.policyFile = std::make_shared<const PolicyFile>(PolicyFile{"mine", std::string(64, '0'), "{}"});
    QVERIFY(contains(errorOf([&] { writer.createRun(other, 2); }), "another policy under the name 'mine'"));
    QCOMPARE(numbersOf(reader.queue()), (std::vector<std::int64_t>{2, 3}));
    QVERIFY(contains(errorOf([&] { writer.queue({runs("\"crop-flip\"")[0], other}); }), "another policy"));
    QCOMPARE(reader.queue().size(), std::size_t{2});  // all or none
  }

  /// A policy is kept as long as a run, trained or waiting, names it.
  void freesPoliciesThatNobodyNeeds() {
    ProjectWriter writer(file_);
    const auto wanted = runs();
    writer.queue({wanted[0], wanted[1]});
    const std::int64_t run = writer.createRun(wanted[2]).id;
    writer.removeRun(run);
    QCOMPARE(ProjectReader(file_).policies().size(), std::size_t{1});
    writer.unqueue(1);
    QCOMPARE(ProjectReader(file_).policies().size(), std::size_t{1});
    writer.unqueue(2);
    QCOMPARE(ProjectReader(file_).policies().size(), std::size_t{0});
    QVERIFY(contains(errorOf([&] { writer.unqueue(2); }), "there is no run 2 in the queue any more"));
  }

  /// Any order that a person gives it, with those taken out put back where they stood.
  void isReorderedAndUndone() {
    ProjectWriter writer(file_);
    writer.queue(runs());                                 // 1 2 3
    writer.queue({runs()[0], runs("\"crop-flip\"")[1]});  // 4 5
    const ProjectReader reader(file_);
    const auto order = [&] { return numbersOf(reader.queue()); };
    using Numbers = std::vector<std::int64_t>;
    writer.moveQueued({5, 4}, 2);
    QCOMPARE(order(), (Numbers{1, 5, 4, 2, 3}));
    writer.moveQueued({1, 77}, 0);  // one that is gone is passed over
    QCOMPARE(order(), (Numbers{5, 4, 2, 3, 1}));
    writer.moveQueued({4, 2}, 2);  // before one of themselves: to the end
    QCOMPARE(order(), (Numbers{5, 3, 1, 4, 2}));
    const auto names = titlesOf(reader.queue());
    const auto taken = writer.unqueue(Numbers{3, 4, 1, 2, 99});
    QCOMPARE(taken.size(), std::size_t{4});
    QCOMPARE(order(), (Numbers{5}));
    QVERIFY(reader.policies().empty());
    writer.requeue(taken);
    QCOMPARE(titlesOf(reader.queue()), names);
    const RunConfig back = reader.queuedConfig(reader.queue()[1].id);
    QVERIFY(back.policyFile && back.policyFile->text == policyText());
    QCOMPARE(writer.queue({runs()[2]}).front(), order().back());
  }

  void rulesAreKept() {
    ProjectWriter writer(file_);
    const ProjectReader reader(file_);
    QVERIFY(reader.queueRules() == QueueRules());
    writer.setQueueRules({.isPaused = true, .stopsAfterFailure = false});
    QVERIFY(reader.queueRules() == (QueueRules{true, false}));
    writer.setQueueRules({.isPaused = false, .stopsAfterFailure = true});
    QVERIFY(reader.queueRules() == (QueueRules{false, true}));
  }

  void damagedRunsAreShownAndCanBeTakenOut() {
    ProjectWriter writer(file_);
    writer.queue(runs("\"crop-flip\""));
    sqlite(file_,
           "UPDATE queue SET config = 'cut short' WHERE id = 1; UPDATE queue SET title = x'00' WHERE id = 2");
    const ProjectReader reader(file_);
    QCOMPARE(reader.queue().size(), std::size_t{3});
    QCOMPARE(reader.queue()[1].title, std::string("damaged: title: text expected, 1 bytes found"));
    const std::string problem = errorOf([&] { reader.queuedConfig(1); });
    QVERIFY(contains(problem, "run 1 in the queue of '" + file_.string() + "' is damaged: config: ") &&
            contains(problem, "; 'uada queue remove 1' takes it out"));
    writer.unqueue(1);
    QCOMPARE(reader.queue().size(), std::size_t{2});
  }

  /// Of a project of an earlier version, before and after it is brought up to date.
  void olderProjectsHaveNone() {
    {
      ProjectWriter writer(file_);
      beginRun(writer, runs("\"crop-flip\"")[0]);
    }
    makeOlder(file_, 5);
    const ProjectReader reader(file_);
    QVERIFY(reader.queue().empty());
    QVERIFY(reader.queueRules() == QueueRules() && !reader.runs().front().isRenamed);
    QVERIFY(contains(errorOf([&] { reader.queuedConfig(1); }), "there is no run 1 in the queue"));
    ProjectWriter writer(file_);
    writer.queue({runs("\"crop-flip\"")[1]});
    QCOMPARE(numbersOf(reader.queue()), (std::vector<std::int64_t>{1}));
    QCOMPARE(reader.runs().size(), std::size_t{1});
  }

  /// The file that earlier versions of the window kept.
  void takesOverTheFileOfEarlierVersions() {
    ProjectWriter writer(file_);
    const fs::path old = runFolder(file_, "queue").parent_path() / "queue.json";
    QVERIFY(!hasQueueFile(file_));
    adoptQueueFile(writer);  // there is none
    const auto wanted = runs("\"crop-flip\"");
    Json list = Json::array();
    for (const RunConfig& run : wanted) list.push(toJson(run));
    fs::create_directories(old.parent_path());
    writeFileAtomically(old, "{}");
    QVERIFY(contains(errorOf([&] { adoptQueueFile(writer); }),
                     old.string() + ": an array of runs expected, an object found"));
    QVERIFY(hasQueueFile(file_));
    writeFileAtomically(old, list.dump(2));
    adoptQueueFile(writer);
    QVERIFY(!hasQueueFile(file_));
    const ProjectReader reader(file_);
    QCOMPARE(numbersOf(reader.queue()), (std::vector<std::int64_t>{1, 2, 3}));
    QCOMPARE(toJson(reader.queuedConfig(3)).dump(), toJson(wanted[2]).dump());
  }
};

QTEST_GUILESS_MAIN(TestQueue)
#include "tst_queue.moc"
