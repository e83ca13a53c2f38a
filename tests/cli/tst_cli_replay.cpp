#include "core/config/RunConfig.h"
#include "core/store/Project.h"
#include "tests/cli/Program.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/Child.h"

using namespace uada;
using namespace uada::test;

namespace {

/// A policy of the catalogue with settings as the method `uada` takes it.
QJsonObject methodOver(const QString& policy, const QString& settings, const QString& method = "uada") {
  QJsonObject json = QJsonDocument::fromJson(settings.toUtf8()).object();
  json["name"] = policy;
  return {{"name", method}, {"policy", json}};
}

/// Every policy, those of the tests' folder too, with UADA over it, each crop, box and probe; and the methods
/// that take what is drawn.
QJsonArray allMethods() {
  QJsonArray methods{"baseline", "ra-uc"};
  for (const SpaceCase& one : spaceCases())
    methods.append(methodOver(QString::fromStdString(one.policy), QString::fromStdString(one.settings)));
  for (const char* settings :
       {R"({"crop":"reflected"})", R"({"crop":"reflected","cutout_fill":"black","chain_probe":"each"})",
        R"({"outside":"mean","cutout_fill":"black"})", R"({"outside":"mean","order":"crop_first"})",
        R"({"crop":"resized","cutout_fill":"mean","chain_probe":"each"})"})
    methods.append(methodOver("autoaugment", settings));
  for (const char* policy : {"autoaugment", "randaugment", "trivialaugment"})
    methods.append(methodOver(policy, "{}", "plain"));
  for (const char* settings : {R"({"granularity":"batch"})", R"({"update":"random"})",
                               R"({"include_unperturbed":false})", R"({"epsilon":0})"}) {
    QJsonObject method = QJsonDocument::fromJson(settings).object();
    method["name"] = "uada";
    methods.append(method);
  }
  return methods;
}

constexpr int kMethodsAtOnce = 10;

QByteArray textOf(const QJsonArray& array) { return QJsonDocument(array).toJson(QJsonDocument::Compact); }

}  // namespace

/// What runs have stored of their decisions, rendered again. The hashes are those that training has taken.
class TestCliReplay : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase();
  void init();
  void everyPolicyReplays_data();
  void everyPolicyReplays();
  void linesDrawWhatWasTrainedOn();
  void changedPlansDiffer();
  void damagedDecisionsAreMarked_data();
  void damagedDecisionsAreMarked();
  void otherImagesAreRefused();
  void movedImagesAreNamed();
  void picksStepAndSample();
  void keptPicturesAreCompared();
  void writesPicturesUnderPlainNames();
  void wrongUseIsRefused_data();
  void wrongUseIsRefused();
  void linesSayWhenTheImagesAreOthers();

 private:
  static void train(const Program& program, const QJsonArray& methods, const QStringList& more = {});
  QList<QJsonObject> replay(const QStringList& more, int code);
  void sql(const QString& command) const {
    const std::string said =
        Child({"sqlite3", program_->path("uada.uada").toStdString(), command.toStdString()}).rest();
    QCOMPARE(QString::fromStdString(said), QString());
  }
  QStringList lines(const QString& run = "1");
  Result sampleOf(const QString& line, const QStringList& more = {}) const {
    return program_->run(QStringList{"sample", "cifar10", "sheet.png", "--folder", "cifar", "--plan", line} +
                         more);
  }
  Program trained_;  ///< whose runs each test gets a copy of
  std::unique_ptr<Program> program_;
};

/// Runs 1 and 2 are of all images, 3 and 4 of some.
void TestCliReplay::initTestCase() {
  trained_.writeCifar(20);
  train(trained_, {"ra-uc", "uada"});
  train(trained_,
        {methodOver("autoaugment", R"({"outside":"mean"})"),
         methodOver("randaugment", R"({"crop":"reflected"})")},
        {"--set", "recipe.dataset.train_limit=23"});
  // All of it into the one file that is copied.
  Child({"sqlite3", trained_.path("uada.uada").toStdString(), "PRAGMA wal_checkpoint(TRUNCATE)"}).rest();
  QCOMPARE(QFileInfo(trained_.path("uada.uada-wal")).size(), 0);
}

void TestCliReplay::init() {
  program_ = std::make_unique<Program>();
  program_->writeCifar(20);
  QVERIFY(QFile::copy(trained_.path("uada.uada"), program_->path("uada.uada")));
  sql("UPDATE runs SET config = json_set(config, '$.recipe.dataset.folder', '" + program_->path("cifar") +
      "')");
}

/// Two epochs: three samples of each step are pictured.
void TestCliReplay::train(const Program& program, const QJsonArray& methods, const QStringList& more) {
  program.write("tiny.json", R"({"name": "tiny", "recipe": {"dataset": {"name": "cifar10"},
      "model": {"name": "resnet", "depth": "10", "width": 2},
      "training": {"epochs": 2, "batch": 50, "learning_rate": 0.05, "schedule": "constant"}},
    "seeds": [1], "runtime": {"threads": 1, "device": "cpu", "pictured": 3, "picture_every": 1},
    "methods": )" + textOf(methods) +
                                 "}");
  COMPARE_CODE(program.run(QStringList{"run", "tiny.json", "--quiet", "--set",
                                       "recipe.dataset.folder=" + program.path("cifar")} +
                           more),
               0);
}

/// code  wanted; -1: any
QList<QJsonObject> TestCliReplay::replay(const QStringList& more, int code) {
  const Result result = program_->run(QStringList{"replay", "--out", "out", "--json"} + more);
  const bool isRight = code < 0 || result.code == code;
  if (!isRight) qWarning("ended with %d: %s", result.code, qPrintable(result.err));
  return isRight ? ofKind(objects(result.out), "replay") : QList<QJsonObject>();
}

QStringList TestCliReplay::lines(const QString& run) {
  const Result result = program_->run({"export", run, "--what", "decisions", "--out", "d.jsonl"});
  if (result.code != 0) qWarning("%s", qPrintable(result.err));
  return QString::fromUtf8(program_->read("d.jsonl")).split('\n', Qt::SkipEmptyParts);
}

void TestCliReplay::everyPolicyReplays_data() {
  QTest::addColumn<int>("first");
  QTest::addColumn<QStringList>("limits");
  QTest::addColumn<int>("steps");
  for (int first = 0; first < allMethods().size(); first += kMethodsAtOnce) {
    QTest::addRow("all images, from %d", first) << first << QStringList{} << 4;
    // 23 of 100 images: numbers in the run are not those in the files, and the mean is another.
    QTest::addRow("limited, from %d", first)
        << first << QStringList{"--set", "recipe.dataset.train_limit=23"} << 2;
  }
}

void TestCliReplay::everyPolicyReplays() {
  QFETCH(int, first);
  QFETCH(QStringList, limits);
  QFETCH(int, steps);
  QJsonArray methods;
  for (int i = first; i < std::min<int>(first + kMethodsAtOnce, allMethods().size()); ++i)
    methods.append(allMethods()[i]);
  QVERIFY(QFile::remove(program_->path("uada.uada")));
  train(*program_, methods, limits);
  for (int run = 1; run <= methods.size(); ++run) {
    const auto decisions = replay({QString::number(run)}, 0);
    const QByteArray name = textOf({methods[run - 1]});
    QVERIFY2(decisions.size() == 3 * steps, name);
    for (const QJsonObject& one : decisions) {
      QVERIFY2(one["equal"].toBool() && one["pictures_equal"].toBool(), name);
      QCOMPARE(one["stored"], one["replayed"]);
      QCOMPARE(one["stored"].toString().size(), 64);
    }
  }
}

/// An exported line is drawn from its own image and with its run's mean: the same pixels.
void TestCliReplay::linesDrawWhatWasTrainedOn() {
  bool groupsWon = false;
  for (const QString& line : lines("3") + lines("4")) {
    const QJsonObject decision = QJsonDocument::fromJson(line.toUtf8()).object();
    QCOMPARE(decision["dataset"].toString(), QString("cifar10"));
    QCOMPARE(decision["train_limit"].toInt(), 23);
    QCOMPARE(decision["data_hash"].toString().size(), 129);
    const Result result = sampleOf(line, {"--json"});
    COMPARE_CODE(result, 0);
    QCOMPARE(result.err, QString());
    const auto drawn = ofKind(objects(result.out), "sample");
    QCOMPARE(drawn.size(), 1);
    QCOMPARE(drawn[0]["index"], decision["index"]);
    QCOMPARE(drawn[0]["label"], decision["label"]);
    QCOMPARE(drawn[0]["pixel_hash"], decision["pixel_hash"]);
    QVERIFY(drawn[0]["equal"].toBool());
    QVERIFY(ofKind(objects(result.out), "image")[0]["foreign"].isNull());
    // What 'sample' writes of it stands for itself, too.
    const Result again =
        sampleOf(QString::fromUtf8(QJsonDocument(drawn[0]).toJson(QJsonDocument::Compact)), {"--json"});
    COMPARE_CODE(again, 0);
    QVERIFY(ofKind(objects(again.out), "sample")[0]["equal"].toBool());
    if (decision["winner"] == "unperturbed") continue;
    groupsWon = true;
    const QString said = sampleOf(line).out;
    QVERIFY2(said.contains("with the candidate of " + decision["winner"].toString() +
                           ", which was trained on at step ") &&
                 said.contains("equal to the stored hash"),
             qPrintable(said));
  }
  QVERIFY(groupsWon);
}

void TestCliReplay::changedPlansDiffer() {
  QCOMPARE(replay({"1"}, 0).size(), 12);
  sql("UPDATE decisions SET plan = json_set(plan, '$.flip', json(iif(json_extract(plan, '$.flip'), 'false', "
      "'true'))) "
      "WHERE run = 1 AND step = 3 AND sample = (SELECT max(sample) FROM decisions WHERE run = 1 AND step = "
      "3)");
  const auto decisions = replay({"1"}, 1);
  QCOMPARE(decisions.size(), 12);
  int differing = 0;
  for (const QJsonObject& one : decisions) {
    if (one["equal"].toBool()) continue;
    ++differing;
    QCOMPARE(one["step"].toInt(), 3);
    QVERIFY(one["stored"].toString().size() == 64 && one["replayed"].toString().size() == 64);
    QVERIFY(one["stored"] != one["replayed"]);
    QCOMPARE(one["pictures_equal"].toBool(), false);
  }
  QCOMPARE(differing, 1);
  const Result said = program_->run({"replay", "1", "--out", "out"});
  COMPARE_CODE(said, 1);
  QVERIFY2(said.out.contains("\n12 decisions, 11 equal, 1 not; pictures in out\n"), qPrintable(said.out));
}

void TestCliReplay::damagedDecisionsAreMarked_data() {
  QTest::addColumn<QString>("change");
  QTest::addColumn<QString>("problem");
  const auto row = [](const char* change, const char* problem) {
    QTest::newRow(change) << change << problem;
  };
  row("plan = '{'", "at step 2 cannot be read: plan");
  row("plan = '{\"chain\":[{\"op\":\"nothing\",\"level\":1}]}'", "at step 2 cannot be read: plan: chain[0]");
  row("groups = 'null'", "at step 2 cannot be read");
  row("groups = '[]'", "");  // of which none can have won
  row("winner = 9", "");
  row("winner = -2", "");
  row("pixel_hash = ''", "");
  row("pixel_hash = x'1b5b'", "");
  row("sample = 99999", "sample 99999");
  row("sample = -1", "no data set has such a sample");
  row("sample = 4294967301", "no data set has such a sample");  // 5 above 32 bits
}

/// One line each, and the others are replayed all the same.
void TestCliReplay::damagedDecisionsAreMarked() {
  QFETCH(QString, change);
  QFETCH(QString, problem);
  sql("UPDATE decisions SET winner = 0 WHERE run = 2 AND step = 2 AND winner = -1");  // so that every damage
                                                                                      // counts
  const auto before = replay({"2"}, -1);
  int good = 0;
  for (const QJsonObject& one : before) good += one["equal"].toBool();
  sql("UPDATE decisions SET " + change +
      " WHERE run = 2 AND step = 2 AND sample = (SELECT max(sample) FROM decisions WHERE run = 2 AND step = "
      "2)");
  const Result said = program_->run({"replay", "2", "--out", "out", "--json"});
  COMPARE_CODE(said, 1);
  const auto decisions = ofKind(objects(said.out), "replay");
  QCOMPARE(decisions.size(), 12);
  int equal = 0;
  const bool counted = before[5]["equal"].toBool();
  bool found = problem.isEmpty();
  for (const QJsonObject& one : decisions) {
    equal += one["equal"].toBool();
    found = found || one["problem"].toString().contains(problem);
    QVERIFY(!one["problem"].toString().contains('\n'));
  }
  QVERIFY2(found, qPrintable(said.out));
  QCOMPARE(equal, good - counted);                           // all but the damaged one, as before
  const int exported = static_cast<int>(lines("2").size());  // those that are sound in themselves
  QVERIFY(exported == 11 || exported == 12);
  const Result words = program_->run({"replay", "2", "--out", "out"});
  COMPARE_CODE(words, 1);
  QCOMPARE(words.out.trimmed().split('\n').size(), 14);
  QVERIFY(!words.out.contains('\033'));
}

void TestCliReplay::otherImagesAreRefused() {
  QByteArray batch = program_->read("cifar/data_batch_3.bin");
  batch[100] = static_cast<char>(batch[100] + 1);
  program_->write("cifar/data_batch_3.bin", batch);
  const Result result = program_->run({"replay", "1", "--out", "out"});
  COMPARE_CODE(result, 1);
  const QString recorded =
      QJsonDocument::fromJson(lines()[0].toUtf8()).object()["data_hash"].toString().left(64);
  QVERIFY2(result.err.contains("the images in '" + program_->path("cifar") + "' are not those of ") &&
               result.err.contains("the run recorded " + recorded),
           qPrintable(result.err));
  QCOMPARE(result.err.count(QRegularExpression("[0-9a-f]{64}")), 2);
}

void TestCliReplay::movedImagesAreNamed() {
  QVERIFY(QDir().rename(program_->path("cifar"), program_->path("moved")));
  const Result lost = program_->run({"replay", "1", "--out", "out"});
  COMPARE_CODE(lost, 1);
  QVERIFY2(lost.err.contains("cifar"), qPrintable(lost.err));
  QCOMPARE(replay({"1", "--data", "moved"}, 0).size(), 12);
}

void TestCliReplay::picksStepAndSample() {
  const auto all = replay({"1"}, 0);
  const QString sample = QString::number(all[4]["sample"].toInt());
  QCOMPARE(replay({"1", "--step", "2"}, 0), all.mid(3, 3));
  const auto one = replay({"1", "--step", "2", "--sample", sample}, 0);
  QCOMPARE(one, all.mid(4, 1));
  const Result none = program_->run({"replay", "1", "--out", "out", "--step", "5"});
  COMPARE_CODE(none, 1);
  QVERIFY2(none.err.contains("has no decision at step 5: its 12 decisions are of steps 1 to 4"),
           qPrintable(none.err));
}

/// The project's own pictures are compared pixel by pixel, one that cannot be read is said.
void TestCliReplay::keptPicturesAreCompared() {
  sql("UPDATE pictures SET png = (SELECT png FROM pictures WHERE run = 2 AND step = 1 AND candidate = -2 "
      "LIMIT 1) "
      "WHERE run = 2 AND step = 2 AND candidate = 1 AND sample = (SELECT min(sample) FROM decisions WHERE "
      "run = 2 AND step = 2)");
  sql("UPDATE pictures SET png = x'00' WHERE run = 2 AND step = 3 AND candidate = -1");
  sql("DELETE FROM pictures WHERE run = 2 AND step = 4");
  const auto decisions = replay({"2"}, 1);
  QCOMPARE(decisions.size(), 12);
  for (int i = 0; i < 12; ++i) {
    const QJsonObject& one = decisions[i];
    QVERIFY(one["equal"].toBool());
    if (i < 6) QCOMPARE(one["pictures_equal"].toBool(), i != 3);
    if (i >= 6) QVERIFY(one["pictures_equal"].isNull());
    QCOMPARE(one.contains("problem"), i >= 6 && i < 9);
  }
}

void TestCliReplay::writesPicturesUnderPlainNames() {
  const QJsonObject first = replay({"2", "--step", "1"}, 0)[0];
  const QString stem = QString("step0000001-image%1-").arg(first["sample"].toInt(), 6, 10, QChar('0'));
  QStringList wanted{stem + "original.png"};
  for (const char* which : {"unperturbed", "flip", "crop", "chain", "cutout"})
    wanted << stem + which + (first["winner"] == which ? "-trained.png" : ".png");
  QCOMPARE(first["files"].toVariant().toStringList(), wanted);
  for (const QString& file : wanted) QVERIFY(program_->read("out/" + file).startsWith("\x89PNG"));
  // A project may be anyone's: a group's name leads nowhere else.
  sql("UPDATE decisions SET groups = replace(groups, '\"group\":\"crop\"', '\"group\":\"../../crop\"') WHERE "
      "run = 2 AND step = "
      "1");
  for (const QJsonObject& one : replay({"2", "--step", "1"}, 0))
    for (const QJsonValue& file : one["files"].toArray()) QVERIFY(!file.toString().contains('/'));
  QVERIFY(!QFile::exists(program_->path("crop.png")));
}

void TestCliReplay::wrongUseIsRefused_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<int>("code");
  QTest::addColumn<QString>("expected");
  const auto row = [](const QStringList& arguments, int code, const char* expected) {
    QTest::newRow(qPrintable(arguments.join(' '))) << arguments << code << expected;
  };
  row({"1"}, 2, "--out is required");
  row({"9", "--out", "out"}, 2, "there is no run '9'");
  row({"1", "--out", "file"}, 1, "cannot make the folder 'file'");
  row({"1", "--out", "no/such/out"}, 1, "cannot make the folder 'no/such/out'");
  row({"1", "--out", "uada.uada"}, 2, "is the project");
  row({"1", "--out", "uada.files/x"}, 2, "in the folder of the runs");
  row({"1", "--out", "out", "--step", "0"}, 2, "a whole number from 1");
  row({"1", "--out", "out", "--data", "nowhere"}, 1, "nowhere");
  row({"1", "--out", "out", "--project", "none.uada"}, 1, "none.uada");
}

void TestCliReplay::wrongUseIsRefused() {
  QFETCH(QStringList, arguments);
  QFETCH(int, code);
  QFETCH(QString, expected);
  program_->write("file", "kept");
  const Result result = program_->run(QStringList{"replay"} + arguments);
  COMPARE_CODE(result, code);
  QVERIFY2(result.err.contains(expected), qPrintable(result.err));
  QCOMPARE(program_->read("file"), QByteArray("kept"));
}

void TestCliReplay::linesSayWhenTheImagesAreOthers() {
  const QString line = lines("2")[5];
  QJsonObject decision = QJsonDocument::fromJson(line.toUtf8()).object();
  const auto told = [&](const QStringList& more = {}) {
    const QString changed = QString::fromUtf8(QJsonDocument(decision).toJson(QJsonDocument::Compact));
    const Result result = sampleOf(changed, more);
    return result.code == 0 ? result.err + result.out : QString("code %1: ").arg(result.code) + result.err;
  };
  const QString otherImage = told({"--index", "99"});  // is not the line's: nothing to compare
  QVERIFY2(!otherImage.contains("stored hash"), qPrintable(otherImage));
  QVERIFY(told().contains("equal to the stored hash"));
  decision["pixel_hash"] = QString(64, '0');
  QVERIFY(told().contains("NOT EQUAL to the stored hash 000"));
  decision["data_hash"] = QString(64, '1') + "+" + QString(64, '2');
  QVERIFY2(told().contains(
               "the images are not those that the plan was made for: the hash of the training files is "),
           qPrintable(told()));
  decision["data_hash"] = QJsonValue();
  QVERIFY(told().contains("no hash is recorded of the plan's data set"));
  decision["dataset"] = "cifar100";
  QVERIFY(told().contains("the plan is of an image of cifar100, not of cifar10"));
  for (const char* key : {"run", "dataset", "train_limit", "data_hash"})
    decision.remove(key);  // as written before
  decision["pixel_hash"] = QJsonDocument::fromJson(line.toUtf8()).object()["pixel_hash"];
  QVERIFY(told().contains("nothing says which data set the plan is of"));
  QVERIFY(told().contains("equal to the stored hash"));
  decision["winner"] = "nobody";
  QVERIFY2(told().contains("code 1: uada: --plan: winner: 'nobody' is none of its groups"),
           qPrintable(told()));
  decision["winner"] = "unperturbed";
  decision["index"] = 1000;
  QVERIFY2(told().contains("code 2: uada: --plan: index 1000: CIFAR-10 has training images 0 to 99"),
           qPrintable(told()));
  decision["index"] = "7";
  QVERIFY2(told().contains("index: a whole number from 0 to"), qPrintable(told()));
}

QTEST_GUILESS_MAIN(TestCliReplay)
#include "tst_cli_replay.moc"
