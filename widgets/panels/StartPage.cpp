#include "widgets/panels/StartPage.h"

#include <QFileInfo>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "core/base/Error.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

// A button as a card: icon, a large title and what will happen.
static QPushButton* card(const Theme& theme, const char* name, const QString& icon, const QString& title,
                         const QString& text) {
  auto* button = new QPushButton;
  button->setObjectName("choice");
  button->setProperty("choice", name);
  button->setAccessibleName(title);
  button->setMinimumSize(26 * kGrid, 27 * kGrid);
  button->setCursor(Qt::PointingHandCursor);
  auto* layout = new QVBoxLayout(button);
  layout->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
  layout->setSpacing(kGrid);
  auto* picture = new QLabel;
  picture->setPixmap(theme.icon(icon, theme.colour("accent")).pixmap(4 * kGrid, 4 * kGrid));
  auto* head = new QLabel(title);
  QFont font = head->font();
  font.setPointSizeF(font.pointSizeF() * 1.25);
  font.setWeight(QFont::DemiBold);
  head->setFont(font);
  auto* body = new QLabel(text);
  body->setObjectName("muted");
  body->setWordWrap(true);
  for (QLabel* label : {picture, head, body}) {
    label->setAttribute(Qt::WA_TransparentForMouseEvents);
    layout->addWidget(label);
  }
  layout->addStretch();
  return button;
}

StartPage::StartPage(const Workbench& workbench, const QStringList& recent, QWidget* parent)
    : QWidget(parent) {
  const Theme& theme = workbench.theme;
  auto* outer = new QVBoxLayout(this);
  auto* column = new QWidget;
  column->setMaximumWidth(112 * kGrid);
  auto* layout = new QVBoxLayout(column);
  layout->setSpacing(kGrid);
  auto* title =
      new QLabel(tr("Does adapting the augmentation to the network help, where, and what does it cost?"));
  QFont font = title->font();
  font.setPointSizeF(font.pointSizeF() * 1.4);
  font.setWeight(QFont::DemiBold);
  title->setFont(font);
  title->setWordWrap(true);
  auto* hint = new QLabel(tr("Everything is kept in one project file. Nothing is uploaded."));
  hint->setObjectName("muted");
  layout->addWidget(title);
  layout->addWidget(hint);
  layout->addSpacing(2 * kGrid);
  auto* cards = new QHBoxLayout;
  cards->setSpacing(2 * kGrid);
  auto* demo = card(
      theme, "demo", "demo", tr("Run the demo"),
      tr("Trains a small ResNet on Fashion-MNIST with crop and flip (baseline), plain augmentation (ra-uc), "
         "UADA and fast UADA, two seeds each, and compares them. About 8 minutes on 2 cores."));
  auto* fresh =
      card(theme, "newRun", "new", tr("New run"),
           tr("Choose data set, network, method and settings; see what it will cost before it starts."));
  auto* open = card(theme, "open", "open", tr("Open project"),
                    tr("Browse, compare and export the runs of a project file (.uada), or continue them."));
  for (QPushButton* button : {demo, fresh, open}) cards->addWidget(button, 1);
  layout->addLayout(cards);
  connect(demo, &QPushButton::clicked, this, &StartPage::demoWanted);
  connect(fresh, &QPushButton::clicked, this, &StartPage::newRunWanted);
  connect(open, &QPushButton::clicked, this, &StartPage::openWanted);
  layout->addSpacing(2 * kGrid);
  auto* explore = new QToolButton;
  explore->setObjectName("explore");
  explore->setAutoRaise(true);
  explore->setIcon(theme.icon("ops"));
  explore->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  explore->setText(tr("Explore ops and policies on any picture, without a project"));
  connect(explore, &QToolButton::clicked, this, [&workbench] { workbench.show("ops"); });
  layout->addWidget(explore, 0, Qt::AlignLeft);
  for (const QString& file : recent) {
    auto* link = new QToolButton;
    link->setAutoRaise(true);
    link->setText(QFileInfo(file).fileName() + "   " + QFileInfo(file).absolutePath());
    connect(link, &QToolButton::clicked, this, [this, file] { Q_EMIT projectWanted(file); });
    layout->addWidget(link, 0, Qt::AlignLeft);
  }
  outer->addStretch(2);
  auto* row = new QHBoxLayout;
  row->addStretch(1);
  row->addWidget(column, 20);
  row->addStretch(1);
  outer->addLayout(row);
  outer->addStretch(3);
}

Banner::Banner(const Workbench& workbench, QWidget* parent)
    : QWidget(parent),
      title_(new QLabel),
      text_(new QLabel),
      resume_(new QPushButton(tr("Resume"))),
      halve_(new QPushButton(tr("Go on with half batches"))),
      workbench_(workbench) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(kGrid, kGrid, kGrid, 0);
  auto* frame = new QFrame;
  frame->setObjectName("banner");
  outer->addWidget(frame);
  auto* layout = new QHBoxLayout(frame);
  layout->setContentsMargins(2 * kGrid, kGrid, kGrid, kGrid);
  layout->setSpacing(kGrid);
  auto* icon = new QLabel;
  icon->setPixmap(workbench.theme.icon("failed", workbench.theme.colour("bad")).pixmap(24, 24));
  auto* words = new QVBoxLayout;
  words->setSpacing(2);
  title_->setObjectName("bannerTitle");
  text_->setObjectName("bannerText");
  text_->setWordWrap(true);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  words->addWidget(title_);
  words->addWidget(text_);
  auto* close = new QToolButton;
  close->setAutoRaise(true);
  close->setIcon(workbench.theme.icon("close"));
  close->setToolTip(tr("Close this message"));
  layout->addWidget(icon, 0, Qt::AlignTop);
  layout->addLayout(words, 1);
  layout->addWidget(resume_, 0, Qt::AlignVCenter);
  layout->addWidget(halve_, 0, Qt::AlignVCenter);
  layout->addWidget(close, 0, Qt::AlignTop);
  resume_->setToolTip(tr("Continue the run from its newest checkpoint"));
  halve_->setObjectName("halve");
  halve_->setToolTip(
      tr("Try this step again with half as many images at a time. Their gradients are added up; batch\n"
         "normalisation has the statistics of each part."));
  halve_->hide();
  Session& session = workbench.session;
  connect(close, &QToolButton::clicked, this, [this] {
    hide();
    workbench_.session.dismissFailure();
  });
  connect(resume_, &QPushButton::clicked, this, [this] {
    try {
      workbench_.session.resumeRun(workbench_.session.progress().run);
    } catch (const std::exception& error) {
      showProblem(QString::fromStdString(problemText(error)));
    }
  });
  connect(halve_, &QPushButton::clicked, this, [this] {
    if (TrainedRun* training = workbench_.session.training()) training->resumeHalved();
  });
  connect(&session, &Session::stateChanged, this, &Banner::showState);
  connect(&session, &Session::problem, this, &Banner::showProblem);
  hide();
}

void Banner::showState() {
  const Session& session = workbench_.session;
  const bool canHalve = session.progress().canHalve;
  if (!canHalve && !halve_->isHidden()) hide();  // it goes on
  halve_->setVisible(canHalve);
  if (canHalve) title_->setText(tr("<b>%1 is paused</b>").arg(session.progress().title.toHtmlEscaped()));
  if (session.failure().isEmpty()) {
    if (session.isLive() && resume_->property("run").toBool()) hide();
    return;
  }
  resume_->setProperty("run", true);
  title_->setText(tr("<b>%1 failed</b>").arg(session.progress().title.toHtmlEscaped()));
  text_->setText(session.failure());
  resume_->setVisible(session.progress().run != 0 && !session.isLive());
  show();
}

void Banner::showProblem(const QString& text) {
  resume_->setProperty("run", false);
  title_->setText(tr("<b>This could not be done</b>"));
  text_->setText(text);
  resume_->hide();
  halve_->hide();
  show();
}

}  // namespace uada
