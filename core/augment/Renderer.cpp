#include "core/augment/Renderer.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/augment/Clamp.h"
#include "core/base/Error.h"
#include "core/ops/Crop.h"

namespace uada {
namespace {

/// The most images a thread takes at once: small enough to share out a small batch evenly.
constexpr std::size_t kGrain = 8;

/// An image on its way through the stages of a plan, in two buffers that the thread keeps.
class Canvas {
 public:
  Canvas(ImageView source, int side) : current_(source) {
    thread_local std::vector<std::uint8_t> buffer;
    const std::size_t bytes = std::size_t{3} * side * side;
    if (buffer.size() < 2 * bytes) buffer.resize(2 * bytes);
    next_ = {buffer.data(), side, side};
    last_ = {buffer.data() + bytes, side, side};
  }

  /// stage(in, out) makes the next picture from the current one.
  template <class Stage>
  void pass(const Stage& stage) {
    stage(current_, next_);
    current_ = next_;
    std::swap(next_, last_);
  }
  /// The current picture to be changed in place; a copy if it is still the data set's own.
  ImageSpan writable() {
    if (current_.rgb != last_.rgb)
      pass([](ImageView in, ImageSpan out) { std::copy_n(in.rgb, in.bytes(), out.rgb); });
    return last_;
  }
  ImageView view() const { return current_; }

 private:
  ImageView current_;
  ImageSpan next_, last_;  ///< after a pass, last_ is the current picture
};

void cropAndFlip(Canvas& canvas, const Plan& plan, int pad) {
  if (plan.crop)
    canvas.pass([&](ImageView in, ImageSpan out) { padCrop(in, out, plan.crop->row, plan.crop->col, pad); });
  if (plan.flip.value_or(false)) canvas.pass(flipHorizontal);
}

/// samplings  of each op
void applyChain(Canvas& canvas, const Plan& plan, const Dataset& data, const std::vector<Sampling>& samplings) {
  for (const Step& step : plan.chain()) {
    if (!step.fired) continue;
    const Op& op = ops().at(step.op);
    const double level = placeOnGrid(step, plan.grid);
    const double value = rawValue(op, plan.grid, level, step.sign, canvas.view().width);
    Sampling sampling = samplings[step.op];
    if (op.hasPlace) {
      sampling.x = step.x;
      sampling.y = step.y;
    }
    if (op.hasPartner) sampling.other = data.image(step.partner % data.size());
    canvas.pass([&](ImageView in, ImageSpan out) { op.apply(in, out, value, sampling); });
  }
}

/// As the grid's code reads the image: UADA's authors, after DeepVoltaire, have grey outside and a bicubic shear;
/// the others black and nearest, and the spaces of TrivialAugment's code a black cutout.
Sampling samplingOf(Grid grid, const Op& op) {
  Sampling sampling;
  const bool uc = grid == Grid::uc10 || grid == Grid::dv10;
  if (uc) sampling.fill = {128, 128, 128};
  sampling.filter = uc ? op.uc10Filter : Filter::nearest;
  if (grid == Grid::uniform || grid == Grid::taWide31) sampling.cover = {0, 0, 0};
  return sampling;
}

/// Sets the box of a normalised image [side, side, 3] to 0, exactly the data set's mean.
void eraseMean(float* image, const Plan& plan, int side) {
  if (!plan.cutout) return;
  const auto inside = [&](int edge) { return std::clamp(edge, 0, side); };
  const int begin = inside(plan.cutout->top), end = inside(plan.cutout->bottom);
  if (begin >= end) return;
  for (int row = inside(plan.cutout->left); row < inside(plan.cutout->right); ++row)
    std::fill(image + 3 * (row * side + begin), image + 3 * (row * side + end), 0.0f);
}

bool isEmpty(const Box& box) { return box.left >= box.right || box.top >= box.bottom; }

}  // namespace

Renderer::Renderer(const Dataset& data, RenderSettings settings, ThreadPool& pool)
    : data_(data), settings_(std::move(settings)), pool_(pool) {
  if (data.width != settings_.side || data.height != settings_.side)
    throw Error(fmt::format("cannot render images of {} x {} pixels as {} x {}: the sizes must be equal",
                            data.width, data.height, settings_.side, settings_.side));
  for (const GridInfo& info : grids()) {
    std::vector<Sampling>& samplings = samplings_.emplace_back();
    for (const Op& op : ops()) samplings.push_back(settings_.sampling.value_or(samplingOf(info.grid, op)));
  }
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t byte = 0; byte < 256; ++byte)
      normalised_[c][byte] = (static_cast<float>(byte) / 255.0f - settings_.mean[c]) / settings_.deviation[c];
}

/// The pixels of one plan. They lie in the thread's buffers, or in the data set if the plan changes nothing,
/// until the same thread draws again.
ImageView Renderer::draw(std::uint32_t index, const Plan& plan) const {
  if (index >= data_.size())
    throw Error(fmt::format("cannot render sample {}: the data set has {}", index, data_.size()));
  const Plan used = clampPlan(plan, {settings_.side, settings_.pad});
  Canvas canvas(data_.image(index), settings_.side);
  if (used.order == RenderOrder::cropFirst) cropAndFlip(canvas, used, settings_.pad);
  applyChain(canvas, used, data_, samplings_[static_cast<std::size_t>(used.grid)]);
  if (used.order == RenderOrder::chainFirst) cropAndFlip(canvas, used, settings_.pad);
  if (const auto& box = used.cutout; box && !isEmpty(*box))
    eraseBox(canvas.writable(), box->left, box->right, box->top, box->bottom, colourOf(used.boxFill));
  return canvas.view();
}

std::array<std::uint8_t, 3> Renderer::colourOf(BoxFill fill) const {
  std::array<std::uint8_t, 3> colour{};
  for (std::size_t c = 0; c < 3 && fill == BoxFill::mean; ++c)
    colour[c] = static_cast<std::uint8_t>(std::clamp(settings_.mean[c], 0.0f, 1.0f) * 255.0f + 0.5f);
  return colour;
}

void Renderer::normalise(const std::uint8_t* bytes, float* out) const {
  for (std::size_t i = 0; i < this->bytes(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) out[i + c] = normalised_[c][bytes[i + c]];
}

/// put(place, bytes) receives every picture, from any thread; place as in `plans`. The variants of a sample
/// are drawn one after another, while its pixels are in the cache.
template <class Put>
void Renderer::renderAll(std::span<const std::uint32_t> indices, std::span<const Plan> plans,
                         const Put& put) const {
  const std::size_t samples = indices.size(), variants = samples ? plans.size() / samples : 0;
  if (samples * variants != plans.size())
    throw Error(fmt::format("cannot render {} plans of {} samples: a whole number of each is needed",
                            plans.size(), samples));
  pool_.forRanges(plans.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t sample = i / variants, place = i % variants * samples + sample;
      put(place, draw(indices[sample], plans[place]).rgb);
    }
  });
}

void Renderer::render(std::span<const std::uint32_t> indices, std::span<const Plan> plans, float* out) const {
  renderAll(indices, plans,
            [&](std::size_t place, const std::uint8_t* rgb) {
              float* image = out + place * bytes();
              normalise(rgb, image);
              if (plans[place].boxFill == BoxFill::mean) eraseMean(image, plans[place], settings_.side);
            });
}

void Renderer::renderBytes(std::span<const std::uint32_t> indices, std::span<const Plan> plans,
                           std::uint8_t* out) const {
  renderAll(indices, plans, [&](std::size_t place, const std::uint8_t* rgb) {
    std::copy_n(rgb, bytes(), out + place * bytes());
  });
}

void Renderer::plain(std::span<const std::uint32_t> indices, float* out) const {
  pool_.forRanges(indices.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) normalise(draw(indices[i], Plan{}).rgb, out + i * bytes());
  });
}

Image Renderer::picture(std::uint32_t index, const Plan& plan) const { return Image(draw(index, plan)); }

}  // namespace uada
