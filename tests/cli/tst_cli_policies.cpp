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
  void importsSayWhatWasTakenAndWhatWasNot();
  void levelsAreAskedFor();

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
  QVERIFY2(words.out.contains(QRegularExpression(
               "\nmine +sub-policies +\\d+ +shares 0 to 1 \\(faa\\) +[0-9a-f]{12} +different ")),
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

/// Of a file with wrong lists the others are imported; the exit code is 1, and each is named with its reason.
void TestCliPolicies::importsSayWhatWasTakenAndWhatWasNot() {
  program_->write("archive.py",
                  "shares = [[('Color', 0.5, 0.5)]]\nwhole = [[('Color', 0.5, 7)]]\n"
                  "wrong = [[('Color', 1.5, 0.5)]]\ndef joined():\n  return shares + whole\n");
  const Result words = program_->run({"policies", "import", "archive.py"});
  COMPARE_CODE(words, 1);
  QVERIFY2(words.out.contains(QRegularExpression("\nshares +sub-policies +1 +shares 0 to 1 \\(faa\\) ")) &&
               words.out.contains(QRegularExpression("\nwhole +sub-policies +1 +grid 0 to 9 \\(aa10\\) ")),
           qPrintable(words.out));
  QVERIFY2(
      words.err.contains("left out: joined: it is more than one list of literals\n") &&
          words.err.contains("left out: wrong: archive.py: wrong[0][0][1]: 1.5 found, 0 to 1 allowed\n") &&
          words.err.endsWith("uada: archive.py: 2 lists imported, 1 list not: see above\n"),
      qPrintable(words.err));
  const Result lines = program_->run({"policies", "import", "archive.py", "--json"});
  COMPARE_CODE(lines, 1);
  const auto policies = ofKind(objects(lines.out), "policy"), left = ofKind(objects(lines.out), "left_out");
  QCOMPARE(policies.size(), 2);
  QCOMPARE(policies[0]["decoding"].toString() + ' ' + policies[0]["levels"].toString(),
           QString("faa shares"));
  QCOMPARE(policies[1]["decoding"].toString() + ' ' + policies[1]["levels"].toString(), QString("aa10 grid"));
  QCOMPARE(left.size(), 2);
  QVERIFY(left[0]["name"] == "joined" && !left[0]["wrong"].toBool());
  QVERIFY(left[1]["name"] == "wrong" && left[1]["wrong"].toBool() &&
          left[1]["reason"].toString().contains("1.5 found"));
  COMPARE_CODE(program_->run({"policies", "import", "archive.py", "--name", "whole"}), 0);
}

void TestCliPolicies::levelsAreAskedFor() {
  program_->write("final.json", R"([[["Rotate", 0.5, 1], ["Color", 1, 0]]])");
  const Result asked = program_->run({"policies", "import", "final.json"});
  COMPARE_CODE(asked, 1);
  QVERIFY2(asked.err.contains("final.json: all levels are 0 or 1, which may be shares") &&
               asked.err.contains("--levels shares or --levels grid"),
           qPrintable(asked.err));
  const Result wrong = program_->run({"policies", "import", "final.json", "--levels", "share"});
  COMPARE_CODE(wrong, 2);
  QVERIFY2(wrong.err.contains("--levels: 'shares' or 'grid' expected, 'share' found"), qPrintable(wrong.err));
  const Result taken = program_->run({"policies", "import", "final.json", "--levels", "grid"});
  COMPARE_CODE(taken, 0);
  QVERIFY2(taken.out.contains("grid 0 to 9 (aa10)"), qPrintable(taken.out));
  QVERIFY(program_->run({"policies", "import", "--help"}).out.contains("--levels shares|grid"));
}

QTEST_GUILESS_MAIN(TestCliPolicies)
#include "tst_cli_policies.moc"
