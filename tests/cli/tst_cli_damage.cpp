#include "tests/cli/Program.h"
#include "tests/core/DamageTools.h"
#include "tests/core/ReadOnlyFolder.h"

using namespace uada;
using namespace uada::test;

/// What the verbs say of a project with damaged rows: what is sound, and beside it what is not.
class TestCliDamage : public QObject {
  Q_OBJECT
 private:
  const Program program_;
  QString key_;

  void change(const char* sql) {
    const auto path = [&](const char* name) {
      return std::filesystem::path(program_.path(name).toStdString());
    };
    QVERIFY(damage(path("sound.uada"), path("uada.uada"), sql));
  }
  Result run(QStringList arguments) const { return program_.run(arguments << "--project" << "uada.uada"); }

 private Q_SLOTS:
  void initTestCase() {
    writeDamageable(program_.path("sound.uada").toStdString());
    key_ = QString::fromStdString(ProjectReader(program_.path("sound.uada").toStdString()).runs().at(1).key);
  }

  void aDamagedDecisionIsLeftOut() {
    change("UPDATE decisions SET winner = 99 WHERE run = 1 AND step = 5 AND sample = 0");
    const Result result = run({"export", key_, "--what", "decisions", "--out", "d.jsonl"});
    COMPARE_CODE(result, 0);
    QCOMPARE(program_.read("d.jsonl").count('\n'), 3);
    QCOMPARE(result.err,
             "note: run " + key_ + " of '" + program_.path("uada.uada") +
                 "': 1 row of decisions is damaged and left out (step 5: winner: -1 to 3 expected, 99 "
                 "found); restore a copy of the project if you need it\n");
  }

  /// Every row that is left out is counted, and its step named.
  void damagedRowsAreNamed() {
    change("UPDATE steps SET count = 'abc' WHERE run = 1 AND step IN (3, 5, 7)");
    const Result result = run({"export", key_, "--out", "c.csv", "--json"});
    COMPARE_CODE(result, 0);
    QVERIFY2(result.err.contains("3 rows of steps are damaged and left out (step 3: ") &&
                 result.err.contains("), also in steps 5, 7; restore"),
             qPrintable(result.err));
    const QJsonArray leftOut = ofKind(objects(result.out), "export").at(0)["left_out"].toArray();
    QCOMPARE(leftOut.size(), 1);
    QVERIFY(leftOut[0].toString().contains("3 rows of steps"));
  }

  /// Where nothing else is left there is no file, and it is not said that nothing was recorded.
  void nothingSoundIsAFailure() {
    change("UPDATE decisions SET plan = 'abc' WHERE run = 1");
    const Result result = run({"export", key_, "--what", "decisions", "--out", "none.jsonl"});
    COMPARE_CODE(result, 1);
    QVERIFY2(result.err.contains("has no decisions to export: run " + key_) &&
                 result.err.contains("4 rows of decisions are damaged") && result.err.count('\n') == 1,
             qPrintable(result.err));
    QVERIFY(!QFile::exists(program_.path("none.jsonl")));
  }

  /// As root its file system is mounted read-only, else its folder has no permission.
  void aReadOnlyProjectIsRead() {
    const ReadOnlyFolder sealed(program_.path("sealed"));
    const auto file = sealed.file("p.uada");
    std::filesystem::copy_file(program_.path("sound.uada").toStdString(), file);
    leaveWithLog(file);
    if (!sealed.seal()) QSKIP("not run: neither a read-only file system nor a folder without permission");
    const QString project = QString::fromStdString(file.string());
    for (const QStringList& verb : {QStringList{"runs"}, QStringList{"table", "2"}, QStringList{"show", key_},
                                    QStringList{"queue", "list"},
                                    QStringList{"export", key_, "--what", "decisions", "--out", "r.jsonl"}}) {
      const Result result = program_.run(verb + QStringList{"--project", project});
      COMPARE_CODE(result, 0);
      QVERIFY2(!result.out.isEmpty() && !result.err.contains("cannot"), qPrintable(result.err));
    }
    QCOMPARE(program_.read("r.jsonl").count('\n'), 4);
    const Result run = program_.run({"queue", "add", "demo", "--project", project});
    COMPARE_CODE(run, 1);
    QVERIFY2(run.err.contains("cannot write '") && run.err.count('\n') == 1, qPrintable(run.err));
  }

  /// Cut short, or with pages that are no longer SQLite's.
  void doctorFailsOverADamagedFile() {
    const QByteArray sound = program_.read("sound.uada");
    QVERIFY(sound.size() > 40'000);
    QByteArray torn = sound;
    torn.replace(20'000, 15'000, QByteArray(15'000, 'x'));
    program_.write("uada.uada", sound);
    COMPARE_CODE(run({"doctor"}), 0);
    for (const QByteArray& content : {sound.left(sound.size() / 2), torn}) {
      program_.write("uada.uada", content);
      const Result result = run({"doctor"});
      COMPARE_CODE(result, 1);
      QVERIFY2(result.out.contains("failed") &&
                   result.out.section("To fix:", 1).contains("project: restore a copy of it"),
               qPrintable(result.out));
    }
  }

  /// Versions, devices, last log, schema; no number of a run, and no row.
  void diagnosticsHoldNoData() {
    program_.write("uada.uada", program_.read("sound.uada"));
    program_.write("w.txt", "12:00  event  opened\n");
    const Result result = run({"doctor", "--bundle", "b", "--log", "w.txt"});
    COMPARE_CODE(result, 0);
    QVERIFY(result.out.contains("What was found is in b"));
    const QStringList files = QDir(program_.path("b")).entryList(QDir::Files);
    for (const char* file :
         {"versions.txt", "checks.jsonl", "environment.txt", "schema.sql", "window-log.txt"})
      QVERIFY2(files.contains(file) && !program_.read(QString("b/") + file).isEmpty(), file);
    QVERIFY(program_.read("b/versions.txt").contains("LibTorch") &&
            program_.read("b/versions.txt").contains("program"));
    const QByteArray schema = program_.read("b/schema.sql");
    QVERIFY2(schema.contains("CREATE TABLE runs") && schema.contains("CREATE TABLE steps") &&
                 !schema.contains("INSERT"),
             schema.left(200).constData());
    QCOMPARE(program_.read("b/window-log.txt"), QByteArray("12:00  event  opened\n"));
    for (const QString& file : files) {
      QVERIFY2(program_.read("b/" + file).size() < 200'000, qPrintable(file));
      QVERIFY2(!program_.read("b/" + file).contains("\"loss\""), qPrintable(file));
    }
    COMPARE_CODE(run({"doctor", "--bundle", "b"}), 1);  // is there already
    COMPARE_CODE(run({"doctor", "--log", "w.txt"}), 2);
  }

  void aDamagedRunIsListed() {
    change("UPDATE runs SET epochs = -3 WHERE id = 1");
    const Result result = run({"runs"});
    COMPARE_CODE(result, 0);
    QVERIFY2(
        result.out.contains(key_ + " is damaged: epochs: 0 to 2147483647 expected, -3 found; restore a copy"),
        qPrintable(result.out));
    const auto runs = ofKind(objects(run({"runs", "--json"}).out), "run");
    QCOMPARE(runs.size(), 2);
    QCOMPARE(runs[1]["damage"].toString(), "epochs: 0 to 2147483647 expected, -3 found");
    QCOMPARE(runs[0]["damage"].toString(), "");
  }

  void aDamagedConfigurationIsNotCounted() {
    change("UPDATE runs SET config = '[' WHERE id = 1");
    for (const char* table : {"2", "3"}) {
      const Result result = run({"table", table, "--measured"});
      COMPARE_CODE(result, 0);
      QVERIFY2(result.err.startsWith("note: run " + key_) &&
                   result.err.contains("is damaged and not counted (") && result.err.count('\n') == 1,
               qPrintable(result.err));
      QVERIFY2(result.out.contains("\nRA "), qPrintable(result.out));
    }
    const Result shown = run({"show", key_});
    COMPARE_CODE(shown, 1);
    QVERIFY2(shown.err.startsWith("uada: run " + key_) && shown.err.count('\n') == 1, qPrintable(shown.err));
    COMPARE_CODE(run({"show", "2"}), 0);
  }

  void aViewInThePlaceOfATableIsRefused() {
    change(
        "ALTER TABLE runs RENAME TO others; CREATE VIEW runs AS WITH RECURSIVE n(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id, x AS key FROM n");
    for (const QStringList& verb : {QStringList{"runs"}, QStringList{"show", "1"}, QStringList{"table", "2"},
                                    QStringList{"stop", "1"}}) {
      const Result result = run(verb);
      COMPARE_CODE(result, 1);
      QVERIFY2(result.err.contains("its tables are not those of a project (runs is a view)") &&
                   result.err.count('\n') == 1,
               qPrintable(result.err));
    }
  }
};

QTEST_GUILESS_MAIN(TestCliDamage)
#include "tst_cli_damage.moc"
