#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/base/Files.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/LogBook.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

/// What happened, a line each: states, epochs, checkpoints, problems; all of it, or what is looked for.
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
  bool isWanted(const LogLine& line) const;
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
      text_->appendPlainText(line.whole());
      ++shown_;
    }
    count();
  });
  fill();
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

void LogPanel::fill() {
  QStringList lines;
  for (const LogLine& line : book_.lines())
    if (isWanted(line)) lines << line.whole();
  shown_ = static_cast<int>(lines.size());
  text_->setPlainText(lines.join('\n'));
  text_->moveCursor(QTextCursor::End);
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
