#pragma once

#include "tests/cli/Program.h"

namespace uada::test {

/// The experiment of a tiny network on a tiny set, in the program's folder.
inline void writeTinyExperiment(const Program& program) {
  program.writeCifar(20);
  program.write("tiny.json", R"({
    "name": "tiny", // a comment
    "recipe": {
      "dataset": {"name": "cifar10"}, "model": {"name": "resnet", "depth": "10", "width": 4},
      "training": {"epochs": 2, "batch": 20, "learning_rate": 0.05, "schedule": "cosine"}
    },
    "methods": ["ra-uc", "uada"], "seeds": [1],
    "runtime": {"threads": 1, "device": "cpu", "pictured": 2, "picture_every": 2}, "tables": [2]
  })");
}

/// Its arguments for `uada`: five steps an epoch.
inline QStringList tinyExperiment(const Program& program, int epochs, const QString& methods) {
  return {"run",   "tiny.json",
          "--set", "recipe.dataset.folder=" + program.path("cifar"),
          "--set", QString("recipe.training.epochs=%1").arg(epochs),
          "--set", "methods=" + methods};
}

/// A run that would take minutes: it is stopped.
inline std::unique_ptr<QProcess> startLongTraining(const Program& program, const QStringList& more = {}) {
  return program.start(tinyExperiment(program, 2000, R"(["uada"])") + QStringList{"--json"} + more);
}

/// Reads until a text has come so many times.
inline bool waitForText(QProcess& process, const char* text, int times, QByteArray& seen) {
  while (seen.count(text) < times) {
    if (!process.waitForReadyRead(kTimeout)) return false;
    seen += process.readAllStandardOutput();
  }
  return true;
}

/// Reads until so many steps were reported.
inline bool waitForSteps(QProcess& process, int steps, QByteArray& seen) {
  return waitForText(process, R"({"kind":"step")", steps, seen);
}

/// What `uada runs` lists.
inline QList<QJsonObject> runsIn(const Program& program) {
  return ofKind(objects(program.run({"runs", "--json"}).out), "run");
}

/// The loss of every step of a run, with all digits.
inline QStringList lossesIn(const Program& program, const QString& project, const QString& run = "1") {
  QStringList losses;
  const Result result =
      program.run({"export", run, "--format", "jsonl", "--out", "curves.jsonl", "--project", project});
  if (result.code != 0) return {result.err};
  for (const QByteArray& line : program.read("curves.jsonl").trimmed().split('\n'))
    losses << QString::number(QJsonDocument::fromJson(line).object()["loss"].toDouble(), 'g', 17);
  return losses;
}

}  // namespace uada::test
