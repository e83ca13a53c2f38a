#include <QtTest>
#include <barrier>
#include <thread>

#include "core/augment/found/FoundSpace.h"
#include "core/augment/found/Library.h"
#include "core/augment/found/Published.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Json.h"
#include "core/ops/Op.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/ChiSquare.h"
#include "tests/core/PolicyTools.h"

using namespace uada;
using namespace uada::test;

namespace {

bool sameLists(const FoundPolicy& a, const FoundPolicy& b) {
  const auto sameOp = [](const PolicyOp& x, const PolicyOp& y) {
    return x.op == y.op && x.level == y.level && x.probability == y.probability;
  };
  const auto sameSpan = [](const FoundPolicy::Span& x, const FoundPolicy::Span& y) {
    return x.from == y.from && x.to == y.to && x.list == y.list;
  };
  return std::ranges::equal(a.lists, b.lists,
                            [&](const auto& x, const auto& y) { return std::ranges::equal(x, y, sameOp); }) &&
         std::ranges::equal(a.schedule, b.schedule, sameSpan);
}

/// A schedule's raw rows as lines, as its authors publish them.
std::string linesOf(const Json& rows) {
  std::string lines;
  for (const Json& row : rows.asArray()) {
    lines += "[";
    for (const char* key :
         {"target_trial", "clone_trial", "target_epochs", "clone_epochs", "old_policy", "new_policy"})
      lines += row.at(key).dump() + ", ";
    lines += "]\n";
  }
  return lines;
}

}  // namespace

class TestPolicyImport : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { folder_ = std::make_unique<PolicyFolder>(); }
  void importsAreKeptWithTheirHash();
  void importsDoNotOverwrite();
  void importsAtOnceDoNotOverwrite();
  void importsOfSeveralAreNamed();
  void importsOfSeveralAreAllOrNone();
  void damagedFilesAreListed();
  void oddNamesArePassedOver();
  void importedPoliciesAreRemoved();
  void unknownPoliciesNameTheKnown();
  void hashesAreChecked();
  void damagedCopiesCountOnlyWhereUsed();
  void manifestIsMet();
  void foundPoliciesKeepTheRulesOfSpaces();
  void foundPoliciesAreDrawnAsWritten();

 private:
  static fs::path given() { return qEnvironmentVariable("UADA_TEST_POLICIES").toStdString(); }
  std::unique_ptr<PolicyFolder> folder_;
};

void TestPolicyImport::importsAreKeptWithTheirHash() {
  const std::string text = changed("example-subpolicies.json", "example-subpolicies\",", "mine\",");
  const fs::path file = folder_->write("some.json", text);
  for (int repeat = 0; repeat < 2; ++repeat) {  // twice is as good as once
    const Import import = importPolicy(file);
    QCOMPARE(import.policies.size(), std::size_t{1});
    const InstalledPolicy& policy = import.policies[0];
    QVERIFY(policy.name == "mine" && policy.count == 3 && policy.format == "uada-policy" &&
            policy.problem.empty());
    QCOMPARE(policy.file, folder_->path() / "data/uada/policies/mine.json");
    QCOMPARE(policy.sha256, sha256(text));
    QCOMPARE(readTextFile(policy.file, 1 << 20), text);  // unchanged, byte for byte
  }
  QCOMPARE(importPolicy(file, {"other"}).policies[0].name, std::string("other"));
  std::vector<std::string> names;
  for (const InstalledPolicy& policy : installedPolicies())
    if (!policy.file.empty()) names.push_back(policy.name);
  QCOMPARE(names, (std::vector<std::string>{"mine", "other"}));
  QCOMPARE(loadPolicy("mine").sha256, sha256(text));
  QCOMPARE(loadPolicy(file.string()).policy.lists.size(), std::size_t{3});
  QVERIFY(samplePlan(*makeSpace("found", R"({"file":"mine"})"), 5) == samplePlan(*makeSpace("found"), 5));
}

void TestPolicyImport::importsDoNotOverwrite() {
  const fs::path file =
      folder_->write("a.json", changed("example-subpolicies.json", "example-subpolicies\",", "mine\","));
  const fs::path other =
      folder_->write("b.json", changed("example-timed.json", "example-timed\",", "mine\","));
  const fs::path shipped =
      folder_->write("c.json", changed("example-timed.json", "example-timed\",", "autoaugment-svhn\","));
  importPolicy(file);
  QVERIFY(refusal([&] { importPolicy(other); }).contains("another policy of the name 'mine' is installed"));
  QVERIFY(refusal([&] { importPolicy(shipped); }).contains("comes with the program"));
  QCOMPARE(loadPolicy("mine").policy.lists.size(), std::size_t{3});
  QVERIFY(refusal([&] { importPolicy(file, {"autoaugment"}); }).contains("comes with the program"));
  for (const char* name : {"../up", "a/b", ".hidden", "a b", "mine.json", ""}) {
    if (*name)
      QVERIFY2(refusal([&] { importPolicy(file, {name}); }).contains("cannot be a policy's name"), name);
  }
  QVERIFY(refusal([&] { importPolicy(file, {std::string(65, 'x')}); }).contains("cannot be a policy's name"));
  QVERIFY(
      refusal([&] { importPolicy(folder_->write("empty.txt", "")); }).contains("empty.txt: no policy found"));
}

/// Of several that import other policies under one name at the same moment one gets it; the others are told.
void TestPolicyImport::importsAtOnceDoNotOverwrite() {
  constexpr int kThreads = 4, kRounds = 25;
  for (int round = 0; round < kRounds; ++round) {
    const std::string name = "name" + std::to_string(round);
    std::vector<fs::path> files;
    for (int i = 0; i < kThreads; ++i)
      files.push_back(folder_->write(("f" + std::to_string(i) + ".json").c_str(),
                                     changed("example-subpolicies.json", "\"source\": \"",
                                             ("\"source\": \"" + std::to_string(i) + " ").c_str())));
    std::vector<std::string> won(kThreads);
    std::vector<QString> told(kThreads);
    std::barrier start(kThreads);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        told[i] = refusal([&] { won[i] = importPolicy(files[i], {name}).policies.at(0).sha256; });
      });
    for (std::thread& thread : threads) thread.join();
    const std::string kept = loadPolicy(name).sha256;
    for (int i = 0; i < kThreads; ++i) {
      QVERIFY2(won[i].empty() != told[i].isEmpty(), qPrintable(told[i]));
      QVERIFY(won[i].empty() || won[i] == kept);
      QVERIFY2(
          !won[i].empty() || told[i].contains("another policy of the name '" + QString::fromStdString(name)),
          qPrintable(told[i]));
    }
    QCOMPARE(std::ranges::count(won, kept), 1);
  }
}

void TestPolicyImport::importsOfSeveralAreNamed() {
  const fs::path file = folder_->write("archive.py", kArchive);
  const auto names = [](const Import& import) {
    std::string text;
    for (const InstalledPolicy& policy : import.policies) text += policy.name + " ";
    return text;
  };
  QCOMPARE(names(importPolicy(file)), std::string("fa_small whole_small CIFAR "));
  QCOMPARE(names(importPolicy(file, {"paper"})),
           std::string("paper-fa_small paper-whole_small paper-CIFAR "));
  QCOMPARE(names(importPolicy(file, {"CIFAR"})), std::string("CIFAR "));
  const Import again = importPolicy(file);
  QCOMPARE(again.passed.size(), std::size_t{1});
  QCOMPARE(again.passed[0].name, std::string("joined_small"));
  QVERIFY(again.wrong.empty());
  QCOMPARE(loadPolicy("paper-CIFAR").policy.lists[0][1].level, 0.5274);
}

void TestPolicyImport::importsOfSeveralAreAllOrNone() {
  const std::string first = "one = [[('Rotate', 0.5, 0.5)]]\n", second = "two = [[('Invert', 0.5, 0.5)]]\n";
  importPolicy(folder_->write("two.py", "two = [[('Equalize', 0.5, 0.5)]]\n"));
  const fs::path both = folder_->write("both.py", first + second);
  QVERIFY(refusal([&] { importPolicy(both); }).contains("another policy of the name 'two'"));
  QVERIFY(!fs::exists(policiesFolder() / "one.json"));
  const fs::path twice = folder_->write("twice.py", first + "one = [[('Invert', 0.5, 0.5)]]\n");
  for (const char* name : {"", "one", "other"})
    QVERIFY2(refusal([&] { importPolicy(twice, {name}); }).contains("the list 'one' stands twice"), name);
  QVERIFY(!fs::exists(policiesFolder() / "one.json"));
}

void TestPolicyImport::damagedFilesAreListed() {
  importPolicy(
      folder_->write("a.json", changed("example-subpolicies.json", "example-subpolicies\",", "mine\",")));
  writeFileAtomically(policiesFolder() / "broken.json", "{\"format\": ");
  int broken = 0, good = 0;
  for (const InstalledPolicy& policy : installedPolicies()) {
    if (policy.name == "broken") broken += policy.problem.find("broken.json") != std::string::npos;
    if (policy.name == "mine") good += policy.problem.empty();
  }
  QVERIFY(broken == 1 && good == 1);
}

/// Files of names that no import gives: none could be asked for.
void TestPolicyImport::oddNamesArePassedOver() {
  const std::string text = changed("example-subpolicies.json", "example-subpolicies\",", "mine\",");
  importPolicy(folder_->write("a.json", text));
  for (const char* name : {"a b.json", "a\n.json", ".hidden.json", "x.json.json", "autoaugment.json",
                           "autoaugment-svhn.json", ".json"})
    writeFileAtomically(policiesFolder() / name, text);
  writeFileAtomically(policiesFolder() / (std::string(65, 'x') + ".json"), text);
  std::vector<std::string> imported;
  for (const InstalledPolicy& policy : installedPolicies())
    if (!policy.file.empty()) imported.push_back(policy.name);
  QCOMPARE(imported, std::vector<std::string>{"mine"});
  const std::vector<std::string> names = policyNames();
  QCOMPARE(names.back(), std::string("mine"));
  QCOMPARE(names.size(), installedPolicies().size());
}

void TestPolicyImport::importedPoliciesAreRemoved() {
  const std::string text = changed("example-subpolicies.json", "example-subpolicies\",", "mine\",");
  importPolicy(folder_->write("a.json", text));
  writeFileAtomically(policiesFolder() / "broken.json", "{");
  const InstalledPolicy removed = removePolicy("mine");
  QVERIFY(removed.name == "mine" && removed.sha256 == sha256(text) && !fs::exists(removed.file));
  QVERIFY(!findPolicyFile("mine"));
  QVERIFY(
      refusal([] { removePolicy("mine"); }).contains("there is no imported policy 'mine'; imported: broken"));
  QVERIFY(!removePolicy("broken").problem.empty());
  QVERIFY(refusal([] { removePolicy("../p"); }).contains("no imported policy '../p'; imported: none"));
  for (const char* own : {"autoaugment-svhn", "autoaugment"})
    QVERIFY(refusal([own] { removePolicy(own); }).contains("comes with the program"));
  // A link that leads nowhere is listed, so it can be named.
  const fs::path link = policiesFolder() / "dangling.json";
  fs::create_symlink("nowhere.json", link);
  QCOMPARE(policyNames().back(), std::string("dangling"));
  const QString message = refusal([] { loadPolicy("dangling"); });
  QVERIFY2(message.contains("cannot read") && !message.contains("known"), qPrintable(message));
  QVERIFY(!removePolicy("dangling").problem.empty());
  QVERIFY(!fs::exists(fs::symlink_status(link)));
}

void TestPolicyImport::unknownPoliciesNameTheKnown() {
  const QString message = refusal([] { loadPolicy("autoaugment-mnist"); });
  QVERIFY2(message.contains("autoaugment-mnist") && message.contains("autoaugment-svhn") &&
               message.contains("uada policies import"),
           message.toUtf8().constData());
  QVERIFY(refusal([] { loadPolicy("no/such.json"); }).contains("no/such.json"));
}

void TestPolicyImport::hashesAreChecked() {
  const std::string hash = loadPolicy("example-timed").sha256;
  const auto settings = [](const std::string& digits) {
    return R"({"file":"example-timed","sha256":")" + digits + "\"}";
  };
  QVERIFY(makeSpace("found", settings(hash).c_str()) != nullptr);
  const std::string other = settings(std::string(64, '0'));
  QVERIFY(refusal([&] { makeSpace("found", other.c_str()); }).contains("has changed"));
  for (const std::string& wrong : {hash.substr(1), hash + "0", "G" + hash.substr(1), std::string("yes")})
    QVERIFY(refusal([&] { choosePolicyFile("example-timed", wrong, {}, "x.json: methods[0].policy"); })
                .startsWith(QString::fromStdString("x.json: methods[0].policy: sha256: '" + wrong +
                                                   "' found, 64 digits")));
}

void TestPolicyImport::damagedCopiesCountOnlyWhereUsed() {
  const std::string text = changed("example-subpolicies.json", "example-subpolicies\",", "mine\",");
  const InstalledPolicy mine = importPolicy(folder_->write("a.json", text)).policies[0];
  const std::vector<PolicyFile> kept{{"mine", mine.sha256, "{}"}};
  for (const std::string& hash : {std::string(), mine.sha256})
    QCOMPARE(choosePolicyFile("mine", hash, kept).text, text);  // the user's own is sound
  fs::remove(mine.file);
  for (const std::string& hash : {std::string(), mine.sha256})
    QVERIFY(refusal([&] {
              choosePolicyFile("mine", hash, kept);
            }).contains("copy of the policy 'mine' is damaged"));
}

void TestPolicyImport::manifestIsMet() {
  if (given().empty())
    QSKIP("not run: UADA_TEST_POLICIES is not set, so the found policies were not imported");
  const Json manifest = readJsonFile(given() / "MANIFEST.json");
  int raw = 0;
  for (const Json& entry : manifest.at("files").asArray()) {
    const std::string name = entry.at("file").asString(), own = name.substr(0, name.size() - 5);
    const bool shipped =
        std::ranges::any_of(installedPolicies(), [&](const InstalledPolicy& p) { return p.name == own; });
    const Import import = importPolicy(given() / name, {shipped ? own + "-imported" : ""});
    const InstalledPolicy& policy = import.policies.at(0);
    QVERIFY2(static_cast<std::int64_t>(policy.count) == entry.at("count").asInt(), name.c_str());
    QCOMPARE(policy.sha256, entry.at("sha256").asString());
    QCOMPARE(policy.format, entry.at("kind").asString());
    const LoadedPolicy loaded = loadPolicy(policy.name);
    if (const Json* epochs = entry.find("epochs"))
      QCOMPARE(std::int64_t{loaded.policy.epochs}, epochs->asInt());
    if (const Json* elements = entry.find("elements"))
      QCOMPARE(static_cast<std::int64_t>(loaded.policy.lists.at(0).size()), elements->asInt());
    if (shipped) QVERIFY2(sameLists(loadPolicy(own).policy, loaded.policy), name.c_str());  // the same table
    const Json json = readJsonFile(policy.file);
    const Json* rows = json.find("raw");
    if (!rows) continue;
    QCOMPARE(static_cast<std::int64_t>(rows->asArray().size()), entry.at("raw_lines").asInt());
    const auto again = fromPublished(linesOf(*rows), "lines.txt", loaded.policy.epochs);
    QVERIFY2(sameLists(foundPolicyFromJson(again.policies.at(0).value, "lines.txt"), loaded.policy),
             name.c_str());
    ++raw;
  }
  QVERIFY2(raw == 2, "two schedules with raw lines");
}

void TestPolicyImport::foundPoliciesKeepTheRulesOfSpaces() {
  if (given().empty())
    QSKIP("not run: UADA_TEST_POLICIES is not set, so the found policies were not drawn from");
  const Json manifest = readJsonFile(given() / "MANIFEST.json");
  const ResidentDataset data = makeData(32, 16);
  ThreadPool pool(1);
  const Renderer renderer(data, settingsOf(32), pool);
  for (const Json& entry : manifest.at("files").asArray()) {
    const std::string file = (given() / entry.at("file").asString()).string();
    const auto space = makeSpace("found", (R"({"file":")" + file + "\"}").c_str(), kSide, 300);
    for (std::uint32_t index = 0; index < 120; ++index) {
      const Plan plan = samplePlan(*space, index, 7, 1 + static_cast<int>(index) * 2);
      QVERIFY(stepsOf(space->clamped(plan)) == stepsOf(plan));
      const Plan stored = planFromJson(parseJson(toJson(plan).dump(), "test"));
      QVERIFY(stored == plan);
      for (const Part& step : plan.chain()) QVERIFY(step.at[0] >= 0 && step.at[0] <= plan.topLevel());
      Random random(7, 1, index, Purpose::probe);
      for (const Group group : space->groups()) {
        const Probe probe = space->probe(plan, group, random);
        const Plan same = space->update(plan, probe, group, 1, 0).plan;
        QVERIFY(same == plan && renderer.picture(index % 16, same) == renderer.picture(index % 16, stored));
        if (probe.inert || probe.unchanged)
          QVERIFY(renderer.picture(index % 16, probe.plan) == renderer.picture(index % 16, plan));
      }
    }
  }
}

/// The first op of the plans, and whether it fires, against the shares that the file gives it.
void TestPolicyImport::foundPoliciesAreDrawnAsWritten() {
  if (given().empty())
    QSKIP("not run: UADA_TEST_POLICIES is not set, so the found policies were not drawn from");
  const Json manifest = readJsonFile(given() / "MANIFEST.json");
  int checked = 0;
  for (const Json& entry : manifest.at("files").asArray()) {
    if (entry.at("kind").asString() != "uada-policy") continue;
    const std::string file = (given() / entry.at("file").asString()).string();
    const FoundPolicy policy = loadPolicy(file).policy;
    std::vector<double> shares(2 * ops().size());
    for (const auto& list : policy.lists) {
      const double share = 1.0 / static_cast<double>(policy.lists.size());
      shares[2 * list[0].op] += share * list[0].probability;
      shares[2 * list[0].op + 1] += share * (1 - list[0].probability);
    }
    const auto space = makeSpace("found", (R"({"file":")" + file + "\"}").c_str());
    std::vector<int> counts(shares.size());
    for (std::uint32_t index = 0; index < 20000; ++index) {
      const Plan plan = samplePlan(*space, index);
      ++counts[2 * plan.chain()[0].op + (plan.chain()[0].fired ? 0 : 1)];
    }
    QVERIFY2(follows(counts, shares), file.c_str());
    ++checked;
  }
  QVERIFY(checked >= 10);
}

QTEST_GUILESS_MAIN(TestPolicyImport)
#include "tst_policy_import.moc"
