#include "widgets/panels/samples/DamageDialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/engine/Decisions.h"
#include "core/ops/Op.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Pictures.h"
#include "widgets/models/Words.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr std::size_t kListed = 120;
constexpr int kSide = 64;  // of a picture in the list, pixels

/// Original and trained on, side by side.
QPixmap pairOf(const Image& original, const Image& trained) {
  QPixmap both(2 * kSide + 4, kSide);
  both.fill(Qt::transparent);
  QPainter painter(&both);
  for (const auto& [image, left] : {std::pair(&original, 0), std::pair(&trained, kSide + 4)})
    if (!image->empty()) painter.drawImage(QRect(left, 0, kSide, kSide), viewOf(*image));
  return both;
}

QTableWidget* newTable(const QString& first, const char* name) {
  auto* table = new QTableWidget(0, 6);
  table->setObjectName(name);
  table->setAccessibleName(first);
  table->setHorizontalHeaderLabels({first, QObject::tr("Decisions"), QObject::tr("No longer recognised"),
                                    QObject::tr("of them by adapting"), QObject::tr("Loss added"),
                                    QObject::tr("of it by adapting")});
  const QStringList help{
      QObject::tr("A click lists its samples"),
      QObject::tr("Stored decisions whose trained plan has it"),
      QObject::tr("Of the originals that the frozen network recognises"),
      QObject::tr("Recognised under the plan as it was drawn, and no longer under the adapted one"),
      QObject::tr("Mean loss of the image trained on minus that of the original, by the frozen network"),
      QObject::tr("Mean loss of the image trained on minus that of the plan as it was drawn")};
  for (int column = 0; column < help.size(); ++column)
    table->horizontalHeaderItem(column)->setToolTip(help[column]);
  table->verticalHeader()->hide();
  table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setSelectionMode(QAbstractItemView::SingleSelection);
  table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  return table;
}

}  // namespace

DamageDialog::DamageDialog(const Workbench& workbench, qint64 run, QWidget* parent)
    : QDialog(parent), workbench_(workbench), run_(run) {
  setWindowTitle(tr("Hard samples and label damage of %1").arg(workbench.session.nameOf(run)));
  setAttribute(Qt::WA_DeleteOnClose);
  resize(120 * kGrid, 82 * kGrid);
  state_ =
      new QLabel(tr("The network of a checkpoint is frozen and shown what was trained on. An image that it "
                    "recognises as it is, and no longer as it was augmented, may have lost its label."),
                 this);
  state_->setObjectName("damage_state");
  state_->setWordWrap(true);
  progress_ = new QProgressBar(this);
  progress_->setMaximumHeight(kGrid);
  progress_->setTextVisible(false);
  auto* split = new QSplitter(Qt::Vertical, this);
  split->addWidget(makeTables());
  split->addWidget(makeSamples());
  split->setStretchFactor(1, 1);
  auto* column = new QVBoxLayout(this);
  column->addWidget(makeChoices());
  column->addWidget(progress_);
  column->addWidget(state_);
  column->addWidget(split, 1);
  connect(&workbench.session, &Session::stateChanged, this, &DamageDialog::refresh);
  connect(&workbench.session, &Session::projectChanged, this, &QDialog::close);
  connect(this, &QDialog::finished, this, [this] {  // nobody would see what comes of it
    if (Judging* live = workbench_.session.judging()) live->cancel();
  });
  refresh();
}

QWidget* DamageDialog::makeChoices() {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  network_ = new QComboBox(bar);
  network_->setObjectName("damage_network");
  network_->setAccessibleName(tr("Frozen network"));
  network_->addItem(tr("Network of the best test"), true);
  network_->addItem(tr("Network of the newest checkpoint"), false);
  count_ = new QSpinBox(bar);
  count_->setObjectName("damage_count");
  count_->setAccessibleName(tr("Decisions"));
  count_->setRange(1, 100'000);
  count_->setValue(512);
  count_->setPrefix(tr("newest "));
  count_->setSuffix(tr(" decisions"));
  judge_ = new QPushButton(tr("Judge"), bar);
  judge_->setObjectName("damage_judge");
  cancel_ = new QPushButton(tr("Cancel"), bar);
  save_ = new QPushButton(tr("Export…"), bar);
  save_->setObjectName("damage_export");
  save_->setToolTip(tr("A row for each judged decision as CSV, as 'uada damage' writes them"));
  for (QWidget* widget : std::initializer_list<QWidget*>{network_, count_, judge_, cancel_})
    row->addWidget(widget);
  row->addStretch();
  row->addWidget(save_);
  connect(save_, &QPushButton::clicked, this, &DamageDialog::save);
  connect(judge_, &QPushButton::clicked, this, &DamageDialog::begin);
  connect(cancel_, &QPushButton::clicked, this, [this] {
    if (Judging* live = workbench_.session.judging()) live->cancel();
  });
  return bar;
}

QWidget* DamageDialog::makeTables() {
  tabs_ = new QTabWidget(this);
  ops_ = newTable(tr("Op"), "damage_ops");
  classes_ = newTable(tr("Class"), "damage_classes");
  tabs_->addTab(ops_, tr("By op"));
  tabs_->addTab(classes_, tr("By class"));
  for (QTableWidget* table : {ops_, classes_})
    connect(table, &QTableWidget::itemSelectionChanged, this, [this, table] { choose(table); });
  return tabs_;
}

QWidget* DamageDialog::makeSamples() {
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, kGrid, 0, 0);
  auto* row = new QHBoxLayout;
  onlyLost_ = new QCheckBox(tr("Only those no longer recognised"), page);
  onlyLost_->setObjectName("damage_only_lost");
  onlyLost_->setChecked(true);
  listed_ = new QLabel(page);
  listed_->setObjectName("damage_listed");
  row->addWidget(onlyLost_);
  row->addWidget(listed_, 1);
  list_ = new QListWidget(page);
  list_->setObjectName("damage_samples");
  list_->setAccessibleName(tr("Samples, the most added loss first"));
  list_->setViewMode(QListView::IconMode);
  list_->setIconSize({2 * kSide + 4, kSide});
  list_->setGridSize({2 * kSide + 5 * kGrid, kSide + 8 * kGrid});
  list_->setResizeMode(QListView::Adjust);
  list_->setMovement(QListView::Static);
  list_->setWordWrap(true);
  list_->setToolTip(tr("Left the original, right what was trained on; a click opens the sample"));
  column->addLayout(row);
  column->addWidget(list_, 1);
  connect(onlyLost_, &QCheckBox::toggled, this, &DamageDialog::list);
  const auto open = [this](const QListWidgetItem* item) {
    const JudgedDecision& judged =
        damage_->decisions[static_cast<std::size_t>(item->data(Qt::UserRole).toULongLong())];
    Q_EMIT sampleChosen(judged.step, judged.sample);
  };
  connect(list_, &QListWidget::itemClicked, this, open);
  connect(list_, &QListWidget::itemActivated, this, open);
  return page;
}

/// Reads the decisions.
void DamageDialog::begin() {
  damage_.reset();
  op_.clear();
  label_.reset();
  refresh();
  list();
  answer_.ask(
      workbench_.session, this,
      [run = run_, count = static_cast<std::size_t>(count_->value())](const OpenProject& project) {
        Judged judged{project.reader.detail(run), {}, {}, project.reader.classNames(run)};
        Places all = project.reader.decisionPlaces(run);
        std::ranges::sort(all, {}, [](const DecisionPlace& place) {  // as 'uada damage' reads them
          return std::pair(-place.step, place.sample);
        });
        for (const DecisionPlace& place : all) {
          if (judged.places.size() >= count) break;
          if (auto decision = project.reader.soundDecision(run, place, false)) {
            judged.places.push_back(place);
            judged.decisions.push_back(std::move(*decision));
          }
        }
        return judged;
      },
      [this](std::optional<Judged> judged) {
        judged ? judge(std::move(*judged)) : refuse(tr("The decisions could not be read."));
      });
}

void DamageDialog::judge(Judged judged) {
  judged_ = std::move(judged);
  if (judged_.decisions.empty())
    return refuse(
        tr("No sample of this run was pictured, so that no decision is stored: runtime.pictured and "
           "runtime.picture_every say how many are."));
  Session& session = workbench_.session;
  try {
    Judging& live = session.judge({judged_.run.config,
                                   runFolder(session.projectFile().toStdString(), judged_.run.summary.key),
                                   network_->currentData().toBool(), imagesToJudge(judged_.decisions)});
    connect(&live, &Judging::changed, this, [this, &live] {
      state_->setText(live.text());
      progress_->setRange(0, live.share() > 0 ? 1000 : 0);
      progress_->setValue(static_cast<int>(1000 * live.share()));
    });
    connect(&live, &Judging::ended, this, [this, &live](const QString& why) {
      if (!why.isEmpty()) return refuse(why);
      if (live.said().size() != imagesToJudge(judged_.decisions).size()) return refuse(tr("Cancelled."));
      take(live.said(), live.step());
    });
  } catch (const std::exception& error) {
    refuse(QString::fromStdString(problemText(error)));
  }
  refresh();
}

void DamageDialog::take(const std::vector<ClassChances>& said, qint64 step) {
  damage_ = labelDamage(judged_.decisions, said);
  const DamageRow& all = damage_->all;
  state_->setText(
      tr("Network after step %1: of %2 decisions the original is recognised in %3; augmented, it no "
         "longer is in %4, in %5 of these through adapting. Augmenting adds %6 of loss on average, "
         "%7 of it through adapting.")
          .arg(countText(step), countText(all.decisions), countText(all.recognised), q(lostText(all)),
               countText(all.lostByAdapting), signedText(all.added, 3), signedText(all.addedByAdapting, 3)));
  fill(ops_, damage_->ops, true);
  fill(classes_, damage_->classes, false);
  list();
  refresh();
}

void DamageDialog::refuse(const QString& why) {
  state_->setText(why);
  refresh();
}

void DamageDialog::refresh() {
  const Session& session = workbench_.session;
  const Judging* live = session.judging();
  const bool isBusy = (live && live->isLive()) || answer_.isWaiting();
  judge_->setEnabled(!isBusy && !session.isTraining());
  judge_->setToolTip(session.isTraining() ? tr("Not while a run is training") : QString());
  cancel_->setVisible(live && live->isLive());
  progress_->setVisible(isBusy);
  save_->setEnabled(damage_.has_value());
  tabs_->setEnabled(damage_.has_value());
  list_->setEnabled(damage_.has_value());
}

QString DamageDialog::className(int label) const { return q(uada::className(judged_.classNames, label)); }

void DamageDialog::fill(QTableWidget* table, const std::vector<DamageRow>& rows, bool areOps) {
  const QSignalBlocker blocker(table);
  table->clearSelection();
  table->setRowCount(static_cast<int>(rows.size()));
  for (int row = 0; row < static_cast<int>(rows.size()); ++row) {
    const DamageRow& one = rows[static_cast<std::size_t>(row)];
    const QStringList texts{areOps ? q(findOp(one.name).title) : className(std::stoi(one.name)),
                            countText(one.decisions),
                            q(lostText(one)),
                            countText(one.lostByAdapting),
                            signedText(one.added, 3),
                            signedText(one.addedByAdapting, 3)};
    for (int column = 0; column < texts.size(); ++column) {
      auto* item = new QTableWidgetItem(texts[column]);
      item->setData(Qt::UserRole, q(one.name));
      if (column > 0) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      table->setItem(row, column, item);
    }
  }
}

/// Lists the samples of the chosen op or class.
void DamageDialog::choose(QTableWidget* table) {
  const QList<QTableWidgetItem*> chosen = table->selectedItems();
  const std::string name =
      chosen.isEmpty() ? "" : chosen.front()->data(Qt::UserRole).toString().toStdString();
  QTableWidget* other = table == ops_ ? classes_ : ops_;
  const QSignalBlocker blocker(other);
  other->clearSelection();
  op_ = table == ops_ ? name : "";
  label_ = table == classes_ && !name.empty() ? std::optional(std::stoi(name)) : std::nullopt;
  list();
}

/// Reads the pictures of those that are listed.
void DamageDialog::list() {
  list_->clear();
  listed_->clear();
  pictures_.drop();
  if (!damage_) return;
  std::vector<std::size_t> which;
  std::size_t all = 0;
  for (std::size_t i = 0; i < damage_->decisions.size(); ++i) {
    const JudgedDecision& one = damage_->decisions[i];
    if (onlyLost_->isChecked() && !one.isLost()) continue;
    if (label_ && one.label != *label_) continue;
    if (!op_.empty() && std::ranges::find(one.ops, op_) == one.ops.end()) continue;
    ++all;
    if (which.size() < kListed) which.push_back(i);
  }
  const QString of = !op_.empty() ? tr(" with %1").arg(q(findOp(op_).title))
                     : label_     ? tr(" of class %1").arg(className(*label_))
                                  : QString();
  listed_->setText(
      all > which.size()
          ? tr("The first %1 of %2%3, the most added loss first").arg(which.size()).arg(all).arg(of)
          : tr("%1 samples%2, the most added loss first").arg(all).arg(of));
  Places places;
  for (const std::size_t i : which) places.push_back(judged_.places[damage_->decisions[i].number]);
  pictures_.ask(
      workbench_.session, this,
      [run = run_, places](const OpenProject& project) {
        Pictures pictures;
        for (const DecisionPlace& place : places) {
          const auto decision = project.reader.soundDecision(run, place, true);
          pictures.emplace_back(decision ? decision->original : Image(),
                                decision ? pictureOf(*decision, decision->winner) : Image());
        }
        return pictures;
      },
      [this, which](std::optional<Pictures> pictures) {
        if (pictures) showPictures(which, *pictures);
      });
}

QString DamageDialog::caption(const JudgedDecision& judged) const {
  const int seen = judged.trained.predicted();
  const QString now = seen == judged.label ? tr("%1, recognised").arg(className(judged.label))
                                           : tr("%1 → %2").arg(className(judged.label), className(seen));
  return tr("%1\nloss %2, step %3").arg(now, signedText(judged.added(), 2), countText(judged.step));
}

void DamageDialog::showPictures(const std::vector<std::size_t>& which, const Pictures& pictures) {
  for (std::size_t i = 0; i < which.size() && i < pictures.size(); ++i) {
    const JudgedDecision& judged = damage_->decisions[which[i]];
    auto* item =
        new QListWidgetItem(QIcon(pairOf(pictures[i].first, pictures[i].second)), caption(judged), list_);
    item->setData(Qt::UserRole, static_cast<qulonglong>(which[i]));
    QStringList ops;
    for (const std::string& op : judged.ops) ops << q(findOp(op).title);
    item->setToolTip(
        tr("Sample %1 at step %2: %3; %4\nloss %5 as it is, %6 as drawn, %7 as trained on%8")
            .arg(countText(judged.sample), countText(judged.step), ops.join(" + "),
                 judged.winner == "unperturbed" ? tr("unperturbed won")
                                                : tr("%1′ won").arg(q(groupTitle(judged.winner))),
                 lossText(judged.original.loss), lossText(judged.drawn.loss), lossText(judged.trained.loss),
                 judged.isLostByAdapting() ? tr("\nlost through adapting: as drawn it is recognised")
                 : judged.isLost()         ? tr("\nlost already as it was drawn")
                                           : QString()));
  }
}

}  // namespace uada
