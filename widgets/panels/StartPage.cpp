#include "widgets/panels/StartPage.h"

#include <QFileInfo>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/base/Error.h"
#include "widgets/session/Recent.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

static constexpr int kCardWidth = 26 * kGrid;

namespace {

/// As high as its text needs at its width, which a button does not find out by itself.
class Card : public QPushButton {
 public:
  void fit(int least) {
    least_ = least;
    setMinimumHeight(std::max(least, layout() ? layout()->totalHeightForWidth(width()) : 0));
  }

 protected:
  void resizeEvent(QResizeEvent* event) override {
    QPushButton::resizeEvent(event);
    fit(least_);
  }

 private:
  int least_ = 0;
};

}  // namespace

// A button as a card: icon, a large title and what will happen.
static QPushButton* card(const Theme& theme, const char* name, const QString& icon, const QString& title,
                         const QString& text) {
  auto* button = new Card;
  button->setObjectName("choice");
  button->setAutoDefault(true);  // Return presses it
  button->setProperty("choice", name);
  button->setAccessibleName(title);
  button->setMinimumSize(kCardWidth, 27 * kGrid);
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

// A project opened before: name and path, what it holds, when it was opened.
static QPushButton* recentRow(const Workbench& workbench, const QString& file) {
  const QFileInfo info(file);
  auto* button = new QPushButton;
  button->setObjectName("recent");
  button->setAutoDefault(true);
  button->setProperty("file", file);
  button->setAccessibleName(QObject::tr("Open %1").arg(info.fileName()));
  button->setToolTip(file);
  button->setCursor(Qt::PointingHandCursor);
  button->setMinimumHeight(6 * kGrid);
  auto* grid = new QGridLayout(button);
  grid->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  grid->setVerticalSpacing(0);
  auto* name = new QLabel("<b>" + info.completeBaseName().toHtmlEscaped() + "</b>");
  name->setTextFormat(Qt::RichText);
  auto* path = new QLabel(info.absolutePath());
  auto* holds = new QLabel(QObject::tr("reading ..."));
  auto* when = new QLabel(lastOpened(workbench.settings, file));
  holds->setProperty("holds", true);
  for (QLabel* label : {path, holds, when}) label->setObjectName("muted");
  for (QLabel* label : {path, holds})  // long ones must not widen the window
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  for (QLabel* label : {name, path, holds, when}) label->setAttribute(Qt::WA_TransparentForMouseEvents);
  when->setAlignment(Qt::AlignRight);
  grid->addWidget(name, 0, 0);
  grid->addWidget(path, 0, 1);
  grid->addWidget(when, 0, 2);
  grid->addWidget(holds, 1, 0, 1, 3);
  grid->setColumnStretch(1, 1);
  return button;
}

StartPage::StartPage(const Workbench& workbench, QWidget* parent) : QWidget(parent), workbench_(workbench) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  auto* scroll = new QScrollArea;  // a small window shows it all, too
  scroll->setWidgetResizable(true);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* page = new QWidget;
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
  layout->addSpacing(kGrid);
  makeChoices(layout);
  layout->addSpacing(kGrid);
  recent_ = new QWidget;
  layout->addWidget(recent_);
  auto* rows = new QVBoxLayout(page);
  rows->addStretch(2);
  auto* row = new QHBoxLayout;
  row->addStretch(1);
  row->addWidget(column, 20);
  row->addStretch(1);
  rows->addLayout(row);
  rows->addStretch(3);
  scroll->setWidget(page);
  outer->addWidget(scroll);
}

void StartPage::makeChoices(QVBoxLayout* layout) {
  const Theme& theme = workbench_.theme;
  cards_ = new QBoxLayout(QBoxLayout::LeftToRight);
  cards_->setSpacing(2 * kGrid);
  auto* demo = card(
      theme, "demo", "demo", tr("Run the demo"),
      tr("Trains a very small ResNet on Fashion-MNIST with crop and flip (baseline), random augmentation "
         "(ra-uc) and UADA, two seeds each, and compares them: how it works, not yet who wins. It takes %1.")
          .arg(demoTime(false)));
  auto* fresh =
      card(theme, "newRun", "new", tr("New run"),
           tr("Choose data set, network, method and settings; see what it will cost before it starts."));
  auto* open = card(theme, "open", "open", tr("Open project"),
                    tr("Browse, compare and export the runs of a project file (.uada), or continue them."));
  for (QPushButton* button : {demo, fresh, open}) cards_->addWidget(button, 1);
  layout->addLayout(cards_);
  connect(demo, &QPushButton::clicked, this, [this] { Q_EMIT demoWanted("demo"); });
  connect(fresh, &QPushButton::clicked, this, &StartPage::newRunWanted);
  connect(open, &QPushButton::clicked, this, &StartPage::openWanted);
  const auto line = [&](const char* name, const QString& icon, const QString& text) {
    auto* button = new QToolButton;
    button->setObjectName(name);
    button->setAutoRaise(true);
    button->setIcon(theme.icon(icon));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setText(text);
    layout->addWidget(button, 0, Qt::AlignLeft);
    return button;
  };
  connect(line("demoLong", "demo", tr("Run the long demo: UADA in parity and fast, %1").arg(demoTime(true))),
          &QToolButton::clicked, this, [this] { Q_EMIT demoWanted("demo-long"); });
  connect(line("explore", "ops", tr("Explore ops and policies on any picture, without a project")),
          &QToolButton::clicked, this, &StartPage::exploreWanted);
}

void StartPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  listRecent();
}

/// In a narrow window the choices stand one below the other.
void StartPage::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  const bool isNarrow = width() < 3 * kCardWidth + 10 * kGrid;
  cards_->setDirection(isNarrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
  for (QPushButton* button : findChildren<QPushButton*>("choice"))
    static_cast<Card*>(button)->fit(isNarrow ? 18 * kGrid : 27 * kGrid);
}

void StartPage::listRecent() {
  const QStringList files = recentProjects(workbench_.settings);
  delete recent_->layout();
  for (QWidget* row : recent_->findChildren<QWidget*>(Qt::FindDirectChildrenOnly)) delete row;
  recent_->setVisible(!files.isEmpty());
  if (files.isEmpty()) return;
  auto* layout = new QVBoxLayout(recent_);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  auto* title = new QLabel(tr("<b>Recent projects</b>"));
  title->setTextFormat(Qt::RichText);
  layout->addWidget(title);
  for (const QString& file : files) {
    QPushButton* row = recentRow(workbench_, file);
    connect(row, &QPushButton::clicked, this, [this, file] { Q_EMIT projectWanted(file); });
    layout->addWidget(row);
  }
  readGists(files);
}

/// On a thread of its own: a project of 10,000 runs takes a while.
void StartPage::readGists(const QStringList& files) {
  showGists();
  if (isReading_) return;
  isReading_ = true;
  reader_ = std::jthread([this, files](const std::stop_token& stop) {
    for (const QString& file : files) {
      if (stop.stop_requested()) return;
      const QString text = gistText(readGist(file));
      QMetaObject::invokeMethod(
          this,
          [this, file, text] {
            holds_[file] = text;
            showGists();
          },
          Qt::QueuedConnection);
    }
    QMetaObject::invokeMethod(this, [this] { isReading_ = false; }, Qt::QueuedConnection);
  });
}

void StartPage::showGists() {
  for (const QPushButton* row : recent_->findChildren<QPushButton*>("recent")) {
    const auto known = holds_.find(row->property("file").toString());
    if (known == holds_.end()) continue;
    for (QLabel* label : row->findChildren<QLabel*>())
      if (label->property("holds").toBool()) label->setText(known->second);
  }
}

}  // namespace uada
