#include "widgets/session/QueueWorker.h"

#include <vector>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/Text.h"

namespace uada {

static constexpr int kPatience = 60'000;  // milliseconds that a checkpoint may take

QueueWorker::Training QueueWorker::ofQueue(const QString& project, const QString& device) {
  const QString name = device.isEmpty() ? tr("another process") : device;
  QStringList arguments{"queue", "run", "--project", project, "--json", "--quiet"};
  if (!device.isEmpty()) arguments << "--device" << device;
  return {name, tr("the training of the queue on %1").arg(name), arguments};
}

QueueWorker::Training QueueWorker::ofTwins(const QString& project, const std::vector<qint64>& queued) {
  QStringList numbers;
  for (const qint64 run : queued) numbers << QString::number(run);
  return {tr("twins"),
          tr("the training of twins"),
          {"twins", "--queued", numbers.join(','), "--project", project, "--json"},
          true};
}

QueueWorker::Training QueueWorker::ofDirections(const QString& project, const QString& key, int epochs) {
  return {tr("twins"),
          tr("the training of twins"),
          {"twins", key, "--set", QStringLiteral("recipe.training.epochs=%1").arg(epochs), "--project",
           project, "--json"},
          true};
}

QueueWorker::QueueWorker(const QString& program, const Training& training) : training_(training) {
  connect(&process_, &QProcess::readyReadStandardOutput, this, &QueueWorker::readLines);
  connect(&process_, &QProcess::readyReadStandardError, this, [this] { readProblems(false); });
  connect(&process_, &QProcess::finished, this, &QueueWorker::finish);
  connect(&process_, &QProcess::errorOccurred, this, [this, program](QProcess::ProcessError error) {
    if (error != QProcess::FailedToStart) return;
    Q_EMIT problem(tr("'%1' cannot be started: %2").arg(program, process_.errorString()));
    Q_EMIT changed();
  });
  process_.setStandardInputFile(QProcess::nullDevice());
  process_.start(program, training.arguments);
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
  const QString what =
      isStopping_         ? tr("stopping")
      : titles_.isEmpty() ? tr("starting")
      : epoch_ > 0
          ? tr("%1, epoch %2").arg(titles_.join(tr(" and "))).arg(epoch_)
          : tr("%1, step %2").arg(titles_.join(tr(" and ")), QString::fromStdString(groupedText(step_)));
  return tr("%1: %2").arg(training_.name, what);
}

void QueueWorker::readLines() {
  while (process_.canReadLine()) take(process_.readLine().trimmed());
  Q_EMIT changed();
}

/// Empty: there is no such text.
static QString textAt(const Json& json, const char* key) {
  const Json* member = json.find(key);
  return member && member->isString() ? QString::fromStdString(member->asString()) : QString();
}

/// One of its JSON lines. Others, of a newer version, say nothing here.
void QueueWorker::take(const QByteArray& line) {
  Json json;
  try {
    json = parseJson(line.toStdString(), "a line of the command line tool");
  } catch (const Error& error) {
    Q_EMIT logged(tr("%1: %2").arg(training_.name, QString::fromStdString(error.what())));
    return;
  }
  const QString kind = textAt(json, "kind");
  if (kind == "run") {
    const bool isTwin = training_.areTwins && step_ == 0 && epoch_ == 0 && !isOver_;
    if (!isTwin) titles_.clear();
    titles_ << textAt(json, "title");
    step_ = epoch_ = 0;
    isOver_ = false;
    Q_EMIT logged(tr("%1: %2 begins").arg(training_.name, titles_.back()));
    if (const Json* run = json.find("id"); run && run->isInt()) Q_EMIT begun(run->asInt());
  } else if (const Json* step = json.find("step"); kind == "step" && step && step->isInt()) {
    step_ = step->asInt();
  } else if (const Json* epoch = json.find("epoch"); json.find("twin") && epoch && epoch->isInt()) {
    epoch_ = epoch->asInt();
  } else {
    takeEnd(kind, json);
  }
}

void QueueWorker::takeEnd(const QString& kind, const Json& json) {
  const QString titles = titles_.join(tr(" and "));
  isOver_ = isOver_ || kind == "result" || kind == "difference" || kind == "error";
  if (kind == "result") Q_EMIT logged(tr("%1: %2 is finished").arg(training_.name, titles));
  if (kind == "error")
    Q_EMIT problem(tr("%1 on %2: %3").arg(titles, training_.name, textAt(json, "message")));
  const Json *mean = json.find("mean"), *pairs = json.find("pairs");
  if (kind == "difference" && mean && mean->isNumber() && pairs && pairs->isInt())
    Q_EMIT logged(tr("%1: %2 minus %3 is %4 in %5, the mean of %6 pairs")
                      .arg(training_.name, textAt(json, "a"), textAt(json, "b"))
                      .arg(mean->asDouble())
                      .arg(textAt(json, "metric"))
                      .arg(pairs->asInt()));
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
    Q_EMIT logged(tr("%1: %2").arg(training_.name, lastWords_));
  }
}

void QueueWorker::finish() {
  readLines();
  readProblems(true);
  const bool isNormal = process_.exitStatus() == QProcess::NormalExit;
  const bool isStopped = isStopping_ || process_.exitCode() == 130 || process_.exitCode() == 143;
  if (!isNormal)
    Q_EMIT problem(tr("%1 ended by a signal").arg(training_.what));
  else if (process_.exitCode() != 0 && !isStopped)
    Q_EMIT problem(tr("%1 ended: %2").arg(training_.what, lastWords_));
  else
    Q_EMIT logged(tr("%1: %2").arg(training_.name, isStopped            ? tr("stopped")
                                                   : training_.areTwins ? tr("finished")
                                                                        : tr("no run waits any more")));
  Q_EMIT changed();
}

}  // namespace uada
