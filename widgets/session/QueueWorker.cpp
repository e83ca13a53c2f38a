#include "widgets/session/QueueWorker.h"

#include <vector>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/Text.h"

namespace uada {

static constexpr int kPatience = 60'000;  // milliseconds that a checkpoint may take

QueueWorker::QueueWorker(const QString& program, const QString& project, const QString& device)
    : name_(device.isEmpty() ? tr("another process") : device) {
  connect(&process_, &QProcess::readyReadStandardOutput, this, &QueueWorker::readLines);
  connect(&process_, &QProcess::readyReadStandardError, this, [this] { readProblems(false); });
  connect(&process_, &QProcess::finished, this, &QueueWorker::finish);
  connect(&process_, &QProcess::errorOccurred, this, [this, program](QProcess::ProcessError error) {
    if (error != QProcess::FailedToStart) return;
    Q_EMIT problem(tr("'%1' cannot be started: %2").arg(program, process_.errorString()));
    Q_EMIT changed();
  });
  process_.setStandardInputFile(QProcess::nullDevice());
  QStringList arguments{"queue", "run", "--project", project, "--json", "--quiet"};
  if (!device.isEmpty()) arguments << "--device" << device;
  process_.start(program, arguments);
}

QueueWorker::~QueueWorker() {
  process_.disconnect(this);
  stop();
  if (isLive() && !process_.waitForFinished(kPatience)) process_.kill();
}

void QueueWorker::stop() {
  if (!isLive() || isStopping_) return;  // a second signal would end it without a checkpoint
  isStopping_ = true;
  process_.terminate();
  Q_EMIT changed();
}

QString QueueWorker::text() const {
  const QString what = isStopping_ ? tr("stopping")
                       : title_.isEmpty()
                           ? tr("starting")
                           : tr("%1, step %2").arg(title_, QString::fromStdString(groupedText(step_)));
  return tr("%1: %2").arg(name_, what);
}

void QueueWorker::readLines() {
  while (process_.canReadLine()) take(process_.readLine().trimmed());
  Q_EMIT changed();
}

/// One of its JSON lines. Others, of a newer version, say nothing here.
void QueueWorker::take(const QByteArray& line) {
  Json json;
  try {
    json = parseJson(line.toStdString(), "a line of 'uada queue run'");
  } catch (const Error& error) {
    Q_EMIT logged(tr("%1: %2").arg(name_, QString::fromStdString(error.what())));
    return;
  }
  const auto text = [&](const char* key) {
    const Json* member = json.isObject() ? json.find(key) : nullptr;
    return member && member->isString() ? QString::fromStdString(member->asString()) : QString();
  };
  const QString kind = text("kind");
  if (kind == "run") {
    title_ = text("title");
    step_ = 0;
    Q_EMIT logged(tr("%1: %2 begins").arg(name_, title_));
  } else if (kind == "step") {
    const Json* step = json.find("step");
    if (step && step->isInt()) step_ = step->asInt();
  } else if (kind == "result") {
    Q_EMIT logged(tr("%1: %2 is finished").arg(name_, title_));
  } else if (kind == "error") {
    Q_EMIT problem(tr("%1 on %2: %3").arg(title_, name_, text("message")));
  }
}

/// isOver  the last line may have no end
void QueueWorker::readProblems(bool isOver) {
  std::vector<QByteArray> lines;
  process_.setReadChannel(QProcess::StandardError);
  while (process_.canReadLine() || (isOver && !process_.atEnd())) lines.push_back(process_.readLine());
  process_.setReadChannel(QProcess::StandardOutput);  // as readLines() expects
  for (const QByteArray& line : lines) {
    if (line.trimmed().isEmpty()) continue;
    lastWords_ = QString::fromUtf8(line.trimmed());
    Q_EMIT logged(tr("%1: %2").arg(name_, lastWords_));
  }
}

void QueueWorker::finish() {
  readLines();
  readProblems(true);
  const bool isNormal = process_.exitStatus() == QProcess::NormalExit;
  const bool isStopped = isStopping_ || process_.exitCode() == 130 || process_.exitCode() == 143;
  if (!isNormal)
    Q_EMIT problem(tr("the training of the queue on %1 ended by a signal").arg(name_));
  else if (process_.exitCode() != 0 && !isStopped)
    Q_EMIT problem(tr("the training of the queue on %1 ended: %2").arg(name_, lastWords_));
  else
    Q_EMIT logged(tr("%1: %2").arg(name_, isStopped ? tr("stopped") : tr("no run waits any more")));
  Q_EMIT changed();
}

}  // namespace uada
