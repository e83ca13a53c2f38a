#include "widgets/session/Theme.h"

#include <QApplication>
#include <QFile>
#include <QGuiApplication>
#include <QPainter>
#include <QPixmap>
#include <QStyleFactory>
#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "widgets/session/ColourDistance.h"

// A static library's resources are left out by the linker unless they are asked for.
static void initResources() { Q_INIT_RESOURCE(resources); }

namespace uada {

static QByteArray resource(const QString& path) {
  initResources();
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly))
    throw Error("the program has no resource '" + path.toStdString() + "'");
  return file.readAll();
}

static QColor colourOf(const Json& json) { return QColor(QString::fromStdString(json.asString())); }

Theme::Kind Theme::preferred() {
  const QPalette system = QGuiApplication::palette();
  return system.color(QPalette::Window).lightness() < 128 ? Kind::dark : Kind::light;
}

Theme::Theme(Kind kind) : kind_(kind) {
  const Json all = parseJson(resource(":/palette.json").toStdString(), "palette.json");
  const bool dark = kind == Kind::dark;
  for (const auto& [name, value] : all.at(dark ? "dark" : "light").asObject()) {
    colours_.push_back({QString::fromStdString(name), colourOf(value)});
  }
  for (const Json& value : all.at(dark ? "runs" : "runsOnWhite").asArray())
    groups_.push_back(colourOf(value));
  for (const Json& value : all.at("category").asArray()) categories_.push_back(colourOf(value));
}

QColor Theme::colour(const QString& name) const {
  for (const auto& [known, value] : colours_) {
    if (known == name) return value;
  }
  throw Error("the palette has no colour '" + name.toStdString() + "'");
}

QColor Theme::groupColour(int index) const {
  index = std::max(0, index) % kMostColours;
  if (index >= groups_.size()) groups_ = apartFrom(groups_, colour("base"), kMostColours);
  return groups_[index];
}

QColor Theme::seedColour(int index, int place) const {
  return shadeOf(groupColour(index), std::max(0, place) % kMostShades, colour("base"));
}

QColor Theme::category(int index) const { return categories_[index % categories_.size()]; }

QIcon Theme::icon(const QString& name, const QColor& wanted) const {
  const QByteArray source = resource(":/icons/" + name + ".svg");
  const QColor normal = wanted.isValid() ? wanted : colour("text");
  QIcon icon;
  for (const auto mode : {QIcon::Normal, QIcon::Disabled}) {
    QByteArray svg = source;
    QColor ink = mode == QIcon::Normal ? normal : colour("muted");
    if (mode == QIcon::Disabled) svg.replace("<svg ", "<svg opacity=\"0.5\" ");
    svg.replace("currentColor", ink.name().toLatin1());
    for (const int size : {16, 32, 48}) {
      QByteArray sized = svg;
      sized.replace("width=\"24\" height=\"24\"",
                    "width=\"" + QByteArray::number(size) + "\" height=\"" + QByteArray::number(size) + "\"");
      QPixmap picture;
      picture.loadFromData(sized, "SVG");
      icon.addPixmap(picture, mode);
    }
  }
  return icon;
}

static QPalette paletteOf(const Theme& theme) {
  QPalette palette;
  const auto set = [&](QPalette::ColorRole role, const char* name) {
    palette.setColor(role, theme.colour(name));
  };
  set(QPalette::Window, "window");
  set(QPalette::WindowText, "text");
  set(QPalette::Base, "base");
  set(QPalette::AlternateBase, "alternate");
  set(QPalette::Text, "text");
  set(QPalette::Button, "window");
  set(QPalette::ButtonText, "text");
  set(QPalette::ToolTipBase, "raised");
  set(QPalette::ToolTipText, "text");
  set(QPalette::Highlight, "accent");
  set(QPalette::HighlightedText, "accentText");
  set(QPalette::Link, "accent");
  set(QPalette::PlaceholderText, "muted");
  set(QPalette::Mid, "border");
  set(QPalette::Dark, "border");
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    QColor faint = theme.colour("muted");
    faint.setAlphaF(0.55F);
    palette.setColor(QPalette::Disabled, role, faint);
  }
  return palette;
}

void Theme::apply() const {
  QApplication::setStyle(QStyleFactory::create("Fusion"));
  QApplication::setPalette(paletteOf(*this));
  QString sheet = QString::fromUtf8(resource(":/window.qss"));
  for (const auto& [name, value] : colours_) sheet.replace("@" + name + "@", value.name());
  sheet.replace("@kind@", kind_ == Kind::dark ? "dark" : "light");
  qApp->setStyleSheet(sheet);
}

}  // namespace uada
