#pragma once

#include <QImage>
#include <vector>

#include "core/data/LabelPicture.h"
#include "core/data/Target.h"

namespace uada {

/// How label maps are drawn over a picture.
struct LabelStyle {
  std::vector<ClassColour> colours;  ///< of the classes; a label beyond them is of none, and hatched
  std::vector<bool> shown;           ///< of the classes: one that is not is left out; too few: the rest is
  double opacity = 0.6;              ///< 0..1
};

/// Which colours classes have.
enum class ClassPalette {
  ofTheData,    ///< as the data set has them
  distinct,     ///< hues as far apart as their number allows, in three lightnesses
  colourBlind,  ///< the eight of Okabe and Ito, then shades of them
};
/// ofTheData  the data set's own, one a class
std::vector<ClassColour> classColours(ClassPalette palette, const std::vector<ClassColour>& ofTheData);

/// In the form that is painted fastest.
QImage pictureOf(ImageView image);

/// The picture under the colours of a map. What is of no class is hatched in greys.
/// picture  of pictureOf(), as large as the map. throws  Error if it is not
/// shown    as large, or smaller: then each pixel is the mean of those that it stands for, as
///          if the whole had been drawn first; empty: as large as the map
QImage labelOverlay(const QImage& picture, LabelMapView map, const LabelStyle& style, QSize shown = {});

/// The picture in dim greys under red where a class that is shown was taken for another. What the truth has
/// of no class is hatched: it is neither right nor wrong.
/// throws  Error if the three differ in size
QImage errorOverlay(const QImage& picture, LabelMapView truth, LabelMapView predicted,
                    const LabelStyle& style, QSize shown = {});

/// How far two pictures are apart in each channel, times `factor`; black: not at all.
/// throws  Error if they differ in size
QImage differencePicture(ImageView a, ImageView b, double factor);

/// Peak signal-to-noise ratio, dB, of all channels together; infinite for equal pictures.
/// throws  Error if they differ in size
double peakRatio(ImageView a, ImageView b);

/// Of what is ignored, for a legend.
QImage hatchSwatch(QSize size);

/// Red of what is wrong: #d62728.
constexpr ClassColour kWrongColour{214, 39, 40};

}  // namespace uada
