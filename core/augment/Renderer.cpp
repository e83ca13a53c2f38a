#include "core/augment/Renderer.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "core/augment/Clamp.h"
#include "core/augment/Parts.h"
#include "core/base/Error.h"
#include "core/ops/Resize.h"

namespace uada {
namespace {

/// The most samples a thread takes at once: few enough to share out a small batch evenly.
constexpr std::size_t kGrain = 8;

/// Each thread's own, so that a renderer allocates nothing once its threads have drawn a sample.
ChangeTree& threadsTree() {
  thread_local ChangeTree tree;
  return tree;
}

ResizeScratch& threadsScratch() {
  thread_local ResizeScratch scratch;
  return scratch;
}

/// What several rows of a sample change, and where in the tree each ends.
struct RowChanges {
  std::vector<ChangeList> lists;
  std::vector<int> places;
};
RowChanges& threadsChanges() {
  thread_local RowChanges changes;
  return changes;
}

void draw(const Renderer& renderer, const Change& change, const Excerpt& excerpt) {
  const PartKind& kind = kindOf(change.part);
  if (kind.drawBox) return kind.drawBox(change, renderer, excerpt);
  kind.draw(change, renderer, excerpt.in, excerpt.out);
}

/// Paints the part of the box that lies in an image [height, width, 3] in one colour.
template <class Number>
void paint(Number* image, const PixelBox& box, ImageSize size, const std::array<Number, 3>& colour) {
  const auto row = [&](int edge) { return std::clamp(edge, 0, size.height); };
  const auto column = [&](int edge) { return std::clamp(edge, 0, size.width); };
  const int begin = row(box.top), end = row(box.bottom), width = column(box.right) - column(box.left);
  if (begin >= end || width <= 0) return;
  Number* const first = image + 3 * (begin * size.width + column(box.left));
  for (int col = 0; col < width; ++col) std::copy(colour.begin(), colour.end(), first + 3 * col);
  for (int r = 1; r < end - begin; ++r) std::copy_n(first, 3 * width, first + 3 * r * size.width);
}

/// Paints the pixels of an image that are transparent.
template <class Number>
void uncover(Number* image, ImageView opacity, const std::array<Number, 3>& colour) {
  for (std::size_t i = 0; i < opacity.bytes(); i += 3)
    if (opacity.rgb[i] == 0) std::copy(colour.begin(), colour.end(), image + i);
}

void requireInputSize(const ChangeList& list, const Input& input) {
  const auto [width, height] = list.size();
  if (width != input.width || height != input.height)
    throw Error(
        fmt::format("cannot render a plan that ends in a picture of {} x {} pixels for an input of {} x "
                    "{}: a window of the input's size is missing",
                    width, height, input.width, input.height));
}

/// Which rows show each sample, in their order.
class RowsBySample {
 public:
  /// throws  Error if a row shows none of the samples, and if plans alone are no whole variants
  RowsBySample(const ShownRows& rows, std::size_t samples) : begins_(samples + 1), rows_(rows.size()) {
    if (rows.areWholeVariants() && (samples == 0 ? rows.size() > 0 : rows.size() % samples != 0))
      throw Error(fmt::format("cannot render {} plans of {} samples: a whole number of each is needed",
                              rows.size(), samples));
    for (std::size_t row = 0; row < rows.size(); ++row) ++begins_[placeOf(rows, row, samples) + 1];
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    std::vector<std::size_t> next(begins_.begin(), begins_.end() - 1);
    for (std::size_t row = 0; row < rows.size(); ++row) rows_[next[placeOf(rows, row, samples)]++] = row;
  }
  std::span<const std::size_t> of(std::size_t sample) const {
    return std::span(rows_).subspan(begins_[sample], begins_[sample + 1] - begins_[sample]);
  }

 private:
  static std::size_t placeOf(const ShownRows& rows, std::size_t row, std::size_t samples) {
    const int place = rows.place(row, samples);
    if (place < 0 || static_cast<std::size_t>(place) >= samples)
      throw Error(fmt::format("cannot render row {} of sample {}: the batch has {}", row, place, samples));
    return static_cast<std::size_t>(place);
  }

  std::vector<std::size_t> begins_;  ///< of each sample's, in rows_
  std::vector<std::size_t> rows_;
};

bool isTimm(Grid grid) { return grid == Grid::timm10 || grid == Grid::timm10Inc; }
bool isBilinear(Grid grid) { return isTimm(grid) || grid == Grid::fraa || grid == Grid::fraaPublished; }

}  // namespace

Sampling samplingOf(Grid grid, const Op& op) {
  Sampling sampling;
  const bool uc = grid == Grid::uc10 || grid == Grid::dv10;
  if (uc || isTimm(grid)) sampling.fill = {128, 128, 128};
  sampling.filter = uc ? op.uc10Filter : isBilinear(grid) ? Filter::bilinear : Filter::nearest;
  if (grid == Grid::uniform || grid == Grid::taWide31) sampling.cover = {0, 0, 0};
  return sampling;
}

Renderer::Renderer(const Dataset& data, RenderSettings settings, ThreadPool& pool)
    : data_(data),
      settings_(std::move(settings)),
      pool_(pool),
      normaliser_(settings_.mean, settings_.deviation) {
  for (const GridInfo& info : grids()) {
    std::vector<Sampling>& samplings = samplings_.emplace_back();
    for (const Op& op : ops()) {
      samplings.push_back(settings_.sampling.value_or(samplingOf(info.grid, op)));
      if (isTimm(info.grid) && !settings_.sampling) samplings.back().fill = colourOf(BoxFill::mean);
    }
  }
}

ImageSize Renderer::sizeOf(std::uint32_t index) const {
  if (index >= data_.size())
    throw Error(fmt::format("cannot render sample {}: the data set has {}", index, data_.size()));
  return data_.imageSize(index);
}

Held<ImageView> Renderer::source(std::uint32_t index, const PixelBox* part) const {
  const ImageSize size = sizeOf(index);
  Held<ImageView> image = data_.image(index, part);
  if (ImageSize{image->width, image->height} != size)
    throw Error(fmt::format("sample {} has {} x {} pixels, not {} x {} as its data set says", index,
                            image->width, image->height, size.width, size.height));
  return image;
}

/// The part of the sample's image that is enough for those of the rows.
/// throws  Error if one of them cannot be drawn from the image
PixelBox Renderer::shownPart(std::uint32_t index, const ShownRows& rows,
                             std::span<const std::size_t> which) const {
  const auto [width, height] = sizeOf(index);
  PixelBox shown{width, height, 0, 0};
  for (const std::size_t row : which) {
    refuseSize(index, rows.plan(row));
    const PixelBox part = uada::shownPart(rows.plan(row), settings_.input, {width, height});
    shown = {std::min(shown.left, part.left), std::min(shown.top, part.top),
             std::max(shown.right, part.right), std::max(shown.bottom, part.bottom)};
  }
  return shown;
}

/// Throws  Error if the plan cannot be drawn from an image of the sample's size.
void Renderer::refuseSize(std::uint32_t index, const Plan& plan) const {
  const ImageSize image = sizeOf(index);
  const ImageSize wanted = sourceOf(plan);
  if (wanted != image)
    throw Error(fmt::format(
        "cannot render sample {} of {} x {} pixels with a plan for images of {} x {}: only a resized "
        "crop or a scale that was drawn for its size fits",
        index, image.width, image.height, wanted.width, wanted.height));
}

/// The image as the test set shows it, of a size; until the thread's next call.
ImageView Renderer::centred(ImageView image, ImageSize size) const {
  if (ImageSize{image.width, image.height} == size) return image;
  thread_local Image centre;
  shape(centre, size);
  resizedCentre(image, centre.span(), threadsScratch());
  return centre.view();
}

ChangeList Renderer::changesOf(const Plan& plan) const {
  ChangeList list;
  listChanges(plan, settings_.input, list);
  return list;
}

ImageView Renderer::partner(std::uint32_t number, ImageSize size) const {
  thread_local std::optional<Held<ImageView>> kept;  // decoded pixels live until the next call
  kept.emplace(data_.image(static_cast<std::uint32_t>(number % data_.size())));
  return centred(**kept, size);
}

Sampling Renderer::samplingFor(const Change& change) const {
  const Part& part = change.part;
  Sampling sampling = samplings_[static_cast<std::size_t>(change.grid)][part.op];
  if (const auto filter = stepFilter(part)) sampling.filter = *filter;
  if (ops()[part.op].hasPlace) {
    sampling.x = part.x;
    sampling.y = part.y;
  }
  return sampling;
}

std::array<std::uint8_t, 3> Renderer::colourOf(BoxFill fill) const {
  std::array<std::uint8_t, 3> colour{};
  for (std::size_t c = 0; c < 3 && fill == BoxFill::mean; ++c)
    colour[c] = static_cast<std::uint8_t>(std::clamp(settings_.mean[c], 0.0f, 1.0f) * 255.0f + 0.5f);
  return colour;
}

/// put(row, picture, plan, list) receives every picture without its boxes, the plan and what it changes, from
/// any thread. A thread draws the rows of a sample one after another.
template <class Put>
void Renderer::renderAll(std::span<const std::uint32_t> indices, const ShownRows& rows,
                         const Put& put) const {
  const std::size_t samples = indices.size();
  const RowsBySample bySample(rows, samples);
  const auto drawn = [this](const Change& change, const Excerpt& excerpt) { draw(*this, change, excerpt); };
  const std::size_t share = samples / (4 * static_cast<std::size_t>(pool_.threads()));
  pool_.forRanges(samples, std::clamp<std::size_t>(share, 1, kGrain),
                  [&](std::size_t begin, std::size_t end) {
                    ChangeTree& tree = threadsTree();
                    auto& [lists, places] = threadsChanges();
                    for (std::size_t sample = begin; sample < end; ++sample) {
                      const std::span<const std::size_t> own = bySample.of(sample);
                      if (own.empty()) continue;
                      const PixelBox part = shownPart(indices[sample], rows, own);
                      const Held<ImageView> image = source(indices[sample], &part);
                      tree.begin(*image);
                      if (lists.size() < own.size()) lists.resize(own.size());
                      places.clear();
                      for (std::size_t k = 0; k < own.size(); ++k) {
                        listChanges(rows.plan(own[k]), settings_.input, lists[k]);
                        requireInputSize(lists[k], settings_.input);
                        places.push_back(tree.add(lists[k].changes()));
                      }
                      tree.settle();
                      for (std::size_t k = 0; k < own.size(); ++k)
                        put(own[k], tree.reach(places[k], drawn), rows.plan(own[k]), lists[k]);
                    }
                  });
}

/// What is transparent at the end of the plan, in bytes: the rounded mean; then the boxes.
void Renderer::finish(std::uint8_t* image, const Plan& plan, const ChangeList& list) const {
  if (plan.outside == Outside::mean) uncover(image, opacity(list), colourOf(BoxFill::mean));
  for (const Cover& cover : list.covers()) paint(image, cover.box, list.size(), colourOf(cover.fill));
}

/// The same, normalised: the mean is 0.
template <class Number>
void Renderer::finishNumbers(Number* image, const Plan& plan, const ChangeList& list) const {
  if (plan.outside == Outside::mean) uncover(image, opacity(list), std::array<Number, 3>{});
  if (list.covers().empty()) return;
  const std::array<std::uint8_t, 3> black{};
  std::array<Number, 3> blackNumbers;
  normaliser_.apply({black.data(), 1, 1}, blackNumbers.data());
  for (const Cover& cover : list.covers())
    paint(image, cover.box, settings_.input.size(),
          cover.fill == BoxFill::mean ? std::array<Number, 3>{} : blackNumbers);
}

template <class Number>
void Renderer::renderNumbers(std::span<const std::uint32_t> indices, const ShownRows& rows,
                             Number* out) const {
  const auto put = [&](std::size_t row, ImageView picture, const Plan& plan, const ChangeList& list) {
    Number* image = out + row * bytes();
    normaliser_.apply(picture, image);
    finishNumbers(image, plan, list);
  };
  renderAll(indices, rows, put);
}

void Renderer::render(std::span<const std::uint32_t> indices, const ShownRows& rows, float* out) const {
  renderNumbers(indices, rows, out);
}

void Renderer::render(std::span<const std::uint32_t> indices, const ShownRows& rows,
                      std::uint16_t* out) const {
  renderNumbers(indices, rows, out);
}

void Renderer::renderBytes(std::span<const std::uint32_t> indices, const ShownRows& rows,
                           std::uint8_t* out) const {
  const auto put = [&](std::size_t row, ImageView picture, const Plan& plan, const ChangeList& list) {
    std::uint8_t* image = out + row * bytes();
    std::copy_n(picture.rgb, bytes(), image);
    finish(image, plan, list);
  };
  renderAll(indices, rows, put);
}

void Renderer::numbers(const ShownRows& rows, const std::uint8_t* bytes, float* out) const {
  const auto [width, height] = settings_.input.size();
  pool_.forRanges(rows.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    ChangeList list;
    for (std::size_t row = begin; row < end; ++row) {
      float* image = out + row * this->bytes();
      normaliser_.apply({bytes + row * this->bytes(), width, height}, image);
      const Plan& plan = rows.plan(row);
      if (plan.boxFill != BoxFill::mean && plan.outside != Outside::mean) continue;  // black is a byte
      listChanges(plan, settings_.input, list);
      finishNumbers(image, plan, list);
    }
  });
}

void Renderer::plain(std::span<const std::uint32_t> indices, float* out) const {
  pool_.forRanges(indices.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Held<ImageView> image = source(indices[i]);
      normaliser_.apply(centred(*image, settings_.input.size()), out + i * bytes());
    }
  });
}

Image Renderer::picture(std::uint32_t index, const Plan& plan) const {
  const ChangeList list = changesOf(plan);
  ChangeTree& tree = threadsTree();
  const std::size_t only = 0;
  const PixelBox part = shownPart(index, {&plan, 1}, {&only, 1});
  const Held<ImageView> whole = source(index, &part);
  tree.begin(*whole);
  const int place = tree.add(list.changes());
  tree.settle();
  Image image(tree.reach(
      place, [this](const Change& change, const Excerpt& excerpt) { draw(*this, change, excerpt); }));
  finish(image.rgb.data(), plan, list);
  return image;
}

}  // namespace uada
