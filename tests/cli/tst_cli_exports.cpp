#include <QRegularExpression>
#include <algorithm>

#include "tests/cli/Program.h"
#include "tests/core/OlderProject.h"
#include "tests/core/SmallDisk.h"

using namespace uada;
using namespace uada::test;

namespace {

/// What a spreadsheet, a browser, a shell, SQL, TeX or a table would take for something else than a name.
QStringList hostileNames() {
  return {"=1+1",
          "+cmd|' /C calc'!x",
          "-2+3",
          "@SUM(1)",
          "a\"b,c;d",
          "'; DROP TABLE runs; --",
          "</script><script>alert(1)</script>",
          "<b>&amp;</b>",
          "a|b\\|c",
          "\\input{/etc/passwd}\\write18{id}",
          "%_#$&~^{}",
          "{} %s %n",
          "../../uada-escaped",
          QString::fromUtf8("\xf0\x9d\x95\x8f\xf0\x9f\x98\x80 \xe6\xbc\xa2"),
          QString(200, 'x')};
}

/// Rows of cells by RFC 4180.
QList<QStringList> csvRows(const QString& text) {
  QList<QStringList> rows{{""}};
  bool isQuoted = false;
  for (qsizetype i = 0; i < text.size(); ++i) {
    const QChar c = text[i];
    QString& cell = rows.back().back();
    if (isQuoted && c == '"' && text.mid(i + 1, 1) == "\"")
      cell += text[++i];
    else if (c == '"')
      isQuoted = !isQuoted;
    else if (!isQuoted && c == ',')
      rows.back() << "";
    else if (!isQuoted && c == '\n')
      rows << QStringList{""};
    else
      cell += c;
  }
  rows.removeLast();  // after the last end of a line
  return rows;
}

/// Whether a spreadsheet would compute it.
bool isFormula(const QString& cell) {
  bool isNumber = false;
  cell.toDouble(&isNumber);
  return !isNumber && !cell.isEmpty() && QString("=+-@\t\r").contains(cell[0]);
}

/// How often a character stands in a line without a backslash before it.
int unescaped(const QString& line, QChar wanted) {
  int count = 0;
  for (qsizetype i = 0; i < line.size(); ++i)
    if (line[i] == '\\')
      ++i;
    else if (line[i] == wanted)
      ++count;
  return count;
}

bool hasControl(const QString& text) {
  return std::any_of(text.begin(), text.end(),
                     [](QChar c) { return (c < ' ' && c != '\n') || (c >= QChar(0x7F) && c < QChar(0xA0)); });
}

}  // namespace

/// What is written of a project: names that are more than names, and a disk that is full.
class TestCliExports : public QObject {
  Q_OBJECT
 private:
  const Program program_;

  Result run(QStringList arguments) const { return program_.run(arguments << "--project" << "uada.uada"); }

  /// Each row has as many cells as the head, and nothing is HTML.
  static void checkMarkdown(const QString& text) {
    QStringList rows;
    for (const QString& line : text.split('\n'))
      if (line.startsWith('|')) rows << line;
    QVERIFY2(rows.size() > 2, qPrintable(text));
    for (const QString& row : rows) QCOMPARE(unescaped(row, '|'), unescaped(rows[0], '|'));
    QVERIFY2(unescaped(text, '<') == 0, qPrintable(text));
  }

  /// Each row has as many cells as the head; no command but those that stand for characters, no comment.
  static void checkLatex(const QString& text) {
    const QString body = text.section("\\midrule\n", 1).section("\\bottomrule", 0, 0);
    const QStringList rows = body.split('\n', Qt::SkipEmptyParts);
    QVERIFY2(rows.size() > 1, qPrintable(text));
    static const QSet<QString> kKnown{"textbackslash", "textasciitilde", "textasciicircum", "textbf", "pm",
                                      "times",         "ldots",          "varepsilon",      "cdot"};
    static const QRegularExpression kCommand("\\\\([A-Za-z]+)");
    for (const QString& row : rows) {
      QCOMPARE(unescaped(row, '&'), unescaped(rows[0], '&'));
      QCOMPARE(unescaped(row, '{'), unescaped(row, '}'));
      QCOMPARE(unescaped(row, '%') + unescaped(row, '#') + unescaped(row, '_') + unescaped(row, '~'), 0);
      for (auto found = kCommand.globalMatch(row); found.hasNext();) {
        const QString command = found.next().captured(1);
        QVERIFY2(kKnown.contains(command), qPrintable(command));
      }
    }
  }

 private Q_SLOTS:
  // ---- names that are more than names, in every field and every format

  void hostileNamesAreMade() {
    ProjectWriter writer(program_.path("uada.uada").toStdString());
    std::int64_t seed = 0;
    for (const QString& name : hostileNames()) {
      const std::string text = name.toStdString();
      RunConfig config = fakeConfig("uada", ++seed, 1);
      config.experiment = config.recipe.name = text;
      if (seed % 2)
        config.method = methodFromJson(
            Json(Json::Object{{"name", "uada"}, {"policy", Json::Object{{"name", "found"}, {"file", text}}}}),
            "test");
      const std::int64_t run = writer.createRun(config).id;
      const int attempt = writer.beginAttempt(run, currentManifest(), "");
      const FakeNumbers numbers{{}, config};
      writer.append(run, attempt, numbers.step(1));
      writer.append(run, attempt, numbers.epoch(1));
      writer.append(run, attempt, EventReport{text});
      writer.append(run, attempt, numbers.result());
      writer.append(run, attempt, StateReport{RunState::finished, "", "cpu", 2, "data"});
      writer.renameRun(run, text);
      writer.setNotes(run, text, text);
    }
  }

  void hostileNamesComeBackAsJson() {
    const auto runs = ofKind(objects(run({"runs", "--json"}).out), "run");
    const QStringList names = hostileNames();
    QCOMPARE(runs.size(), names.size());
    for (const QJsonObject& one : runs)
      for (const char* field : {"title", "experiment", "notes", "tags"})
        QCOMPARE(one[field].toString(), names[one["seed"].toInt() - 1]);
    for (int seed = 1; seed <= names.size(); ++seed) {
      const Result shown = run({"show", QString::number(seed)});
      COMPARE_CODE(shown, 0);
      QVERIFY2(shown.out.contains(names[seed - 1]) && !hasControl(shown.out), qPrintable(shown.out));
    }
  }

  /// An own table with the names as rows and columns, under such a name itself; the comparison of methods.
  void hostileNamesAreNoFormulasNoMarkupNoCommands_data() {
    QTest::addColumn<QStringList>("verb");
    QTest::newRow("own table") << QStringList{"table", "=t|<b>&%"};
    QTest::newRow("cells of it") << QStringList{"table", "=t|<b>&%", "--cells"};
    QTest::newRow("comparison") << QStringList{"compare"};
  }
  void hostileNamesAreNoFormulasNoMarkupNoCommands() {
    QFETCH(QStringList, verb);
    COMPARE_CODE(run({"table", "=t|<b>&%", "--rows", "title", "--columns", "experiment, tags"}), 0);
    const auto exported = [&](const char* form) {
      const Result result = run(verb + QStringList{"--format", form});
      return result.code == 0 && !hasControl(result.out) ? result.out : result.err + result.out;
    };
    const auto rows = csvRows(exported("csv"));
    QVERIFY(rows.size() > hostileNames().size() / 2);  // every second one has a method of its own
    for (const QStringList& row : rows) {
      QCOMPARE(row.size(), rows[0].size());
      for (const QString& cell : row) QVERIFY2(!isFormula(cell), qPrintable(cell));
    }
    checkMarkdown(exported("md"));
    checkLatex(exported("tex"));
    QVERIFY(!hasControl(exported("text")));
  }

  /// Read again by Python's own zip and XML: texts alone, none of them changed.
  void hostileNamesAreTextsOfAWorkbook() {
    COMPARE_CODE(run({"table", "=t|<b>&%", "--out", "t.xlsx"}), 0);
    QProcess python;
    python.start("python3", {"-c", R"(
import sys, zipfile, xml.etree.ElementTree as tree
book = zipfile.ZipFile(sys.argv[1])
name = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
for file in book.namelist():
    if file.endswith('.xml'): assert not list(tree.fromstring(book.read(file)).iter(name + 'f')), file
sys.stdout.reconfigure(encoding='utf-8')
for s in tree.fromstring(book.read('xl/sharedStrings.xml')).iter(name + 'si'): print(''.join(s.itertext()))
)",
                             program_.path("t.xlsx")});
    if (!python.waitForStarted()) QSKIP("not run: reading a workbook again needs python3");
    QVERIFY(python.waitForFinished(60'000));
    const QStringList texts = QString::fromUtf8(python.readAllStandardOutput()).split('\n');
    QVERIFY2(python.exitCode() == 0, python.readAllStandardError().constData());
    for (const QString& name : hostileNames()) QVERIFY2(texts.contains(name), qPrintable(name));
  }

  /// Files are called by the run's key, wherever its name would lead.
  void hostileNamesAreNoPaths() {
    for (int seed = 1; seed <= hostileNames().size(); ++seed)
      COMPARE_CODE(run({"export", QString::number(seed), "--what", "tfevents", "--out", "events"}), 0);
    const QStringList files = QDir(program_.path("events")).entryList(QDir::Files);
    QCOMPARE(files.size(), hostileNames().size());
    static const QRegularExpression kName("^events\\.out\\.tfevents\\.[0-9]+\\.[0-9a-f]{8}$");
    for (const QString& file : files) QVERIFY2(kName.match(file).hasMatch(), qPrintable(file));
    for (const char* place : {"../uada-escaped", "../../uada-escaped"})
      QVERIFY2(!QFile::exists(program_.path(place)), place);
  }

  /// As a project of another program may have them: they forge no line, on the screen nor in a file.
  void storedControlCharactersForgeNothing() {
    COMPARE_CODE(run({"table", "all", "--rows", "title, experiment", "--columns", "tags"}), 0);
    const char* const evil = "CAST(x'3d310d0ae280ae6f1b5b33316d0907c285ff' AS TEXT)";
    for (const char* column : {"title", "experiment", "tags", "notes"})
      sqlite(program_.path("uada.uada").toStdString(),
             std::string("UPDATE runs SET ") + column + " = " + evil);
    const Result listed = run({"runs"});
    COMPARE_CODE(listed, 0);
    QVERIFY(!hasControl(listed.out) && !listed.out.contains(QChar(0x202E)));
    for (const char* form : {"text", "csv", "md", "tex"}) {
      const Result result = run({"table", "all", "--format", form});
      COMPARE_CODE(result, 0);
      QVERIFY2(!hasControl(result.out) && !result.out.contains(QChar(0x202E)), qPrintable(result.out));
    }
    for (const QStringList& row : csvRows(run({"table", "all", "--format", "csv"}).out))
      for (const QString& cell : row) QVERIFY2(!isFormula(cell), qPrintable(cell));
    QCOMPARE(ofKind(objects(run({"runs", "--json"}).out), "INVALID").size(), 0);
  }

  // ---- a disk that is full

  void noRoomForAnExport_data() {
    QTest::addColumn<QStringList>("verb");
    const auto row = [](const char* file, const QStringList& verb) { QTest::newRow(file) << verb; };
    for (const char* what : {"curves", "epochs", "policy"}) {
      row(qPrintable(QString("%1.csv").arg(what)), {"export", "1", "--what", what});
      row(qPrintable(QString("%1.jsonl").arg(what)), {"export", "1", "--what", what});
    }
    row("decisions.jsonl", {"export", "1", "--what", "decisions"});
    row("sheet.png", {"export", "1", "--what", "samples"});
    row("samples", {"export", "1", "--what", "samples"});
    row("events", {"export", "1", "--what", "tfevents"});
    for (const char* ending : {"txt", "csv", "md", "tex", "xlsx"}) {
      row(qPrintable(QString("table.%1").arg(ending)), {"table", "2"});
      row(qPrintable(QString("comparison.%1").arg(ending)), {"compare"});
    }
  }
  /// The message names the file and what to do; the old file stays, and nothing else is left.
  void noRoomForAnExport() {
    QFETCH(QStringList, verb);
    const QString name = QTest::currentDataTag();
    if (!QFile::exists(program_.path("filled.uada"))) fillProject(program_.path("filled.uada").toStdString());
    const SmallDisk disk(program_.path("disk"), "size=8k");
    if (!disk.mounted()) QSKIP("not run: mounting a small file system needs root");
    const bool isFolder = !name.contains('.');
    if (!isFolder) program_.write("disk/" + name, "old");
    program_.write("disk/ballast", QByteArray(isFolder ? 8192 : 4096, 'x'));
    const QStringList before = QDir(program_.path("disk")).entryList(QDir::Files);
    const Result result =
        program_.run(verb + QStringList{"--out", "disk/" + name, "--project", "filled.uada"});
    COMPARE_CODE(result, 1);
    QVERIFY2(result.err.contains("disk/" + name) && result.err.contains("No space left on device") &&
                 result.err.contains("free some space") && result.err.count('\n') == 1,
             qPrintable(result.err));
    QCOMPARE(QDir(program_.path("disk")).entryList(QDir::Files), before);
    if (isFolder)
      QCOMPARE(QDir(program_.path("disk/" + name)).entryList(QDir::Files), QStringList());
    else
      QCOMPARE(program_.read("disk/" + name), QByteArray("old"));
  }
};

QTEST_GUILESS_MAIN(TestCliExports)
#include "tst_cli_exports.moc"
