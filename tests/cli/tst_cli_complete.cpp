#include "Program.h"

using namespace uada::test;

namespace {

/// The words that the program offers, without what they are about.
QStringList offered(const Program& program, const QStringList& words) {
  const Result result = program.run(QStringList{"complete"} + words);
  QStringList names;
  for (const QString& line : result.out.split('\n', Qt::SkipEmptyParts)) names += line.section('\t', 0, 0);
  return names;
}

/// What bash offers for a line, with the script that is installed.
/// words  as bash splits the line; empty line: there were blanks between them
QStringList inBash(const Program& program, const QStringList& words, const QString& line = "") {
  QProcess bash;
  bash.setWorkingDirectory(program.path("."));
  const char* script =
      ". " PROJECT_DIR
      "/resources/completion/uada.bash; COMP_LINE=$1; shift; COMP_WORDS=(\"$@\"); "
      "COMP_CWORD=$(($# - 1)); HOME=" PROGRAM_DIR "; _uada; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const QStringList all = QStringList{"~/uada"} + words;
  bash.start("bash", QStringList{"-c", script, "bash", line.isEmpty() ? all.join(' ') : line} + all);
  bash.waitForFinished(kTimeout);
  return QString::fromUtf8(bash.readAllStandardOutput()).split('\n', Qt::SkipEmptyParts);
}

}  // namespace

/// What shells offer while a command line is written.
class TestCliComplete : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void words_data() {
    QTest::addColumn<QStringList>("line");
    QTest::addColumn<QStringList>("some");
    QTest::addColumn<QString>("not_");
    const auto row = [](const char* name, const QStringList& line, const QStringList& some,
                        const char* other) { QTest::newRow(name) << line << some << other; };
    row("verbs", {""}, {"run", "list", "queue"}, "--help");
    row("verbs that begin so", {"re"}, {"resume", "replay"}, "run");
    row("verbs of a group", {"queue", ""}, {"add", "list", "run"}, "resume");
    row("options", {"run", "--"}, {"--project", "--set", "--json", "--help"}, "--op");
    row("options of a verb of a group", {"queue", "move", "--"}, {"--before"}, "--quiet");
    row("ops", {"apply", "ro"}, {"rotate"}, "posterize");
    row("ops behind an option", {"landscape", "1", "--op", "s"}, {"shear_x", "solarize"}, "rotate");
    row("experiments", {"run", "--quiet", "table"}, {"table2", "table3"}, "demo");
    row("data sets", {"data", "check", "c"}, {"cifar10", "cityscapes"}, "voc");
    row("methods", {"sample", "voc", "o.png", "--method", ""}, {"uada", "ra-uc"}, "voc");
    row("policies", {"sample", "--policy", "tri"}, {"trivialaugment"}, "randaugment");
    row("a list in the help", {"list", "m"}, {"models", "methods"}, "ops");
    row("a list of an option", {"table", "2", "--format", ""}, {"text", "csv", "md", "tex", "xlsx"},
        "default");
    row("what is done with LibTorch", {"libtorch", ""}, {"get"}, "put");
    row("devices", {"run", "demo", "--device", ""}, {"auto", "cpu", "cuda"}, "cuda:N");
    row("a value behind '='", {"sample", "voc", "o.png", "--method=u"}, {"--method=uada"}, "--method=ra-uc");
    row("behind a value behind '='", {"table", "--format=csv", "2", "--format", "c"}, {"csv"}, "2");
    row("alternatives", {"policies", "import", "f", "--levels", ""}, {"shares", "grid"}, "faa");
  }
  void words() {
    QFETCH(QStringList, line);
    QFETCH(QStringList, some);
    QFETCH(QString, not_);
    const QStringList names = offered(program_, line);
    for (const QString& name : some)
      QVERIFY2(names.contains(name), qPrintable(name + " of " + names.join(' ')));
    QVERIFY2(!names.contains(not_), qPrintable(names.join(' ')));
    for (const QString& name : names) QVERIFY(name.startsWith(line.last()));
  }

  /// Each kind that completion offers is one that `list` knows.
  void whatIsOfferedIsTaken() {
    const QStringList kinds = offered(program_, {"list", ""});
    QVERIFY(kinds.size() >= 12);
    for (const QString& kind : kinds) COMPARE_CODE(program_.run({"list", kind}), 0);
  }

  void runsOfTheProjectThatIsNamed() {
    QProcess sqlite;
    sqlite.start("sqlite3",
                 {program_.path("old.uada"), ".read " PROJECT_DIR "/tests/golden/replay_schema3.sql"});
    QVERIFY(sqlite.waitForFinished(kTimeout));
    const QStringList runs = offered(program_, {"show", "--project", "old.uada", ""});
    QVERIFY(!runs.isEmpty());
    COMPARE_CODE(program_.run({"show", runs.first(), "--project", "old.uada"}), 0);
  }

  /// Nothing, so that the shell offers files; and no words about it.
  void wherePeopleNameFiles() {
    for (const QStringList& line :
         {QStringList{"show", ""}, {"run", "--project", ""}, {"nobodys", "verb", ""}, {}}) {
      const Result result = program_.run(QStringList{"complete"} + line);
      COMPARE_CODE(result, 0);
      QCOMPARE(result.out + result.err, QString());
    }
  }

  void bashOffersTheSame() {
    QCOMPARE(inBash(program_, {"apply", "ro"}), QStringList{"rotate"});
    QCOMPARE(inBash(program_, {"queue", ""}), offered(program_, {"queue", ""}));
  }

  /// bash splits "--method=u" into three words, and replaces the last.
  void bashPutsWordsTogether() {
    const QStringList before{"sample", "voc", "o.png", "--method"};
    const QString line = "~/uada sample voc o.png --method=";
    QCOMPARE(inBash(program_, before + QStringList{"=", "ua"}, line + "ua"), QStringList{"uada"});
    QCOMPARE(inBash(program_, before + QStringList{"="}, line), offered(program_, before + QStringList{""}));
  }

 private:
  const Program program_;
};

QTEST_GUILESS_MAIN(TestCliComplete)
#include "tst_cli_complete.moc"
