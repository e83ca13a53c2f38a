#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPlainTextEdit>
#include <QTextBlock>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/base/Files.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/LogBook.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

/// The run and the step that a line, or each part of it, is about.
struct LogPlace : QTextBlockUserData {
  LogPlace(qint64 run, qint64 step) : run(run), step(step) {}
  const qint64 run, step;
};

const LogPlace* placeOf(const QTextBlock& block) { return static_cast<const LogPlace*>(block.userData()); }

/// What happened, a line each: states, epochs, checkpoints, problems; all of it, or what is looked for. A
/// click on a line brings run and step cursor there, and the cursor marks the line that it stands at.
class LogPanel : public PanelWidget {
 public:
  explicit LogPanel(const Workbench& workbench);

  QStringList exportFilters() const override { return {tr("Text (*.txt)")}; }
  void writeExport(const QString& file, const std::string&) override {
    writeFileAtomically(file.toStdString(), text_->toPlainText().toStdString() + "\n");
  }
  void copy() const override { QGuiApplication::clipboard()->setText(text_->toPlainText()); }

 private:
  QToolButton* button(const QString& name, const QString& icon, const QString& text, const QString& help);
  bool eventFilter(QObject* watched, QEvent* event) override;
  void goTo(const QTextBlock& block);
  void showCursor();
  bool isWanted(const LogLine& line) const;
  void append(const LogLine& line);
  void fill();
  void count();

  LogBook& book_;
  QPlainTextEdit* text_ = new QPlainTextEdit;
  QComboBox* level_ = new QComboBox;
  QLineEdit* search_ = new QLineEdit;
  QLabel* count_ = new QLabel;
  int shown_ = 0;
};

LogPanel::LogPanel(const Workbench& workbench)
    : PanelWidget(workbench), book_(LogBook::of(workbench.session)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kGrid, 0, kGrid, 0);
  layout->setSpacing(kGrid / 2);
  auto* bar = new QHBoxLayout;
  bar->setSpacing(kGrid);
  level_->setObjectName("level");
  level_->setAccessibleName(tr("Which lines"));
  level_->addItems({tr("Everything"), tr("Without progress"), tr("Problems only")});
  search_->setObjectName("search");
  search_->setPlaceholderText(tr("Find in the log"));
  search_->setClearButtonEnabled(true);
  count_->setObjectName("muted");
  QToolButton* copy = button("copyLog", "copy", tr("Copy"), tr("Copy the lines that are shown"));
  QToolButton* clear =
      button("clearLog", "close", tr("Clear"), tr("Take all lines away; files of runs keep theirs"));
  bar->addWidget(level_);
  bar->addWidget(search_, 1);
  bar->addWidget(count_);
  bar->addWidget(copy);
  bar->addWidget(clear);
  text_->setObjectName("log");
  text_->setAccessibleName(tr("Log"));
  text_->setReadOnly(true);
  text_->setTabChangesFocus(true);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  text_->setToolTip(tr("Click a line, or press Return in it, to bring the run and the step cursor there"));
  text_->viewport()->installEventFilter(this);
  text_->installEventFilter(this);
  text_->setMaximumBlockCount(5000);
  text_->setPlaceholderText(tr("States, epochs, checkpoints and problems of runs will be listed here"));
  layout->addLayout(bar);
  layout->addWidget(text_);
  connect(level_, &QComboBox::currentIndexChanged, this, &LogPanel::fill);
  connect(search_, &QLineEdit::textChanged, this, &LogPanel::fill);
  connect(copy, &QToolButton::clicked, this, [this] { this->copy(); });
  connect(clear, &QToolButton::clicked, &book_, &LogBook::clear);
  connect(&book_, &LogBook::cleared, this, &LogPanel::fill);
  connect(&book_, &LogBook::dropped, this, [this](const LogLine& line) {
    if (isWanted(line)) --shown_;
  });
  connect(&book_, &LogBook::added, this, [this](const LogLine& line) {
    if (isWanted(line)) {
      append(line);
      ++shown_;
    }
    count();
  });
  connect(&workbench.session.selection(), &Selection::cursorChanged, this, [this] { showCursor(); });
  fill();
}

bool LogPanel::eventFilter(QObject* watched, QEvent* event) {
  if (watched == text_->viewport() && event->type() == QEvent::MouseButtonRelease) {
    const auto* mouse = static_cast<QMouseEvent*>(event);
    if (mouse->button() == Qt::LeftButton && !text_->textCursor().hasSelection())
      goTo(text_->cursorForPosition(mouse->pos()).block());
  }
  if (watched == text_ && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Return || key == Qt::Key_Enter) {
      goTo(text_->textCursor().block());
      return true;
    }
  }
  return PanelWidget::eventFilter(watched, event);
}

void LogPanel::goTo(const QTextBlock& block) {
  const LogPlace* const place = placeOf(block);
  Session& session = workbench_.session;
  if (!place || !session.find(place->run)) return;
  const LogPlace to = *place;  // the line may go
  session.selection().select(to.run);
  if (to.step > 0) session.selection().setCursor(to.step);
}

/// The last line of the selected run up to that step.
void LogPanel::showCursor() {
  const Selection& selection = workbench_.session.selection();
  QTextBlock block;
  if (!selection.followsLive() && selection.cursor() > 0)
    for (block = text_->document()->lastBlock(); block.isValid(); block = block.previous())
      if (const LogPlace* place = placeOf(block);
          place && place->run == selection.run() && place->step > 0 && place->step <= selection.cursor())
        break;
  if (!block.isValid()) return text_->setExtraSelections({});
  QTextEdit::ExtraSelection line;
  line.format.setBackground(workbench_.theme.colour("raised"));
  line.format.setProperty(QTextFormat::FullWidthSelection, true);
  line.cursor = QTextCursor(block);
  text_->setExtraSelections({line});
  text_->setTextCursor(line.cursor);
}

QToolButton* LogPanel::button(const QString& name, const QString& icon, const QString& text,
                              const QString& help) {
  auto* made = new QToolButton;
  made->setObjectName(name);
  made->setIcon(workbench_.theme.icon(icon));
  made->setText(text);
  made->setToolTip(help);
  made->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  made->setAutoRaise(true);
  return made;
}

bool LogPanel::isWanted(const LogLine& line) const {
  return static_cast<int>(line.level) >= level_->currentIndex() &&
         line.whole().contains(search_->text(), Qt::CaseInsensitive);
}

void LogPanel::append(const LogLine& line) {
  const QString whole = line.whole();
  text_->appendPlainText(whole);
  QTextBlock block = text_->document()->lastBlock();
  for (auto parts = whole.count('\n'); block.isValid() && parts >= 0; --parts, block = block.previous())
    block.setUserData(new LogPlace(line.run, line.step));
}

void LogPanel::fill() {
  text_->clear();
  text_->setUpdatesEnabled(false);
  shown_ = 0;
  for (const LogLine& line : book_.lines())
    if (isWanted(line)) {
      append(line);
      ++shown_;
    }
  text_->setUpdatesEnabled(true);
  text_->moveCursor(QTextCursor::End);
  showCursor();
  count();
}

void LogPanel::count() {
  const int all = static_cast<int>(book_.lines().size());
  count_->setText(shown_ == all ? QString() : tr("%1 of %2 lines").arg(shown_).arg(all));
}

}  // namespace

Panel panel::log() {
  return {"log", "Log", "States, epochs, checkpoints and problems, a line each",
          [](const Workbench& workbench) -> PanelWidget* { return new LogPanel(workbench); }};
}

}  // namespace uada
