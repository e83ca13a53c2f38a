#include <fmt/core.h>

#include <QPainter>
#include <algorithm>

#include "core/tables/Grid.h"
#include "widgets/plot/CostBars.h"
#include "widgets/session/Theme.h"

// The bars of costs as they are exported.
namespace uada {

void CostBars::draw(QPainter& painter, QSize size) const {
  const Theme paper(Theme::Kind::light);
  CostBars copy(paper);
  copy.setFont(font());
  copy.show(rows_);
  const int least = copy.numberWidth() + 30 * kGrid;  // with room for names and bars
  copy.resize(std::max(least, size.width()), size.height());
  const double scale = std::min({1.0, static_cast<double>(size.width()) / least,
                                 static_cast<double>(size.height()) / copy.sizeHint().height()});
  copy.resize((QSizeF(size) / scale).toSize());
  painter.scale(scale, scale);
  painter.setFont(font());
  copy.paint(painter);
}

QByteArray CostBars::numbers() const {
  std::string text = "curve,runs,steps,phase,Time per step (ms),note\n";
  for (const Row& row : rows_) {
    struct {
      std::vector<double> seconds;
      void phase(const char*, double value) { seconds.push_back(value); }
    } lister;
    Timings::visit(row.timings, lister);
    const std::string before = fmt::format("{},{},{},", csvText(row.name.toStdString()), row.runs, row.steps);
    const auto add = [&](const std::string& phase, double seconds, const std::string& note) {
      text += before + csvText(phase) + ',' + csvNumber(1000 * seconds / static_cast<double>(row.steps)) +
              ',' + csvText(note) + '\n';
    };
    for (std::size_t i = 0; i < phases().size(); ++i) add(phases()[i].name, lister.seconds[i], {});
    add("all", row.timings.total(), row.ratio.toStdString());
  }
  return QByteArray::fromStdString(text);
}

}  // namespace uada
