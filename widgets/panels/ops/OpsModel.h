#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/data/ResidentDataset.h"
#include "core/images/Image.h"
#include "core/ops/Op.h"

namespace uada {

/// The picture that the view Ops works on.
struct OpsPicture {
  Image image;
  std::string title;                    ///< "photo.jpg", "Fashion-MNIST, training sample 12: coat"
  std::shared_ptr<const Dataset> data;  ///< training images that it belongs to; null: a file
  std::string dataset;                  ///< its name in the catalogue; empty: a file
  int trainLimit = 0;                   ///< DataSettings::trainLimit of `data`
  std::uint32_t index = 0;              ///< in `data`
  ChannelStatistics statistics;         ///< of `data`, else of the picture itself
};

/// What the op explorer is set to.
struct OpSetting {
  std::size_t op = 0;  ///< index into ops()
  Grid grid = Grid::uc10;
  double level = 0;                                 ///< whole, but on a continuous grid
  int sign = 1;                                     ///< -1 or +1
  std::optional<double> typed;                      ///< a raw value in place of grid, level and sign
  std::optional<Filter> filter;                     ///< none: as the grid's code has it
  std::optional<std::array<std::uint8_t, 3>> fill;  ///< likewise
  double x = 0.5, y = 0.5;                          ///< of ops with a place
  std::uint32_t partner = 0;                        ///< of ops with a partner: training image of the same set

  const Op& entry() const { return ops().at(op); }
};

/// The raw value that a setting means for a picture; not a number where the op has no levels on the grid.
double rawValueOf(const OpSetting& setting, int width, int height);

/// The same op over the whole range of the grid, or of the op where it has none, evenly, the lowest first; of
/// whole levels none twice.
/// isFree  without a grid
/// count   at most, at least 2
std::vector<OpSetting> sheetOf(const OpSetting& setting, bool isFree, int count);

/// How the picture is read: as in training, but for what the setting says.
Sampling samplingFor(const OpSetting& setting);

/// A data set's image as the renderer mixes it into a picture of that size, which is square where they
/// differ.
Image broughtToSize(ImageView other, const Image& picture);

/// The op itself, Op::apply.
/// partner  of ops that have one: of the same size; empty: none
Image applied(const OpSetting& setting, const Image& image, const Image& partner = {});

/// Where two pictures differ, and by how much.
struct PixelDifference {
  Image image;  ///< |a - b| times the factor, at most 255
  int factor = 1;
  int most = 0;             ///< largest |a - b| of any channel
  double changedShare = 0;  ///< of the pixels that differ in any channel, 0..1
};
/// a, b    of the same size
/// factor  0: the largest whole one that saturates nothing
PixelDifference differenceOf(const Image& a, const Image& b, int factor = 0);

/// The heading that an op stands under: what it does to an image, from its properties.
std::string_view opGroup(const Op& op);
/// Source rule and properties, a line each.
std::string opTip(const Op& op);

}  // namespace uada
