#pragma once

#include <span>
#include <string_view>

namespace uada {

/// How a level becomes an op's raw value, as one published code has it (docs/methods.md, "Levels", has
/// every formula). Names are stored in the database: never renamed. Errors of the published codes are grids
/// of their own, so that nobody gets them unasked.
enum class Grid {
  uc10,           ///< the UADA authors' code: level / 9; rotation ignores the sign
  dv10,           ///< DeepVoltaire's AutoAugment: as uc10, rotation with its sign
  aa10,           ///< the AutoAugment authors' code: level / 10; posterize keeps 8 to 5 bits
  aa10Published,  ///< the same as released: posterize keeps 4 bits at level 0, 1 at level 9
  ddas,           ///< the formulas of aa10 up to level 14, as DDAS uses them
  tv10,           ///< torchvision AutoAugment: 10 bins, in single precision
  tv31,           ///< torchvision RandAugment: 31 bins
  ra30,           ///< pytorch-randaugment: level / 30; posterize and solarize grow stronger with the level
  ra30Published,  ///< the same as released: posterize and solarize grow weaker with the level
  ta31,           ///< TrivialAugment's RandAugment space, "fixed_standard": level / 30
  taWide31,       ///< TrivialAugment's wide space
  tvWide31,       ///< torchvision TrivialAugmentWide
  faa,            ///< Fast AutoAugment and DADA: a share from 0 to 1, not whole levels
  uniform,        ///< UniformAugment's space as TrivialAugment's code has it: level / 30
  ta31Paper,      ///< ta31 with translations up to 14.4 pixels, as in RandAugment's paper
  ta31Imagenet,   ///< ta31 with translations up to 70 pixels, which its code takes for ImageNet
  ltda,           ///< LTDA: a share from 0 to 1; solarize grows weaker with it, posterize keeps 0 to 4 bits
  divaug,         ///< DivAug: as faa, but posterize keeps 0 to 4 bits
  ohl,            ///< OHL's three strengths of each op, in TrivialAugment's code
  timm10,         ///< timm's RandAugment: magnitudes from 0 to 10 of 10, any between
  timm10Inc,      ///< the same with inc1: posterize, solarize and the enhancers grow stronger with it
  fraa,           ///< Faster AutoAugment: a magnitude from 0 to 1; at 0 no op but solarize changes anything
  fraaPublished,  ///< the same as its code has it, whose magnitudes are not kept in 0 to 1: from -1 to 3
};

struct GridInfo {
  Grid grid;
  std::string_view name;   ///< as stored: "ta-wide31"
  std::string_view title;  ///< as read by people
  double top;              ///< the highest level; the lowest is 0
  bool continuous;         ///< any level between is meant, not only whole ones
};

/// All grids, in the order of the enumeration.
std::span<const GridInfo> grids();
const GridInfo& gridInfo(Grid grid);
Grid gridFromName(std::string_view name);  ///< throws UsageError listing the known names
inline std::string_view gridName(Grid grid) { return gridInfo(grid).name; }
inline double topLevel(Grid grid) { return gridInfo(grid).top; }
/// How many whole levels, from 0. Of a continuous grid: its two ends.
inline double levelsOf(Grid grid) { return topLevel(grid) + 1; }

/// The name of the op that a policy of this grid calls Cutout: the inclusive rectangle of the RandAugment and
/// Fast AutoAugment codes, else the centred box.
std::string_view cutoutOf(Grid grid);

}  // namespace uada
