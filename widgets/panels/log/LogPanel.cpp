#include <QClipboard>
#include <QGuiApplication>
#include <QPlainTextEdit>
#include <QTime>
#include <QVBoxLayout>

#include "core/base/Files.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

/// What happened, a line each: states, epochs, checkpoints, problems.
class LogPanel : public PanelWidget {
 public:
  explicit LogPanel(const Workbench& workbench) : PanelWidget(workbench) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGrid, 0, kGrid, 0);
    text_->setObjectName("log");
    text_->setReadOnly(true);
    text_->setMaximumBlockCount(5000);
    text_->setPlaceholderText(tr("States, epochs, checkpoints and problems of runs will be listed here"));
    layout->addWidget(text_);
    connect(&workbench.session, &Session::logged, this, &LogPanel::add);
    connect(&workbench.session, &Session::problem, this,
            [this](const QString& what) { add(tr("problem: ") + what); });
  }

  QStringList exportFilters() const override { return {tr("Text (*.txt)")}; }
  void writeExport(const QString& file, const std::string&) override {
    writeFileAtomically(file.toStdString(), text_->toPlainText().toStdString() + "\n");
  }
  void copy() const override { QGuiApplication::clipboard()->setText(text_->toPlainText()); }

 private:
  void add(const QString& line) {
    text_->appendPlainText(QTime::currentTime().toString("hh:mm:ss  ") + line);
  }
  QPlainTextEdit* text_ = new QPlainTextEdit;
};

}  // namespace

Panel panel::log() {
  return {"log", "Log", "States, epochs, checkpoints and problems, a line each",
          [](const Workbench& workbench) -> PanelWidget* { return new LogPanel(workbench); }};
}

}  // namespace uada
