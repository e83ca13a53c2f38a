#include "core/ops/Grid.h"

#include "core/base/Catalog.h"

namespace uada {
namespace {

constexpr GridInfo kGrids[] = {
    {Grid::uc10, "uc10", "UADA authors, 10 levels", 9, false},
    {Grid::dv10, "dv10", "AutoAugment (DeepVoltaire), 10 levels", 9, false},
    {Grid::aa10, "aa10", "AutoAugment authors, 10 levels", 9, false},
    {Grid::aa10Published, "aa10-published", "AutoAugment authors, posterize of 4 to 1 bits", 9, false},
    {Grid::ddas, "ddas", "DDAS, levels 0 to 14 of 10", 14, false},
    {Grid::tv10, "tv10", "torchvision AutoAugment, 10 levels", 9, false},
    {Grid::tv31, "tv31", "torchvision RandAugment, 31 levels", 30, false},
    {Grid::ra30, "ra30", "RandAugment (pytorch-randaugment), 31 levels", 30, false},
    {Grid::ra30Published, "ra30-published", "RandAugment, posterize and solarize inverted", 30, false},
    {Grid::ta31, "ta31", "TrivialAugment, RandAugment space, 31 levels", 30, false},
    {Grid::taWide31, "ta-wide31", "TrivialAugment wide, 31 levels", 30, false},
    {Grid::tvWide31, "tv-wide31", "torchvision TrivialAugmentWide, 31 levels", 30, false},
    {Grid::faa, "faa", "Fast AutoAugment and DADA, 0 to 1", 1, true},
    {Grid::uniform, "uniform", "UniformAugment, 31 levels", 30, false},
    {Grid::ta31Paper, "ta31-paper", "TrivialAugment, RandAugment space, translations to 14.4 px", 30, false},
    {Grid::ta31Imagenet, "ta31-imagenet", "TrivialAugment, RandAugment space, translations to 70 px", 30,
     false},
    {Grid::ltda, "ltda", "LTDA, 0 to 1", 1, true},
    {Grid::divaug, "divaug", "DivAug, 0 to 1", 1, true},
    {Grid::ohl, "ohl", "OHL-Auto-Aug, 3 strengths", 2, false},
    {Grid::timm10, "timm10", "timm's RandAugment, 0 to 10", 10, true},
    {Grid::timm10Inc, "timm10-inc", "timm's RandAugment with inc1, 0 to 10", 10, true},
    {Grid::fraa, "fraa", "Faster AutoAugment, 0 to 1", 1, true},
    {Grid::fraaPublished, "fraa-published", "Faster AutoAugment, magnitudes -1 to 3 as 0 to 1", 1, true},
};

}  // namespace

std::span<const GridInfo> grids() { return kGrids; }

const GridInfo& gridInfo(Grid grid) { return kGrids[static_cast<std::size_t>(grid)]; }

Grid gridFromName(std::string_view name) { return findEntry(grids(), name, "grid").grid; }

std::string_view cutoutOf(Grid grid) {
  switch (grid) {
    case Grid::ra30:
    case Grid::ra30Published:
    case Grid::faa:
    case Grid::ltda:
    case Grid::divaug: return "cutout_abs";
    default: return "cutout";
  }
}

}  // namespace uada
