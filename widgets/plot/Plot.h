#pragma once

#include <QByteArray>
#include <QColor>
#include <QString>
#include <QStringList>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

class QCustomPlot;
class QMenu;

namespace uada {

class Theme;

struct Axis {
  QString title;
  QString unit;  ///< "" for none; shown in brackets
  bool log = false;
  std::optional<double> min = {}, max = {};  ///< fixed limits; else fitted
  bool isWhole = false;                      ///< of whole numbers: no ticks between them
  bool clip = false;  ///< fitted without the lowest and the highest hundredth of the values
};

/// x ascending; NaN in y is a gap. With smoothing the raw curve is a thin shadow and the average the line.
struct Curve {
  QString name;
  QColor colour;
  std::vector<double> x, y;
  double smoothing =
      0;  ///< 0: none; else the weight of the past in a bias-corrected exponential mean, below 1
  std::vector<double> meanX = {}, mean = {};  ///< or the average itself
  /// Of a long curve, of whose values x and y have only the extremes: the place and the value nearest to x;
  /// none: they are being read. Null: x and y have them all.
  std::function<std::optional<std::pair<double, double>>(double x)> exact = {};
  bool points = false;  ///< a mark at each value (few values only); a single value always has one
  bool dashed = false;
  bool right = false;                      ///< on the right axis
  bool faint = false;                      ///< another curve stands out
  std::optional<std::size_t> marked = {};  ///< index of a value with a ring around it
  bool inLegend = true;
};

struct Band {
  QString name;
  QColor colour;
  std::vector<double> x, low, high;
  bool faint = false;
  bool inLegend = true;
};

/// Shares or amounts that add up, drawn as stacked areas in the given order from the bottom.
struct StackedAreas {
  QStringList names;
  std::vector<QColor> colours;
  std::vector<double> x;
  std::vector<std::vector<double>> y;  ///< [part][x]
};

/// Rows from the top; columns spread evenly from x0 to x1 (their outer edges).
struct HeatMap {
  enum class Scale { sequential, diverging };  ///< viridis; blue-white-orange, symmetric about 0
  Scale scale = Scale::sequential;
  QStringList rows;
  int columns = 0;
  double x0 = 0, x1 = 1;
  std::vector<double> values;      ///< [row][column]; NaN: nothing to show
  std::optional<double> min, max;  ///< of the scale; else from the values
  QString title, unit;             ///< of the scale
  /// What the read-out of a cell adds: which steps, how many samples. Null: nothing.
  std::function<QString(int row, int column)> detail = {};
};

/// Histograms over whole numbers from 0, one above another, the first at the bottom; all of one scale, each
/// as shares of its own counts.
struct Ridges {
  struct Ridge {
    QString name;
    std::vector<double> filled, outlined;  ///< counts of 0, 1, 2 ...; as many in each
  };
  std::vector<Ridge> ridges;
  QString filledName, outlinedName;
  QColor filled, outlined;
};

/// A moment at which something happened: a dotted line, whose text the pointer shows.
struct Marker {
  double x = 0;
  QString text;
  QColor colour;
};

struct Figure {
  QString title;
  Axis x, left;
  std::optional<Axis> right;
  std::vector<Curve> curves;
  std::vector<Band> bands;
  std::vector<Marker> markers = {};
  std::optional<StackedAreas> areas;
  std::optional<HeatMap> heat;
  std::optional<Ridges> ridges;
  bool legend = true;
  bool isReduced = false;  ///< the curves have the extremes of several values where they stand close
  QString empty;           ///< shown in the middle while there is nothing to draw
};

/// The part of a plot that a person has chosen to see.
struct PlotZoom {
  std::pair<double, double> x;
  std::optional<std::pair<double, double>> y = {};  ///< none: all values of that part of x
  friend bool operator==(const PlotZoom&, const PlotZoom&) = default;
};

/// A figure with zoom (drag), pan (Shift and drag), wheel at the pointer, fit (double click), read-out under
/// the pointer, and a menu with export and copy. Curves are reduced to min/max envelopes for drawing only;
/// read-outs and exports of numbers use every value (Curve::exact). GUI thread. The only user of QCustomPlot.
class Plot : public QWidget {
  Q_OBJECT
 public:
  explicit Plot(const Theme& theme, QWidget* parent = nullptr);
  ~Plot() override;

  /// Replaces what is drawn (queued; cheap enough for 10 calls a second). A zoom chosen by the user is kept.
  void show(Figure figure);
  using QWidget::show;
  const Figure& figure() const;
  /// A vertical line at x, for the step cursor; none: no line.
  void setCursor(std::optional<double> x);
  void fit();
  /// Shows that part of the x axis, with all values there; none: all. Without zoomed().
  void showX(std::optional<std::pair<double, double>> part);
  /// The line that follows the pointer, while that is in another plot; none: no line.
  void setHair(std::optional<double> x);
  /// Whether the values under the pointer stand in a box beside it (they do at first).
  void setHasReadOut(bool has);
  /// Whether a column of pixels stands for several values, of which it has the extremes. A badge says so.
  bool isReduced() const;
  bool isZoomed() const;
  std::optional<PlotZoom> zoom() const;  ///< none: all is seen
  /// As if a person had chosen it, with zoomed() and without zoomChosen().
  void setZoom(const std::optional<PlotZoom>& zoom);
  /// What is seen of the x axis, if a person has zoomed.
  std::optional<std::pair<double, double>> zoomedTo() const;
  /// Reads out again what is under the pointer, for values that have been read meanwhile.
  void updateReadOut();

  /// One line per curve: "uada s1  0.4123" at the value nearest to x; for a heat map the cell under (x, y).
  QString readOut(double x, double y) const;
  /// The texts of the markers that are as near to x as a pointer hits, a line each; "": none.
  QString markersAt(double x) const;
  /// The kind is the file's ending: png, svg, pdf (both on white), or csv (numbers of every curve, not
  /// decimated). With title and legend, without the lines that follow cursor and pointer. Throws Error.
  /// size  in pixels of 1/96 inch; a PNG has twice as many. Empty: as on the screen
  void exportTo(const QString& file, QSize size = {}) const;
  static QStringList exportFilters();
  QPixmap picture(QSize size = {}) const;
  /// Of the figure, else the object's: what it is called where plots are listed.
  QString name() const;
  bool isEmpty() const;  ///< nothing is drawn
  /// Reads the numbers as CSV, in place of csvOf(): where the figure need not have them all. Of a plot of
  /// reduced curves, and none of this, they cannot be exported. Throws Error.
  std::function<QByteArray()> readNumbers;
  /// As CSV, every value. Throws Error.
  QByteArray numbers() const;
  /// What stands at the ticks of the x axis; a log axis has none here.
  QStringList xLabels() const;
  void copy() const;
  void copyNumbers() const;  ///< as exportTo() writes them to a .csv file

 Q_SIGNALS:
  void clicked(double x, double y);
  void hovered(double x, double y);
  void zoomed();  ///< by a person, and fitted again
  /// The same, once it is drawn.
  /// goesOn  by the wheel or by moving: many small steps
  void zoomChosen(const std::optional<uada::PlotZoom>& before, bool goesOn);
  void left();  ///< by the pointer

 protected:
  void leaveEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void fillMenu(QMenu& menu);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The minimum and maximum of each of `columns` equal parts of [x0, x1], in order of x, plus one neighbour on
/// each side: at most 2 * columns + 2 points that draw the same picture. NaN gaps are kept.
void envelope(const std::vector<double>& x, const std::vector<double>& y, double x0, double x1, int columns,
              std::vector<double>& outX, std::vector<double>& outY);
/// Bias-corrected exponential mean; NaN values are skipped (their place stays NaN). weight in [0, 1).
std::vector<double> smoothed(const std::vector<double>& y, double weight);

}  // namespace uada
