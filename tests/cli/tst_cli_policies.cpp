#include <QtTest>

#include "core/base/Files.h"
#include "core/config/RunConfig.h"
#include "core/store/Project.h"
#include "tests/cli/Program.h"

using namespace uada;
using namespace uada::test;

/// uada policies: what is imported, listed and removed, and what a project keeps.
class TestCliPolicies : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void copiesOfAProjectAreListed();
  void importedPoliciesAreRemoved();

 private:
  std::string projectFile() const { return program_->path("p.uada").toStdString(); }
  std::unique_ptr<Program> program_;
  std::string text_;
};

void TestCliPolicies::init() {
  program_ = std::make_unique<Program>();
  program_->set("XDG_DATA_HOME", program_->path("library"));
  text_ = readTextFile(PROJECT_DIR "/experiments/policies/example-timed.json", 1 << 20);
  program_->write("mine.json", QByteArray::fromStdString(text_));
  COMPARE_CODE(program_->run({"policies", "import", "mine.json", "--name", "mine"}), 0);
}

void TestCliPolicies::copiesOfAProjectAreListed() {
  const QStringList list{"policies", "list", "--project", "p.uada"};
  COMPARE_CODE(program_->run(list), 1);  // there is no project
  ProjectWriter writer(projectFile());
  writer.flush();
  const Result none = program_->run(list);
  COMPARE_CODE(none, 0);
  QVERIFY2(none.out.contains("p.uada keeps no policy"), qPrintable(none.out));
  const Json json =
      parseJson(R"({"name": "small", "methods": [{"name": "uada", "policy": "mine"}], "seeds": [1],
    "recipe": {"dataset": "cifar10", "model": "resnet"}})",
                "test");
  writer.createRun(expand(experimentFromJson(json, "test", {{"mine", sha256(text_), text_}})).at(0));
  const auto library = [&] {
    const auto all = ofKind(objects(program_->run(list + QStringList{"--json"}).out), "policy");
    return all.size() == 1 && all[0]["name"] == "mine" &&
                   all[0]["sha256"].toString().toStdString() == sha256(text_)
               ? all[0]["library"].toString()
               : QString("%1 policies").arg(all.size());
  };
  QCOMPARE(library(), QString("same"));
  COMPARE_CODE(program_->run({"policies", "remove", "mine"}), 0);
  QCOMPARE(library(), QString("absent"));
  program_->write("other.json", QByteArray::fromStdString(text_ + "\n"));
  COMPARE_CODE(program_->run({"policies", "import", "other.json", "--name", "mine"}), 0);
  QCOMPARE(library(), QString("different"));
  const Result words = program_->run(list);
  QVERIFY2(words.out.contains(QRegularExpression("\nmine +sub-policies +\\d+ +[0-9a-f]{12} +different ")),
           qPrintable(words.out));
}

void TestCliPolicies::importedPoliciesAreRemoved() {
  const Result removed = program_->run({"policies", "remove", "mine"});
  COMPARE_CODE(removed, 0);
  QVERIFY2(removed.out.contains(QString::fromStdString("removed mine (SHA-256 " + sha256(text_) + "): ")) &&
               removed.out.contains("policies/mine.json"),
           qPrintable(removed.out));
  const Result again = program_->run({"policies", "remove", "mine"});
  COMPARE_CODE(again, 2);
  QVERIFY(again.err.contains("there is no imported policy 'mine'; imported: none") &&
          again.err.count('\n') == 1);
  const Result own = program_->run({"policies", "remove", "autoaugment-svhn"});
  COMPARE_CODE(own, 2);
  QVERIFY(own.err.contains("comes with the program"));
  QVERIFY(!program_->run({"policies", "list"}).out.contains("\nmine "));
}

QTEST_GUILESS_MAIN(TestCliPolicies)
#include "tst_cli_policies.moc"
