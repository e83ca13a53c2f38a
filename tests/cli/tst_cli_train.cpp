#include <QtEndian>
#include <filesystem>

#include "core/store/Locks.h"
#include "core/store/Project.h"
#include "tests/cli/TinyTraining.h"

using namespace uada::test;

namespace {

constexpr const char* kMine =
    R"({"format": "uada-policy", "version": 1, "name": "mine", "decoding": "faa", "subpolicies":
  [[{"op": "Rotate", "probability": 0.9, "level": 0.7}, {"op": "Color", "probability": 1, "level": 0.2}]]})";
constexpr const char* kPolicyMethods = R"([{"name": "plain", "policy": "autoaugment"},
  {"name": "uada", "policy": "autoaugment"}, {"name": "uada", "policy": {"name": "found", "file": "mine"}}])";

}  // namespace

/// Runs that train: a tiny network on a tiny set, made here.
class TestCliTrain : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void trainsComparesAndSkips();
  void otherImagesAreAnotherRun();
  void speaksToPeople();
  void usesAndRecordsTheThreadsOfTheEnvironment();
  void exportsWhatWasRecorded();
  void exportsNothingOverTheProject();
  void leavesOutWhatAnotherProcessHasBegun();
  void refusesALimitAboveTheSet();
  void trainsTheQueue();
  void trainsOnAnyPolicy();
  void refusesDamagedDataBeforeTraining();
  void refusesADeviceThatIsNotThere();

 private:
  QStringList experiment(int epochs, const QString& methods) const;
  QList<QJsonObject> runs() const { return runsIn(*program_); }
  std::unique_ptr<Program> program_;
};

void TestCliTrain::init() {
  program_ = std::make_unique<Program>();
  writeTinyExperiment(*program_);
}

QStringList TestCliTrain::experiment(int epochs, const QString& methods) const {
  return tinyExperiment(*program_, epochs, methods);
}

void TestCliTrain::trainsComparesAndSkips() {
  const QStringList arguments = experiment(2, R"(["ra-uc","uada"])") + QStringList{"--json"};
  const Result first = program_->run(arguments);
  COMPARE_CODE(first, 0);
  const auto all = objects(first.out);
  QCOMPARE(ofKind(all, "INVALID").size(), 0);
  const auto started = ofKind(all, "run");
  QCOMPARE(started.size(), 2);
  QVERIFY(started[0]["id"].toInt() > 0);
  QCOMPARE(started[1]["config"].toObject()["method"].toObject()["name"].toString(), QString("uada"));
  QCOMPARE(ofKind(all, "step").size(), 20);  // 100 images in batches of 20, 2 epochs, 2 runs
  QCOMPARE(ofKind(all, "epoch").size(), 4);
  QVERIFY(ofKind(all, "checkpoint").size() >= 4);
  const auto states = ofKind(all, "state");
  QVERIFY(states[0].contains("planned_steps") && states[0]["planned_steps"].isNull());  // nothing is read yet
  QCOMPARE(states.last()["steps_per_epoch"].toInt(), 5);  // of 100 images, not of the published 50,000
  QCOMPARE(states.last()["planned_steps"].toInt(), 10);
  const auto results = ofKind(all, "result");
  QCOMPARE(results.size(), 2);
  QCOMPARE(results[0]["forwards_train"].toInt(), 10);
  QCOMPARE(results[1]["forwards_no_grad"].toInt(), 90);  // 2N + 1 of each step
  const auto groups = ofKind(all, "comparison");
  QCOMPARE(groups.size(), 2);
  QCOMPARE(groups[1]["forward_ratio"].toDouble(), 4.0);

  const Result again = program_->run(arguments);  // nothing left to do
  COMPARE_CODE(again, 0);
  QCOMPARE(ofKind(objects(again.out), "step").size(), 0);
  QCOMPARE(ofKind(objects(again.out), "skipped").size(), 2);
  QCOMPARE(ofKind(objects(again.out), "comparison"), groups);
  QCOMPARE(runs().size(), 2);

  COMPARE_CODE(program_->run(experiment(2, R"(["ra-uc"])") + QStringList{"--again", "--json"}), 0);
  const auto listed = runs();
  QCOMPARE(listed.size(), 3);
  QCOMPARE(listed[0]["config_hash"], listed[2]["config_hash"]);
  QCOMPARE(listed[0]["last_top1"], listed[2]["last_top1"]);  // the same numbers, twice
}

/// What finished on other images is no repeat; nor does it join the cell.
void TestCliTrain::otherImagesAreAnotherRun() {
  const QStringList first = experiment(1, R"(["ra-uc"])") + QStringList{"--json"};
  QStringList second = first;
  second.replaceInStrings(program_->path("cifar"), program_->path("other"));
  QVERIFY(QDir().mkpath(program_->path("other")));
  for (const QString& file : QDir(program_->path("cifar")).entryList(QDir::Files))
    program_->write("other/" + file, program_->read("cifar/" + file));
  QByteArray test = program_->read("other/test_batch.bin");
  test[100] = static_cast<char>(test[100] ^ 1);  // one pixel
  program_->write("other/test_batch.bin", test);
  COMPARE_CODE(program_->run(first), 0);
  const Result other = program_->run(second);
  COMPARE_CODE(other, 0);
  QCOMPARE(ofKind(objects(other.out), "skipped").size(), 0);
  QCOMPARE(ofKind(objects(other.out), "step").size(), 5);
  const auto listed = runs();
  QCOMPARE(listed.size(), 2);
  QCOMPARE(listed[0]["config_hash"], listed[1]["config_hash"]);
  QVERIFY(listed[0]["data_hash"] != listed[1]["data_hash"]);
  QCOMPARE(listed[0]["data_published"], QJsonValue(false));
  for (const QStringList& arguments : {first, second}) {
    const auto skipped = ofKind(objects(program_->run(arguments).out), "skipped");
    QCOMPARE(skipped.size(), 1);
    QCOMPARE(skipped[0]["key"], listed[arguments == first ? 1 : 0]["key"]);
  }
  const auto cells = ofKind(objects(program_->run({"table", "2", "--json", "--measured"}).out), "cell");
  QCOMPARE(cells.size(), 2);
  for (const QJsonObject& cell : cells) {
    QCOMPARE(cell["n"].toInt(), 1);
    QVERIFY2(cell["column"].toString().contains(", other images than published"),
             qPrintable(cell["column"].toString()));
  }
  QVERIFY(program_->run({"show", "1"}).out.contains("(other images than published)"));
  QVERIFY(QDir(program_->path("other")).removeRecursively());
  const Result unread = program_->run(second);
  COMPARE_CODE(unread, 1);  // its results say nothing of images that cannot be seen
  QVERIFY2(unread.err.contains("so it cannot be told whether they are the images that run "),
           qPrintable(unread.err));
  QVERIFY2(unread.err.contains(program_->path("other")), qPrintable(unread.err));
}

void TestCliTrain::speaksToPeople() {
  const Result run = program_->run(experiment(2, R"(["ra-uc","uada"])"));
  COMPARE_CODE(run, 0);
  QVERIFY2(run.err.contains("[2/2] r10w4-c10-uada-s1  epoch 2/2  train loss "), qPrintable(run.err));
  QVERIFY2(!run.err.contains('\r') && !run.err.contains("\033"), qPrintable(run.err));
  QVERIFY2(run.out.contains("UADA"), qPrintable(run.out));
  const Result quiet = program_->run(experiment(2, R"(["ra-uc"])") + QStringList{"--quiet"});
  COMPARE_CODE(quiet, 0);
  QCOMPARE(quiet.err, QString());
  const Result list = program_->run({"runs"});
  COMPARE_CODE(list, 0);
  QCOMPARE(list.out.trimmed().split('\n').size(), 4);
  QVERIFY(list.out.contains("finished") && list.out.contains("2/2") && list.out.contains(" 10/10 "));
  QVERIFY2(run.err.contains("2 to train in about "), qPrintable(run.err));  // before the data is read
  const QString key = runs()[0]["key"].toString();
  for (const QString& name :
       {key, key.left(5), QString("r10w4-c10-uada-s1"), runs()[0]["title"].toString()}) {
    const Result show = program_->run({"show", name});
    COMPARE_CODE(show, 0);
    QVERIFY2(show.out.contains("test top-1") && show.out.contains("epoch       2/2, step 10/10\n"),
             qPrintable(show.out));
  }
  COMPARE_CODE(program_->run({"show", "zzzz"}), 2);
  const Result table = program_->run({"table", "2", "--measured", "--format", "csv"});
  COMPARE_CODE(table, 0);
}

void TestCliTrain::usesAndRecordsTheThreadsOfTheEnvironment() {
  program_->set("OMP_NUM_THREADS", "3");
  const Result run =
      program_->run(experiment(1, R"(["ra-uc"])") + QStringList{"--json", "--set", "runtime.threads=0"});
  COMPARE_CODE(run, 0);
  QCOMPARE(runs()[0]["threads"].toInt(), 3);
}

void TestCliTrain::exportsWhatWasRecorded() {
  COMPARE_CODE(program_->run(experiment(2, R"(["uada"])")), 0);
  const auto exported = [&](const QString& what, const QString& out) {
    const Result result = program_->run({"export", "1", "--what", what, "--out", out});
    return result.code == 0 ? program_->read(out) : result.err.toUtf8();
  };
  const QByteArray curves = exported("curves", "curves.csv");
  QVERIFY2(curves.startsWith("step,epoch,learning_rate,loss,"), curves);
  QCOMPARE(curves.count('\n'), 11);
  QCOMPARE(exported("epochs", "epochs.csv").count('\n'), 3);
  const QByteArray policy = exported("policy", "policy.csv");
  QVERIFY2(policy.contains(",group,chain,") && policy.contains(",op,") && policy.contains(",unperturbed,"),
           policy);
  for (const QByteArray& line : exported("decisions", "decisions.jsonl").trimmed().split('\n')) {
    const QJsonObject decision = QJsonDocument::fromJson(line).object();
    QCOMPARE(decision["groups"].toArray().size(), 4);
    QVERIFY(decision.contains("winner") && decision.contains("pixel_hash"));
  }
  for (const QByteArray& line : exported("curves", "curves.JSONL").trimmed().split('\n'))
    QVERIFY2(QJsonDocument::fromJson(line).object().contains("loss"), line);
  QVERIFY(exported("samples", "sheet.png").startsWith("\x89PNG"));
  QVERIFY(exported("samples", "all.PNG").startsWith("\x89PNG"));
  exported("samples", "pictures");
  const QStringList pictures = QDir(program_->path("pictures")).entryList({"*.png"});
  QVERIFY2(pictures.size() >= 6 && !pictures.filter("-trained").isEmpty(), qPrintable(pictures.join(' ')));
  const QByteArray weights = exported("weights", "w.safetensors");
  QVERIFY2(weights.size() > 8, weights);
  const auto length = qFromLittleEndian<quint64>(weights.constData());
  QVERIFY(length < static_cast<quint64>(weights.size()));
  QVERIFY(!QJsonDocument::fromJson(weights.mid(8, static_cast<int>(length))).object().isEmpty());
  for (const auto& [what, file] :
       {std::pair{"curves", "x.csv"}, {"samples", "x"}, {"weights", "x.safetensors"}})
    COMPARE_CODE(program_->run({"export", "1", "--what", what, "--out", QString("no/such/") + file}), 1);
  QVERIFY(!QFile::exists(program_->path("no")));
}

/// Whatever name the project goes by, an export does not take its place.
void TestCliTrain::exportsNothingOverTheProject() {
  COMPARE_CODE(program_->run(experiment(1, R"(["ra-uc"])")), 0);
  const QString checkpoint =
      QDir(program_->path("uada.files")).entryList(QDir::Dirs | QDir::NoDotAndDotDot).value(0);
  QVERIFY(!checkpoint.isEmpty());
  QVERIFY(QFile::link("uada.uada", program_->path("soft.csv")));
  QVERIFY(::link(qPrintable(program_->path("uada.uada")), qPrintable(program_->path("hard.csv"))) == 0);
  const QStringList names{"uada.uada",     "./uada.uada",    program_->path("uada.uada"),
                          "soft.csv",      "hard.csv",       "uada.uada-wal",
                          "uada.uada-shm", "uada.uada-lock", "uada.files/" + checkpoint + "/config.json"};
  const QByteArray before = program_->read("uada.uada");
  for (const QString& name : names) {
    for (const QStringList& verb :
         {QStringList{"export", "1"}, {"export", "1", "--what", "weights"}, {"table", "2"}}) {
      const Result result = program_->run(verb + QStringList{"--out", name});
      COMPARE_CODE(result, 2);
      QVERIFY2(result.err.contains("'" + name + "'"), qPrintable(result.err));
    }
  }
  QVERIFY(program_->read("uada.uada").startsWith("SQLite format 3"));
  QCOMPARE(program_->read("uada.uada"), before);
  COMPARE_CODE(program_->run({"export", "1", "--out", "uada.csv"}), 0);
}

/// A run that another process begins after this one has looked is not trained a second time.
void TestCliTrain::leavesOutWhatAnotherProcessHasBegun() {
  const std::filesystem::path file = program_->path("uada.uada").toStdString();
  std::filesystem::create_directories(program_->path("uada.files").toStdString());
  auto turn = uada::store::FileLock::tryLock(program_->path("uada.files/turn.lock").toStdString());
  QVERIFY(turn.held());
  uada::ProjectWriter project(file);
  const QStringList arguments = experiment(2, R"(["ra-uc"])");
  const auto process = program_->start(arguments + QStringList{"--json"});
  QByteArray said;
  while (!said.contains("1 to train")) {  // it has looked
    QVERIFY(process->state() != QProcess::NotRunning || !said.isEmpty());
    process->setReadChannel(QProcess::StandardError);
    QVERIFY(process->waitForReadyRead(kTimeout));
    said += process->readAllStandardError();
  }
  std::vector<std::string> sets;
  for (int i = 3; i < arguments.size(); i += 2) sets.push_back(arguments[i].toStdString());
  const auto experiment = uada::readExperiment(program_->path("tiny.json").toStdString(), sets);
  const auto run = project.createRun(uada::expand(experiment).front());
  project.beginAttempt(run.id, uada::currentManifest(), "");
  turn = {};
  const Result result = Program::finish(*process);
  COMPARE_CODE(result, 0);
  QVERIFY2(result.err.contains("left out"), qPrintable(result.err));
  QCOMPARE(ofKind(objects(result.out), "step").size(), 0);
  QCOMPARE(runs().size(), 1);
}

/// Such a run would be recorded with a limit that it does not have, beside its equal without one.
void TestCliTrain::refusesALimitAboveTheSet() {
  const Result result =
      program_->run(experiment(1, R"(["ra-uc"])") + QStringList{"--set", "recipe.dataset.train_limit=5000"});
  COMPARE_CODE(result, 1);
  QVERIFY2(result.err.contains("recipe.dataset.train_limit is 5,000, but there are only 100 images"),
           qPrintable(result.err));
  QVERIFY2(result.err.contains("set it to 0 for all, or to fewer"), qPrintable(result.err));
}

/// In order, whatever becomes of one of them; with the policy files that they need.
void TestCliTrain::trainsTheQueue() {
  program_->set("XDG_DATA_HOME", program_->path("library"));
  program_->write("mine.json", kMine);
  COMPARE_CODE(program_->run({"policies", "import", "mine.json"}), 0);
  const auto add = [&](const QString& methods, const QStringList& more) {
    QStringList arguments = experiment(1, methods).mid(1);
    arguments.prepend("add");
    return program_->run(QStringList{"queue"} + arguments + more);
  };
  const auto waiting = [&] {
    return ofKind(objects(program_->run({"queue", "list", "--json"}).out), "queued");
  };
  const Result first = add(R"(["ra-uc"])", {"--set", "recipe.dataset.train_limit=40000"});
  COMPARE_CODE(first, 0);
  QVERIFY(first.err.contains("1 run added to the queue of uada.uada"));
  const Result second = add(kPolicyMethods, {"--json"});
  COMPARE_CODE(second, 0);
  QCOMPARE(ofKind(objects(second.out), "queued").size(), 3);
  QCOMPARE(waiting().size(), 4);
  QCOMPARE(waiting()[0]["title"].toString(), QString("r10w4-c10-ra-uc-s1"));
  QVERIFY(program_->run({"queue", "list"}).out.contains("r10w4-c10-plain-autoaugment-s1"));
  COMPARE_CODE(program_->run({"queue", "remove", "3"}), 0);
  COMPARE_CODE(program_->run({"queue", "move", "1"}), 0);
  QCOMPARE(waiting().last()["title"].toString(), QString("r10w4-c10-ra-uc-s1"));
  COMPARE_CODE(program_->run({"queue", "move", "1", "--before", "2"}), 0);
  QCOMPARE(waiting()[0]["title"].toString(), QString("r10w4-c10-ra-uc-s1"));
  QCOMPARE(program_->run({"queue", "move", "1", "--before", "3"}).code, 2);  // it was removed
  COMPARE_CODE(program_->run({"queue", "pause"}), 0);
  const Result paused = program_->run({"queue", "run"});
  COMPARE_CODE(paused, 0);
  QVERIFY(paused.err.contains("The queue is paused") && waiting().size() == 3);
  QVERIFY(program_->run({"queue", "list"}).err.contains("The queue is paused"));
  COMPARE_CODE(program_->run({"queue", "unpause"}), 0);
  QCOMPARE(program_->run({"queue", "remove", "3"}).code, 2);
  COMPARE_CODE(program_->run({"policies", "remove", "mine"}), 0);

  const Result trained = program_->run({"queue", "run", "--json"});
  QCOMPARE(trained.code, 1);
  QVERIFY(trained.err.contains("r10w4-c10-ra-uc-s1 failed: ") && trained.err.contains("1 of 3 runs failed"));
  QVERIFY(waiting().isEmpty());
  QStringList titles, states;
  for (const QJsonObject& run : runs()) titles << run["title"].toString(), states << run["state"].toString();
  QCOMPARE(titles,
           (QStringList{"r10w4-c10-uada-mine-s1", "r10w4-c10-plain-autoaugment-s1", "r10w4-c10-ra-uc-s1"}));
  QCOMPARE(states, (QStringList{"finished", "finished", "failed"}));
  const auto found = [&](const char* query) {
    QStringList names;
    for (const QJsonObject& run :
         ofKind(objects(program_->run({"runs", "--json", "--where", query}).out), "run"))
      names << run["title"].toString();
    return names;
  };
  QCOMPARE(found("state=failed"), titles.mid(2));
  QCOMPARE(found("method=uada & dataset~cifar & acc>=0 | train_limit=40000"),
           (titles.mid(0, 1) + titles.mid(2)));
  QVERIFY(found("seed>1").isEmpty());
  const Result fault = program_->run({"runs", "--where", "seed=1 & acc>high"});
  QCOMPARE(fault.code, 2);
  QVERIFY2(fault.err.contains("--where: best is a number: one expected, 'high' found (character 14)"),
           qPrintable(fault.err));
  const Result nothing = program_->run({"queue", "run"});
  COMPARE_CODE(nothing, 0);
  QVERIFY(nothing.err.contains("No runs wait in uada.uada."));
}

/// Plain and with UADA over it, a policy of the catalogue and an imported one; then by somebody without the
/// import.
void TestCliTrain::trainsOnAnyPolicy() {
  program_->set("XDG_DATA_HOME", program_->path("library"));
  program_->write("mine.json", kMine);
  COMPARE_CODE(program_->run({"policies", "import", "mine.json"}), 0);
  const Result trained = program_->run(experiment(1, kPolicyMethods) + QStringList{"--json"});
  COMPARE_CODE(trained, 0);
  QCOMPARE(ofKind(objects(trained.out), "result").size(), 3);
  QStringList titles, labels;
  for (const QJsonObject& run : runs()) titles += run["title"].toString();
  QCOMPARE(titles, (QStringList{"r10w4-c10-uada-mine-s1", "r10w4-c10-uada-autoaugment-s1",
                                "r10w4-c10-plain-autoaugment-s1"}));
  for (const QJsonObject& group : ofKind(objects(trained.out), "comparison"))
    labels += group["label"].toString();
  QCOMPARE(labels, (QStringList{"AutoAugment (plain)", "UADA (policy autoaugment)",
                                "UADA (policy mine)"}));
  QVERIFY(program_->run({"show", "3"}).out.contains("found  file=mine sha256="));

  QVERIFY(QDir(program_->path("library")).removeRecursively());
  const QStringList again = experiment(1, kPolicyMethods) + QStringList{"--json", "--again"};
  COMPARE_CODE(program_->run(again), 0);  // the project has it
  QCOMPARE(lossesIn(*program_, "uada.uada", "3").size(), 5);
  QCOMPARE(lossesIn(*program_, "uada.uada", "6"), lossesIn(*program_, "uada.uada", "3"));
  COMPARE_CODE(program_->run(again + QStringList{"--project", "new.uada"}), 2);  // this one does not
}

void TestCliTrain::refusesDamagedDataBeforeTraining() {
  program_->write("cifar/test_batch.bin", program_->read("cifar/test_batch.bin").chopped(1));
  const Result result = program_->run(experiment(2, R"(["uada", "ra-uc", "plain"])"));
  COMPARE_CODE(result, 1);
  // What holds for all is told once, and tried once.
  QCOMPARE(result.err.count("test_batch.bin"), 1);
  QVERIFY2(result.err.contains("uada: 2 more runs on the same images not tried\n") &&
               result.err.contains("uada: 1 of 3 runs failed, 2 not tried\n"),
           qPrintable(result.err));
  QCOMPARE(runs().size(), 1);
}

void TestCliTrain::refusesADeviceThatIsNotThere() {
  const Result result =
      program_->run(experiment(2, R"(["uada", "ra-uc"])") + QStringList{"--device", "cuda:99"});
  COMPARE_CODE(result, 1);
  QCOMPARE(result.err.count("device 'cuda:99' cannot be used: "), 1);
  QVERIFY(runs().isEmpty());
}

QTEST_GUILESS_MAIN(TestCliTrain)
#include "tst_cli_train.moc"
