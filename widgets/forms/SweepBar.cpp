#include "widgets/forms/SweepBar.h"

#include <fmt/core.h>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/models/Words.h"
#include "widgets/session/Theme.h"

namespace uada {

static QLineEdit* numberLine(const char* name, const QString& title, const QString& text, QHBoxLayout* row,
                             QWidget* parent) {
  auto* line = new QLineEdit(text, parent);
  line->setObjectName(name);
  line->setAccessibleName(title);
  line->setMaximumWidth(90);
  leaveUndoToTheForm(line);
  auto* label = new QLabel(title, parent);
  label->setBuddy(line);
  row->addWidget(label);
  row->addWidget(line);
  return line;
}

SweepBar::SweepBar(const Theme& theme, QWidget* parent) : QWidget(parent) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  auto* row = new QHBoxLayout;
  row->setSpacing(kGrid);
  auto* label = new QLabel(tr("Swept values"), this);
  how_ = new QComboBox(this);
  how_->setObjectName("combinations");
  how_->setAccessibleName(tr("Swept values"));
  how_->addItems({tr("every combination"), tr("random draws")});
  keepFromWheel(how_);
  label->setBuddy(how_);
  row->addWidget(label);
  row->addWidget(how_);
  random_ = new QWidget(this);
  auto* inner = new QHBoxLayout(random_);
  inner->setContentsMargins(0, 0, 0, 0);
  inner->setSpacing(kGrid);
  draws_ = numberLine("draws", tr("Draws"), "20", inner, random_);
  seed_ = numberLine("draw_seed", tr("Seed of the draws"), "1", inner, random_);
  row->addWidget(random_);
  row->addStretch(1);
  layout->addLayout(row);
  hint_ = hintLabel({}, theme, this);
  layout->addWidget(hint_);
  problem_ = problemLabel(theme, this);
  problem_->setObjectName("draws_problem");
  layout->addWidget(problem_);
  connect(how_, &QComboBox::currentIndexChanged, this, &SweepBar::change);
  for (QLineEdit* line : {draws_, seed_}) connect(line, &QLineEdit::textChanged, this, &SweepBar::change);
  change();
}

void SweepBar::change() {
  random_->setVisible(isDrawn());
  hint_->setText(
      isDrawn() ? tr("Each draw takes a value from each list or range, 1..3 or 0.001..0.1 log. The same seed "
                     "gives the same draws")
                : tr("Each value of a setting with each one of the others"));
  showProblem(problem_, problem());
  Q_EMIT edited();
}

bool SweepBar::isDrawn() const { return how_->currentIndex() == 1; }

static std::int64_t wholeFrom(const QLineEdit* line, std::int64_t least, std::int64_t most) {
  bool ok = false;
  const qlonglong number = line->text().trimmed().toLongLong(&ok);
  if (!ok || number < least || number > most)
    throw UsageError(fmt::format("'{}' found for {}, a whole number from {} to {} expected",
                                 quotable(line->text().toStdString()),
                                 line->accessibleName().toLower().toStdString(), least, most));
  return number;
}

void SweepBar::write(Json& sweep) const {
  if (!isDrawn()) return;
  sweep["draws"] = wholeFrom(draws_, 1, kMaxCombinations);
  sweep["seed"] = wholeFrom(seed_, 0, std::int64_t{1} << 53);
}

QString SweepBar::problem() const {
  try {
    Json unused = Json::object();
    write(unused);
    return {};
  } catch (const Error& error) {
    return q(error.what());
  }
}

QWidget* SweepBar::place() const { return draws_; }

void SweepBar::show(const Sweep& sweep) {
  how_->setCurrentIndex(sweep.draws > 0 ? 1 : 0);
  if (sweep.draws == 0) return;
  draws_->setText(QString::number(sweep.draws));
  seed_->setText(QString::number(sweep.seed));
}

Json SweepBar::state() const {
  return Json::Object{{"chosen", how_->currentIndex()},
                      {"draws", Json::Object{{"text", draws_->text().toStdString()}}},
                      {"seed", Json::Object{{"text", seed_->text().toStdString()}}}};
}

void SweepBar::setState(const Json& state) {
  how_->setCurrentIndex(static_cast<int>(state.at("chosen").asInt()));
  draws_->setText(q(state.at("draws").at("text").asString()));
  seed_->setText(q(state.at("seed").at("text").asString()));
}

}  // namespace uada
