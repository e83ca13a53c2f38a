#include "widgets/session/Theme.h"

#include <QApplication>
#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmap>
#include <QStyleFactory>
#include <algorithm>
#include <map>
#include <utility>

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

QColor Theme::groupColour(int index) const { return groups_[std::max(0, index) % kMostColours]; }

QColor Theme::seedColour(int index, int place) const {
  return shadeOf(groupColour(index), std::max(0, place) % kMostShades, colour("base"));
}

QColor Theme::category(int index) const { return categories_[index % categories_.size()]; }

namespace {

/// A drawing of one colour, rendered when and as large as it is painted: most icons of the window are in
/// menus that nobody opens.
class InkIcon : public QIconEngine {
 public:
  /// source  an SVG of 24 by 24 whose colour is `currentColor`
  InkIcon(QByteArray source, const QColor& normal, const QColor& disabled)
      : source_(std::move(source)), normal_(normal), disabled_(disabled) {}

  QIconEngine* clone() const override { return new InkIcon(*this); }
  void paint(QPainter* painter, const QRect& place, QIcon::Mode mode, QIcon::State state) override {
    const qreal ratio = painter->device()->devicePixelRatio();
    painter->drawPixmap(place, pixmap((QSizeF(place.size()) * ratio).toSize(), mode, state));
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override {
    const bool isDisabled = mode == QIcon::Disabled;
    const int side = std::min(size.width(), size.height());
    QPixmap& known = rendered_[{side, isDisabled}];
    if (known.isNull() && side > 0) known.loadFromData(drawing(side, isDisabled), "SVG");
    return known;
  }

 private:
  QByteArray drawing(int side, bool isDisabled) const {
    QByteArray svg = source_;
    if (isDisabled) svg.replace("<svg ", "<svg opacity=\"0.5\" ");
    svg.replace("currentColor", (isDisabled ? disabled_ : normal_).name().toLatin1());
    const QByteArray pixels = QByteArray::number(side);
    return svg.replace("width=\"24\" height=\"24\"", "width=\"" + pixels + "\" height=\"" + pixels + "\"");
  }

  QByteArray source_;
  QColor normal_, disabled_;
  std::map<std::pair<int, bool>, QPixmap> rendered_;  ///< by side, and whether disabled
};

}  // namespace

QIcon Theme::icon(const QString& name, const QColor& wanted) const {
  return QIcon(new InkIcon(resource(":/icons/" + name + ".svg"), wanted.isValid() ? wanted : colour("text"),
                           colour("muted")));
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
  // Below what is disabled the style draws the text once more in this, which must not be brighter.
  palette.setColor(QPalette::Disabled, QPalette::Light, theme.colour("window"));
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
