#include "core/images/ImageIo.h"
#include "tests/cli/Program.h"

using namespace uada;
using namespace uada::test;

/// All verbs that do not train, and wrong use of every verb.
class TestCli : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void helpHasAnExample_data();
  void helpHasAnExample();
  void wrongUseIsOneLine_data();
  void wrongUseIsOneLine();
  void jsonErrorsAreObjects();
  void appliesAnOp();
  void takesNegativeValues();
  void anEmptyValueIsNoNumber();
  void showsNoControlCharacters();
  void samplesAreTheSameForTheSameSeed();
  void checksData();
  void checksDamagedData_data();
  void checksDamagedData();
  void refusesWhatIsNoProject();
  void writesThePublishedTable();
  void doctorAndRunSayHowToInstallLibTorch();
  void doctorAsksForNoDataSet();
  void saysWhenTheOutputIsFull();
};

/// The verbs that a help text lists; of `uada --help` those of two words with both.
static QList<QStringList> verbsIn(const QStringList& of) {
  const QString help = Program().run(of + QStringList{"--help"}).out;
  const qsizetype list = help.indexOf("\nVerbs:\n");
  if (list < 0) return {of};
  QList<QStringList> verbs;
  static const QRegularExpression line("^  ([a-z]+) ", QRegularExpression::MultilineOption);
  for (auto match = line.globalMatch(help, list); match.hasNext();)
    verbs += verbsIn(of + QStringList{match.next().captured(1)});
  return verbs;
}

void TestCli::helpHasAnExample_data() {
  QTest::addColumn<QStringList>("verb");
  QFile list(PROJECT_DIR "/app/cli/verbs/verbs.def");
  QVERIFY(list.open(QIODevice::ReadOnly));
  QSet<QString> words;
  for (const QStringList& verb : verbsIn({})) {
    words.insert(verb.value(0));
    QTest::newRow(qPrintable(verb.join(' '))) << verb;
  }
  QCOMPARE(words.size(), QString::fromUtf8(list.readAll()).count("\nVERB("));
}

void TestCli::helpHasAnExample() {
  QFETCH(QStringList, verb);
  const Result result = Program().run(verb + QStringList{"--help"});
  COMPARE_CODE(result, 0);
  QVERIFY(result.out.contains("Usage: uada " + verb.join(' ')));
  QVERIFY(result.out.contains("Example: uada " + verb.join(' ')));
  QCOMPARE(result.err, QString());
}

void TestCli::wrongUseIsOneLine_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QString>("said");
  const auto row = [](const char* line, const char* said) {
    QTest::newRow(line) << QString(line).split(' ', Qt::SkipEmptyParts) << QString(said);
  };
  row("", "uada --help");
  row("frob", "unknown verb 'frob'; known: list");
  row("rum demo", "; did you mean 'run'?");
  row("rnu demo", "; did you mean 'run'?");
  row("apply resiz 3 a.png b.png", "; did you mean 'resize'?");
  row("run dmo", "; did you mean 'demo'?");
  row("run demo --prject x", "; did you mean '--project'?");
  row("list settings trainin", "; did you mean 'training'?");
  row("list", "KIND");
  row("list fruits", "unknown kind of thing to list 'fruits'; known: ops grids");
  row("list ops --jsn", "--jsn");
  row("apply rotat 3 a.png b.png", "unknown op 'rotat'; known:");
  row("apply rotate x a.png b.png", "VALUE");
  row("apply rotate nan a.png b.png", "not a finite number");
  row("apply rotate -inf a.png b.png", "VALUE -inf is not a finite number");
  row("apply rotate 3x a.png b.png", "VALUE '3x' is not a number");
  row("apply rotate 3 a.png b.jpg", ".png");
  row("apply rotate 3 a.png b.png --fill 1,2", "--fill '1,2'");
  row("apply rotate 3 a.png b.png --fill 1,2,256", "0..255");
  row("apply rotate 3 a.png b.png --filter box", "unknown filter 'box'");
  row("sample cifar9 a.png", "cifar9");
  row("sample cifar10 a.png --count 0", "--count");
  row("sample cifar10 a.png --set mode=x extra", "not expected: extra");
  row("sample cifar10 a.png --policy nix", "unknown policy 'nix'; known:");
  row("sample cifar10 a.png --policy crop-flip --method uada", "excludes");
  row("run", "EXPERIMENT");
  row("run nowhere.json", "no experiment file 'nowhere.json'");
  row("run demo --set recipe.training.epoch=3", "unknown key 'epoch'; known: epochs");
  row("run demo --set recipe.training.epochs=0", "epochs");
  row("run demo --set methods=[\"nix\"]", "demo.json: methods[0]: unknown method 'nix'");
  row("run demo --set nothing", "KEY=VALUE");
  row("sample fashion_mnist sheet.png --seed 18446744073709551616",
      "from 0 to 9223372036854775807 is wanted");
  row("sample fashion_mnist sheet.png --seed -1", "is wanted, '-1' found");
  row("run demo --set seeds=[1", "--set seeds=[1: the value starts like JSON but is not valid");
  row("run demo --set methods=[\"uada\",\"uada\"]", "demo.json: methods[1]: 'uada' stands there twice");
  row("run demo --set name=", "the key 'name' is empty");
  row("run demo --device cuda:-1", "--device: 'cuda:-1' is no device; use auto, cpu, cuda or cuda:N");
  row("run demo --set tables=[2,10]", "demo.json: tables: numbers 1 to 9 expected, 10 found");
  row("run demo --device gpu", "--device: 'gpu' is no device");
  row("table 2 --remove", "a table cannot be named '2': numbers are the paper's tables");
  row("table mine --remove --rows method", "--remove goes with none of --rows, --columns, --values, --where and --reference");
  row("run demo --device cpu --set runtime.device=auto",
      "--set runtime.device=auto: --device says 'cpu'; leave one of the two out");
  row("run demo --set runtime.device=cuda:x", "demo.json: runtime.device: 'cuda:x' is no device");
  row("run demo --set recipe.dataset.train_limit=1",
      "recipe.dataset.train_limit: 1 found, at least 2 expected");
  row("resume", "RUN");
  row("resume 1 --device cuda:x", "--device: 'cuda:x' is no device");
  row("table", "TABLE is required");
  row("table 99", "99");
  row("table 2 --format docx", "docx");
  row("table 2 --format xlsx", "a workbook needs a file: --out FILE.xlsx");
  row("table 2 --epoch first", "unknown epoch 'first'; known: best last");
  row("table 2 --check x.tex", "--check takes the table from its FILE: name no TABLE");
  row("export x --out y --what nix", "unknown kind of export 'nix'; known: curves");
  row("export x", "--out");
  row("table 2 --paper --out t.jsonl",
      "'t.jsonl': the name of a table ends in .txt, .csv, .md, .tex or .xlsx, and this one in .jsonl");
  row("table 2 --paper --out t", "and this one in nothing");
  row("table 2 --paper --format csv --out t.md", "the format csv is asked for, and the name ends in .md");
  row("export x --out c.JPG", "an export of curves ends in .csv or .jsonl, and this one in .jpg");
  row("export x --out c.jsonl --format csv", "the format csv is asked for, and the name ends in .jsonl");
  row("export x --what decisions --out d.csv", "an export of decisions ends in .jsonl, and this one in .csv");
  row("export x --what samples --out s.jpg",
      "an export of samples ends in .png, or in nothing for a folder, and this one in .jpg");
  row("export x --what weights --out w",
      "an export of weights ends in .safetensors or .pth, and this one in nothing");
  row("export x --what samples --out s --format csv", "unknown format 'csv'; known: png");
  row("data", "'uada data' needs one of the verbs check (see 'uada data --help')");
  row("eval seg", "PREDICTED is required (see 'uada eval seg --help')");
  row("eval bogus", "unknown verb 'bogus' of 'uada eval'; known: seg");
  row("queue lost", "unknown verb 'lost' of 'uada queue'; known: add list remove move pause unpause export run; did you mean 'list'?");
  row("queue remove 1 --prject x", "(see 'uada queue remove --help'; did you mean '--project'?)");
  row("run demo --set recipe.training.epochs=1e400", "recipe.training.epochs: 1e400 is too large a number");
  row("run demo --set recipe.optimiser.learning_rate=-1e400", "learning_rate: -1e400 is too large a number");
  row("apply rotate 1e400 a.png b.png", "VALUE '1e400' is too large a number");
  row("data check nix", "nix");
  row("bench step --device nonsense", "--device: 'nonsense' is no device; use auto, cpu, cuda or cuda:N");
  row("bench step --threads 1024", "--threads: 1024 found, at most ");
  for (const char* option :
       {"list models --classes", "sample cifar10 a.png --count", "sample cifar10 a.png --seed",
        "bench step --threads", "bench render --seconds", "policies import f --epochs"})
    for (const char* value : {"nan", "-nan", "inf", "1e999", "99999999999999999999", "3x"})
      QTest::addRow("%s %s", option, value)
          << QString("%1 %2").arg(option, value).split(' ') << QString(" is wanted, '%1' found").arg(value);
  row("bench nix", "unknown measurement 'nix'; known: render load seg voc step memory store start window");
}

void TestCli::wrongUseIsOneLine() {
  QFETCH(QStringList, arguments);
  QFETCH(QString, said);
  const Result result = Program().run(arguments);
  COMPARE_CODE(result, 2);
  QCOMPARE(result.out, QString());
  QVERIFY2(result.err.startsWith("uada: ") && result.err.count('\n') == 1, qPrintable(result.err));
  QVERIFY2(result.err.contains(said), qPrintable(result.err));
}

void TestCli::jsonErrorsAreObjects() {
  for (const QStringList& arguments :
       {QStringList{"list", "fruits", "--json"}, QStringList{"frob", "--json"}}) {
    const Result result = Program().run(arguments);
    COMPARE_CODE(result, 2);
    const auto all = objects(result.out);
    QCOMPARE(all.size(), 1);
    QCOMPARE(all[0]["kind"].toString(), QString("error"));
    QVERIFY(all[0]["message"].toString().contains("known:"));
  }
}

void TestCli::appliesAnOp() {
  const Program program;
  Image in(5, 4);
  for (std::size_t i = 0; i < in.rgb.size(); ++i) in.rgb[i] = static_cast<std::uint8_t>(i * 4);
  writePng(program.path("in.png").toStdString(), in.view());
  const Result result = program.run({"apply", "posterize", "1", "in.png", "out.png"});
  COMPARE_CODE(result, 0);
  QVERIFY(result.out.contains("5 x 4"));
  for (std::uint8_t& byte : in.rgb) byte &= 0x80;
  QVERIFY(readImage(program.path("out.png").toStdString()) == in);
}

void TestCli::takesNegativeValues() {
  const Program program;
  Image in(6, 6);
  for (std::size_t i = 0; i < in.rgb.size(); ++i) in.rgb[i] = static_cast<std::uint8_t>(i);
  writePng(program.path("in.png").toStdString(), in.view());
  COMPARE_CODE(program.run({"apply", "translate_x", "-2", "in.png", "a.png", "--fill", "9,8,7"}), 0);
  COMPARE_CODE(program.run({"apply", "translate_x", "2", "in.png", "b.png", "--fill", "9,8,7"}), 0);
  const Image a = readImage(program.path("a.png").toStdString()),
              b = readImage(program.path("b.png").toStdString());
  const std::array<int, 3> filled{9, 8, 7};
  int left = 0, right = 0;  // pixels of the first row that were filled
  for (const auto& [image, count] : {std::pair(&a, &left), std::pair(&b, &right)})
    for (int x = 0; x < 6; ++x)
      *count += std::equal(filled.begin(), filled.end(), image->view().row(0) + 3 * x);
  QCOMPARE(left, 2);
  QCOMPARE(right, 2);
  QVERIFY(!(a == b));
}

void TestCli::anEmptyValueIsNoNumber() {
  for (const char* value : {"", " "}) {
    const Result result = Program().run({"apply", "rotate", value, "a.png", "b.png"});
    COMPARE_CODE(result, 2);
    QVERIFY2(result.err.contains("VALUE") && result.err.contains("is not a number"), qPrintable(result.err));
  }
}

/// What a file holds is not sent to the terminal as commands, nor all of it.
void TestCli::showsNoControlCharacters() {
  const Program program;
  program.write("a.json",
                "{\"name\": \"\xc2\x9b"
                "31m" +
                    QByteArray(100'000, 'x') + "\x1b]0;title\x07");
  program.write("b.json", R"({"\u001b[31mkey\u009b\u007f": 1})");
  program.write("c.json", "{\"" + QByteArray(100'000, 'k') + "\": 1}");
  for (const auto& [file, most] : {std::pair("a.json", 300), {"b.json", 300}, {"c.json", 2100}}) {
    const Result result = program.run({"run", file});
    QVERIFY2(result.code == 1 || result.code == 2, qPrintable(result.err));
    QVERIFY2(result.err.size() <= most, qPrintable(QString::number(result.err.size())));
    for (const QChar c : result.err.chopped(1))
      QVERIFY2(c.unicode() >= 0x20 && (c.unicode() < 0x7F || c.unicode() >= 0xA0), qPrintable(result.err));
  }
}

void TestCli::samplesAreTheSameForTheSameSeed() {
  const Program program;
  program.writeCifar(20);
  const QStringList arguments{"sample",  "cifar10", "a.png",    "--folder", "cifar",
                              "--count", "6",       "--method", "uada",     "--json"};
  const Result result = program.run(arguments);
  COMPARE_CODE(result, 0);
  const auto samples = ofKind(objects(result.out), "sample");
  QCOMPARE(samples.size(), 6);
  QSet<int> labels;
  for (const QJsonObject& sample : samples) {
    labels.insert(sample["label"].toInt());
    QCOMPARE(sample["plan"].toObject()["chain"].toArray().size(), 2);
  }
  QCOMPARE(labels.size(), 6);  // one of each class, in turn
  const QByteArray first = program.read("a.png");
  QVERIFY(first.startsWith("\x89PNG"));
  COMPARE_CODE(program.run(arguments), 0);
  QCOMPARE(program.read("a.png"), first);
  COMPARE_CODE(program.run(arguments + QStringList{"--seed", "2"}), 0);
  QVERIFY(program.read("a.png") != first);
}

void TestCli::checksData() {
  const Program program;
  program.writeCifar(20);
  program.write("cifar/data_batch_1", "a pickle");
  const Result result = program.run({"data", "check", "cifar10", "cifar", "--json"});
  COMPARE_CODE(result, 0);
  const auto all = objects(result.out);
  QCOMPARE(ofKind(all, "file").size(), 6);
  const auto data = ofKind(all, "data");
  QCOMPARE(data.size(), 1);
  QCOMPARE(data[0]["train"].toInt(), 100);
  QCOMPARE(data[0]["test"].toInt(), 20);
  QCOMPARE(data[0]["train_per_class"].toArray().size(), 10);
  // Sound, but not what was published: no error, and said.
  QVERIFY(data[0]["published"].isBool() && !data[0]["published"].toBool());
  const QJsonObject file = ofKind(all, "file").first();
  QCOMPARE(file["published"].toBool(true), false);
  QCOMPARE(file["difference"].toString(),
           "MD5 " + file["md5"].toString() + " found, MD5 5dd7e06a14cb22eb9f671a540d1b7c25 was published");
  const Result text = program.run({"data", "check", "cifar10", "cifar"});
  COMPARE_CODE(text, 0);
  QVERIFY2(text.out.contains("Not the published files of CIFAR-10: data_batch_1.bin: " +
                             file["difference"].toString() + ".\n"),
           qPrintable(text.out));
  const QString remark =
      "'cifar/data_batch_1' (the Python version, which is not read) is there too and is not used";
  QCOMPARE(data[0]["remarks"].toArray(), QJsonArray{remark});
  QVERIFY2(text.out.contains("note: " + remark), qPrintable(text.out));
}

void TestCli::checksDamagedData_data() {
  QTest::addColumn<int>("change");  // bytes cut off; -1: label 200
  QTest::newRow("one byte short") << 1;
  QTest::newRow("label 200") << -1;
}

void TestCli::checksDamagedData() {
  QFETCH(int, change);
  const Program program;
  program.writeCifar(20);
  QByteArray content = program.read("cifar/data_batch_3.bin");
  if (change > 0)
    content.chop(change);
  else
    content[3073] = static_cast<char>(200);
  program.write("cifar/data_batch_3.bin", content);
  for (const QStringList& verb : {QStringList{"data", "check", "cifar10", "cifar"},
                                  QStringList{"sample", "cifar10", "a.png", "--folder", "cifar"}}) {
    const Result result = program.run(verb);
    COMPARE_CODE(result, 1);
    QVERIFY2(result.err.startsWith("uada: ") && result.err.count('\n') == 1, qPrintable(result.err));
    QVERIFY2(result.err.contains("data_batch_3.bin"), qPrintable(result.err));
    if (change < 0) QVERIFY2(result.err.contains("200"), qPrintable(result.err));
  }
}

void TestCli::refusesWhatIsNoProject() {
  const Program program;
  program.write("text.uada", "this is a letter, not a database, and it is longer than a header of SQLite: " +
                                 QByteArray(200, 'x'));
  for (const QStringList& verb : {QStringList{"runs"}, QStringList{"show", "x"}, QStringList{"table", "2"},
                                  QStringList{"stop", "x"}, QStringList{"queue", "list"}}) {
    const Result damaged = program.run(verb + QStringList{"--project", "text.uada"});
    COMPARE_CODE(damaged, 1);
    QVERIFY2(damaged.err.contains("text.uada"), qPrintable(damaged.err));
    const Result absent = program.run(verb + QStringList{"--project", "nowhere.uada"});
    COMPARE_CODE(absent, 1);
    QVERIFY2(absent.err.contains("nowhere.uada") &&
                 absent.err.contains("makes one; or name another one (--project FILE)"),
             qPrintable(absent.err));
    QVERIFY(!QFile::exists(program.path("nowhere.uada")));
  }
}

void TestCli::writesThePublishedTable() {
  const Program program;
  const Result csv = program.run({"table", "2", "--paper", "--format", "csv"});
  COMPARE_CODE(csv, 0);
  QVERIFY2(csv.out.startsWith("table,row,column,metric,source,mean,sd,n,paper\n"), qPrintable(csv.out));
  QVERIFY(csv.out.count('\n') > 10);
  for (const auto& [file, format] :
       {std::pair{"t.csv", "csv"}, {"t.Md", "md"}, {"t.TEX", "tex"}, {"t.txt", "text"}}) {
    COMPARE_CODE(program.run({"table", "2", "--paper", "--out", file}), 0);
    const Result shown = program.run({"table", "2", "--paper", "--format", format});
    QCOMPARE(QString::fromUtf8(program.read(file)).trimmed(), shown.out.trimmed());
  }
  const Result tex = program.run({"table", "2", "--paper", "--format", "tex", "--out", "t.tex"});
  COMPARE_CODE(tex, 0);
  QVERIFY(program.read("t.tex").contains("\\begin{tabular"));
  const Result json = program.run({"table", "2", "--paper", "--json"});
  COMPARE_CODE(json, 0);
  const auto cells = objects(json.out);
  QVERIFY(!cells.isEmpty());
  QCOMPARE(ofKind(cells, "cell").size(), cells.size());
}

void TestCli::doctorAndRunSayHowToInstallLibTorch() {
  Program program;
  program.writeCifar(20);
  program.set("UADA_LIBTORCH", program.path("nothing-here"));
  program.set("UADA_DATA", program.path("."));
  const Result doctor = program.run({"doctor"});
  COMPARE_CODE(doctor, 0);
  QVERIFY(doctor.out.contains("LibTorch"));
  QVERIFY(doctor.out.contains("./setup"));
  const auto checks = ofKind(objects(program.run({"doctor", "--json"}).out), "check");
  QVERIFY(!checks.isEmpty());
  for (const QJsonObject& check : checks)
    if (check["name"] == "LibTorch") QVERIFY(!check["ok"].toBool());

  const Result run = program.run({"run", "demo"});
  COMPARE_CODE(run, 1);
  QVERIFY2(run.err.contains("./setup"), qPrintable(run.err));
  COMPARE_CODE(program.run({"list", "methods"}), 0);
}

/// A data set that is not there is nothing to fix; a folder that is named and not there is.
void TestCli::doctorAsksForNoDataSet() {
  Program program;
  program.set("XDG_DATA_HOME", program.path("data"));
  program.unset("UADA_DATA");
  const auto toFix = [](const Result& result) { return result.out.section("To fix:", 1); };
  const Result unset = program.run({"doctor"});
  COMPARE_CODE(unset, 0);
  QVERIFY2(unset.out.contains("unpack them into '" + program.path("data/uada/data") + "', or name") &&
               unset.out.contains("--set recipe.dataset.folder=DIR"),
           qPrintable(unset.out));
  QVERIFY2(!toFix(unset).contains("data ") && !unset.out.contains("UADA_DATA"), qPrintable(unset.out));

  program.set("UADA_DATA", program.path("nowhere"));
  const Result nowhere = program.run({"doctor"});
  COMPARE_CODE(nowhere, 0);
  QVERIFY2(nowhere.out.contains("there is no folder '" + program.path("nowhere") + "'") &&
               toFix(nowhere).contains("UADA_DATA: make that folder"),
           qPrintable(nowhere.out));
  for (const QJsonObject& check : ofKind(objects(program.run({"doctor", "--json"}).out), "check"))
    if (check["name"] == "data cifar10") QCOMPARE(check["finding"].toString(), QString("not there"));
  const Result run = program.run({"data", "check", "cifar10"});
  QVERIFY2(run.err.contains("unpack it into '" + program.path("nowhere") + "', or name its folder"),
           qPrintable(run.err));
}

void TestCli::saysWhenTheOutputIsFull() {
  QProcess process;
  process.setStandardOutputFile("/dev/full");
  for (const QStringList& arguments :
       {QStringList{"list", "ops"}, {"--help"}, {"run", "--help"}, {"--version"}}) {
    process.start(QStringLiteral(PROGRAM_DIR "/uada"), arguments);
    const Result result = Program::finish(process);
    COMPARE_CODE(result, 1);
    QVERIFY2(result.err.contains("standard output"), qPrintable(result.err));
  }
  for (const char* line : {"--help >&-", "list ops >&-"}) {  // closed, not full
    QProcess shell;
    shell.start("/bin/sh", {"-c", QString("'%1/uada' %2").arg(QStringLiteral(PROGRAM_DIR), line)});
    const Result result = Program::finish(shell);
    COMPARE_CODE(result, 1);
    QVERIFY2(result.err.contains("standard output"), qPrintable(result.err));
  }
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
