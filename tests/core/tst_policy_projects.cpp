#include <QtTest>
#include <atomic>
#include <thread>

#include "core/augment/Space.h"
#include "core/augment/found/Library.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/OlderProject.h"
#include "tests/core/PolicyTools.h"
#include "tests/core/StoreTools.h"
#include "tests/core/Watcher.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr const char* kExperiment = R"({"name": "small", "seeds": [1, 2],
  "recipe": {"name": "tiny", "dataset": {"name": "fashion_mnist", "train_limit": 100},
             "model": {"name": "resnet"},
             "training": {"batch": 10, "epochs": 3}}})";

Experiment read(const std::string& policy, const std::vector<PolicyFile>& kept = {}) {
  Json json = parseJson(kExperiment, "f.json");
  json["methods"] = Json::Array{Json::Object{{"name", "uada"}, {"policy", parseJson(policy, "f.json")}}};
  return experimentFromJson(json, "f.json", kept);
}

std::vector<Plan> plansOf(const RunConfig& config) {
  const auto space = makeSpace(config, squareInput(28));
  std::vector<Plan> plans;
  for (std::uint32_t index = 0; index < 50; ++index) {
    Random random(7, 1, index, Purpose::plan);
    plans.push_back(space->sample(random, 2));
  }
  return plans;
}

std::string found(const std::string& file, const std::string& hash = {}) {
  Json json = Json::Object{{"name", "found"}, {"file", file}};
  if (!hash.empty()) json["sha256"] = hash;
  return json.dump();
}
const std::string kMine = found("mine");

}  // namespace

/// What a project keeps of found policies, and what it does when they are gone or changed.
class TestPolicyProjects : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  int count_ = 0;
  std::filesystem::path file_;
  FakeEngine engine_;
  std::unique_ptr<PolicyFolder> library_;

  std::string policyText(const char* from = "example-subpolicies.json",
                         const char* name = "example-subpolicies\",") {
    return changed(from, name, "mine\",");
  }
  void import(const std::string& text) {
    std::error_code ignored;
    std::filesystem::remove(policiesFolder() / "mine.json", ignored);
    importPolicy(library_->write("given.json", text));
  }
  std::string stoppedAt(ProjectWriter& writer, std::int64_t step, const RunConfig& config) {
    return uada::stoppedAt(step, config, writer, engine_);
  }
  RunDetail detail(const std::string& key) const {
    const ProjectReader reader(file_);
    return reader.detail(reader.findRun(key).id);
  }

 private Q_SLOTS:
  void init() {
    file_ = folder_.filePath(QString("p%1.uada").arg(++count_)).toStdString();
    library_ = std::make_unique<PolicyFolder>();
    import(policyText());
  }

  void experimentsTakeDownTheHash() {
    const Experiment experiment = read(kMine);
    const std::string hash = sha256(policyText());
    QCOMPARE(experiment.methods[0].settings().at("policy").at("sha256").asString(), hash);
    const auto runs = expand(experiment);
    QCOMPARE(runs.size(), std::size_t{2});
    for (const RunConfig& run : runs) QCOMPARE(run.policyFile->text, policyText());
    QCOMPARE(runTitle(runs[0]), std::string("tiny-uada-mine-s1"));
    QVERIFY(contains(toJson(runs[0]).dump(), hash));
    QVERIFY(toJson(runs[0]).dump().find("subpolicies\"") ==
            std::string::npos);  // the text is not part of the configuration
    // What was stated and what was recorded are the same run.
    const Experiment stated = read(found("mine", hash));
    QCOMPARE(configHash(expand(stated)[0]), configHash(runs[0]));
    import(policyText("example-timed.json", "example-timed\","));
    QVERIFY(configHash(expand(read(kMine))[0]) != configHash(runs[0]));
  }

  /// "policy": "mine" is {"name": "found", "file": "mine"}, down to the run's hash; likewise of what only the
  /// project has.
  void shortNamesMeanTheFile() {
    const RunConfig whole = expand(read(kMine))[0];
    const Experiment named = read("\"mine\"");
    const RunConfig shortened = expand(named)[0];
    QCOMPARE(toJson(shortened).dump(), toJson(whole).dump());
    QCOMPARE(configHash(shortened), configHash(whole));
    QCOMPARE(runTitle(shortened), runTitle(whole));
    QCOMPARE(shortened.policyFile->text, policyText());
    const RunConfig bare = expand(read(R"({"name": "mine", "cutout": false})"))[0];
    const RunConfig bareWhole = expand(read(R"({"name": "found", "file": "mine", "cutout": false})"))[0];
    QCOMPARE(configHash(bare), configHash(bareWhole));
    QVERIFY(configHash(bare) != configHash(whole));
    const std::vector<PolicyFile> kept{*whole.policyFile};
    fs::remove(policiesFolder() / "mine.json");
    QCOMPARE(configHash(expand(read("\"mine\"", kept))[0]), configHash(whole));
    const std::string problem = errorOf([] { read("\"mine\""); });
    QVERIFY2(contains(problem, "f.json: methods[0].policy: unknown policy 'mine'; known: crop-flip ") &&
                 contains(problem, " autoaugment-svhn"),
             problem.c_str());
    QVERIFY(contains(errorOf([] { read(R"({"name": "example-timed", "file": "x"})"); }),
                     "f.json: methods[0].policy.file: 'example-timed' is a policy file by itself"));
  }

  void wrongNamesAndHashesAreRefused() {
    QVERIFY(contains(errorOf([] { read(found("yours")); }),
                     "f.json: methods[0].policy: unknown policy 'yours'; known: autoaugment-cifar10"));
    QVERIFY(contains(errorOf([] { read(found("a/yours.json")); }),
                     "f.json: methods[0].policy: there is no policy file 'a/yours.json'"));
    QVERIFY(contains(errorOf([] { read(found("mine", std::string(64, '0'))); }),
                     "f.json: methods[0].policy: the policy 'mine' has changed: SHA-256 0000"));
    writeFileAtomically(policiesFolder() / "broken.json",
                        changed("example-timed.json", "\"decoding\"", "\"decodings\""));
    QVERIFY(contains(errorOf([] { read(found("broken")); }), "broken: "));
  }

  void projectsKeepWhatRunsUse() {
    ProjectWriter writer(file_);
    const auto runs = expand(read(kMine));
    const std::string first = stoppedAt(writer, 5, runs[0]);
    stoppedAt(writer, 5, runs[1]);
    stoppedAt(writer, 5, fakeConfig());
    const auto kept = ProjectReader(file_).policies();
    QCOMPARE(kept.size(), std::size_t{1});
    QCOMPARE(kept[0].name, std::string("mine"));
    QCOMPARE(kept[0].text, policyText());
    QCOMPARE(kept[0].sha256, sha256(policyText()));
    QCOMPARE(detail(first).config.policyFile->text, policyText());
    QCOMPARE(readTextFile(runFolder(file_, first) / "policy.json", 1 << 20), policyText());
  }

  void resumesWithoutTheLibrary() {
    const auto run = expand(read(kMine))[0];
    const auto plans = plansOf(run);
    std::string key;
    {
      ProjectWriter writer(file_);
      key = stoppedAt(writer, 12, run);
    }
    const PolicyFolder other;  // another user's: without the policy
    QVERIFY(!findPolicyFile("mine"));
    ProjectWriter writer(file_);
    const RunDetail stored = detail(key);
    QCOMPARE(estimateCost(stored.config).steps, 30);
    {
      RunSession session(writer, engine_, stored, nullptr);
      session.job().wait();
      QCOMPARE(session.job().state(), RunState::finished);
    }
    QVERIFY(plansOf(engine_.lastConfig) == plans);
    // A new run of the same experiment takes the project's copy, too.
    const auto again = expand(read(kMine, ProjectReader(file_).policies()))[0];
    QCOMPARE(configHash(again), configHash(run));
    QVERIFY(plansOf(again) == plans);
    QVERIFY(contains(errorOf([] { read(kMine); }), "unknown policy 'mine'"));
  }

  void changedFilesAreRefused() {
    ProjectWriter writer(file_);
    const auto run = expand(read(kMine))[0];
    const auto plans = plansOf(run);
    stoppedAt(writer, 5, run);
    const std::string other = policyText("example-timed.json", "example-timed\",");
    import(other);
    const auto kept = ProjectReader(file_).policies();
    const std::string problem = errorOf([&] { read(kMine, kept); });
    QVERIFY(contains(
        problem, "f.json: methods[0].policy: the policy 'mine' is not the one that this project has used"));
    QVERIFY(contains(problem, kept[0].sha256) && contains(problem, sha256(other)));
    // Stating the hash takes the project's copy; the run that is gone on with has it anyhow.
    const auto stated = expand(read(found("mine", kept[0].sha256), kept));
    QVERIFY(plansOf(stated[0]) == plans);
    QVERIFY(plansOf(ProjectReader(file_).detail(1).config) == plans);
    // The other content cannot come in under the name by another way, and leaves nothing behind.
    QVERIFY(contains(errorOf([&] { writer.createRun(expand(read(kMine))[0]); }),
                     "another policy under the name 'mine'"));
    QCOMPARE(ProjectReader(file_).runs().size(), std::size_t{1});
    QCOMPARE(ProjectReader(file_).policies().at(0).text, policyText());
    writer.removeRun(1);  // the last that used it
    QVERIFY(ProjectReader(file_).policies().empty());
    writer.createRun(expand(read(kMine))[0]);
    QCOMPARE(ProjectReader(file_).policies().at(0).text, other);
  }

  void damagedCopiesAreRefused() {
    ProjectWriter writer(file_);
    stoppedAt(writer, 5, expand(read(kMine))[0]);
    sqlite(file_, "UPDATE policies SET text = replace(text, '0.', '1.')");
    QVERIFY(contains(errorOf([&] { makeSpace(ProjectReader(file_).detail(1).config, squareInput(28)); }),
                     "the copy of the policy 'mine' is damaged"));
  }

  void aFileIsWhatItHolds() {
    const auto here = library_->write("here.json", policyText()),
               there = library_->write("there.json", policyText());
    const RunConfig one = expand(read(found(here.string())))[0], two = expand(read(found(there.string())))[0];
    QVERIFY(toJson(one).dump() != toJson(two).dump());
    QCOMPARE(configHash(one), configHash(two));
    QVERIFY(configHashWithPath(one) != configHashWithPath(two));
    QVERIFY(isHashOf(configHashWithPath(one), one) && !isHashOf(configHashWithPath(one), two));
  }

  /// Before version 5 the hash took in where the file lay, also that of the checkpoints.
  void olderProjectsAreHashedAnewAndGoneOnWith() {
    const RunConfig run = expand(read(kMine))[0];
    std::string key;
    {
      ProjectWriter writer(file_);
      key = stoppedAt(writer, 12, run);
      stoppedAt(writer, 5, fakeConfig());
    }
    const std::string before = sqlite(file_, "SELECT config_hash FROM runs WHERE id = 2");
    makeOlder(file_, 4);
    sqlite(file_, "UPDATE runs SET config_hash = '" + configHashWithPath(run) + "' WHERE id = 1");
    for (const auto& entry : fs::directory_iterator(runFolder(file_, key)))
      if (entry.path().extension() == ".fake") {
        Json json = readJsonFile(entry.path().string());
        json["config"] = configHashWithPath(run);
        writeFileAtomically(entry.path(), json.dump());
      }
    ProjectWriter writer(file_);
    QCOMPARE(sqlite(file_, "SELECT config_hash FROM runs ORDER BY id"), configHash(run) + "\n" + before);
    RunSession session(writer, engine_, detail(key), nullptr);
    session.job().wait();
    QCOMPARE(session.job().state(), RunState::finished);
    QVERIFY(!engine_.lastOptions.checkpoint.empty());
  }

  void olderProjectsGainTheTable() {
    std::string key;
    {
      ProjectWriter writer(file_);
      key = stoppedAt(writer, 5, fakeConfig());
    }
    makeOlder(file_, 1);
    {
      const ProjectReader reader(file_);
      QVERIFY(reader.policies().empty());
      QCOMPARE(reader.detail(1).summary.key, key);
      QCOMPARE(sqlite(file_, "PRAGMA user_version"), "1");  // reading changes nothing
    }
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] { failures += !errorOf([&] { ProjectWriter(file_).flush(); }).empty(); });
    for (std::thread& thread : threads) thread.join();
    QCOMPARE(failures.load(), 0);
    QCOMPARE(sqlite(file_, "PRAGMA user_version; SELECT count(*) FROM policies; SELECT count(*) FROM runs"),
             std::to_string(kSchemaVersion) + "\n0\n1");
    ProjectWriter writer(file_);
    stoppedAt(writer, 5, expand(read(kMine))[0]);
    QCOMPARE(ProjectReader(file_).policies().size(), std::size_t{1});
  }
};

QTEST_GUILESS_MAIN(TestPolicyProjects)
#include "tst_policy_projects.moc"
