#include "core/engine/tasks/Denoising.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/Error.h"
#include "core/engine/tasks/TaskHead.h"
#include "core/images/Similarity.h"
#include "core/ops/Degrade.h"
#include "core/ops/Normalise.h"

namespace uada {
namespace {

constexpr std::size_t kTestBatch = 64;
constexpr std::size_t kPixelsAtOnce = 64 * 64 * 64;  // that the network sees in a test, or a single image

class PictureMeter : public Meter {
 public:
  Metrics values() const override {
    const auto count = static_cast<double>(images);
    return {{"psnr", psnr / count},
            {"ssim", ssim / count},
            {"psnr_input", spoiled / count},
            {"loss", loss / count}};
  }
  std::vector<double> numbers() const override {
    return {static_cast<double>(images), psnr, ssim, spoiled, loss};
  }
  void merge(std::span<const double> numbers) override {
    images += static_cast<std::int64_t>(numbers[0]);
    psnr += numbers[1];
    ssim += numbers[2];
    spoiled += numbers[3];
    loss += numbers[4];
  }

  std::int64_t images = 0;
  double psnr = 0, ssim = 0, spoiled = 0, loss = 0;  ///< sums over them
};

class DenoisingHead : public TaskHead {
 public:
  DenoisingHead(const Denoising& settings, const HeadContext& context)
      : settings_(settings), context_(context) {
    const auto ofChannels = [&](const std::array<float, 3>& values) {
      return at::tensor(at::ArrayRef<float>(values.data(), values.size())).view({3, 1, 1}).to(context.device);
    };
    mean_ = ofChannels(context.mean);
    deviation_ = ofChannels(context.deviation);
  }

  Targets targets(std::span<const Target> targets) const override {
    const Image& first = std::get<Image>(targets.front());
    Targets all;
    all.pictures =
        at::empty({static_cast<std::int64_t>(targets.size()), first.height, first.width, 3}, at::kByte);
    auto* to = static_cast<std::uint8_t*>(all.pictures.mutable_data_ptr());
    for (const Target& target : targets) to = std::ranges::copy(std::get<Image>(target).rgb, to).out;
    return all;
  }

  at::Tensor losses(const Output& output, const Targets& targets) const override {
    const at::Tensor apart = differences(output, targets);
    return (settings_.loss == "l1" ? apart.abs() : apart.square()).flatten(1).mean(1);
  }
  at::Tensor objective(const Output& output, const Targets& targets) const override {
    return losses(output, targets).mean();
  }
  /// The PSNR of each row, of which those of a test are the rounded pictures'.
  at::Tensor trainSums(const Output& output, const Targets& targets) const override {
    const at::NoGradGuard noGrad;
    const at::Tensor errors = differences(output, targets).square().flatten(1).mean(1).to(at::kDouble);
    const at::Tensor psnrs = (-10 * errors.log10()).clamp_max(kMostPsnr);
    return at::stack({psnrs.sum(), at::full_like(errors[0], static_cast<double>(targets.rows()))})
        .unsqueeze(0);
  }

  std::unique_ptr<Meter> meter() const override { return std::make_unique<PictureMeter>(); }
  std::size_t testBatch() const override { return kTestBatch; }
  std::vector<Prediction> predict(Network& network, const Renderer& renderer,
                                  std::span<const std::uint32_t> samples, Meter& meter) const override {
    std::vector<Tried> tried = this->tried(network, renderer, samples);
    struct Scores {
      double psnr = 0, ssim = 0, spoiled = 0;
    };
    std::vector<Scores> scores(tried.size());
    renderer.pool().forRanges(tried.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const ImageView clean = tried[i].clean.view(), restored = tried[i].restored.view();
        scores[i] = {psnr(restored, clean), ssim(restored, clean), psnr(tried[i].spoiled.view(), clean)};
      }
    });
    auto& sums = static_cast<PictureMeter&>(meter);
    for (std::size_t i = 0; i < tried.size(); ++i) {  // in order, whatever the threads
      sums.psnr += scores[i].psnr;
      sums.ssim += scores[i].ssim;
      sums.spoiled += scores[i].spoiled;
      sums.loss += tried[i].loss;
    }
    sums.images += static_cast<std::int64_t>(tried.size());
    std::vector<Prediction> found;
    for (Tried& one : tried) found.emplace_back(Restored{std::move(one.restored), std::move(one.spoiled)});
    return found;
  }

  void check(const Dataset& data, std::string_view which) const override {
    if (data.targetKind() != TargetKind::picture)
      throw Error(fmt::format("the {} set has no pictures, which denoising learns from", which));
  }

 private:
  /// 0 to 1: [R, 3, height, width].
  at::Tensor restored(const Output& output) const { return output.main * deviation_ + mean_; }
  at::Tensor differences(const Output& output, const Targets& targets) const {
    return restored(output) - targets.pictures.permute({0, 3, 1, 2}).to(at::kFloat) / 255;
  }

  /// As every test shows it, whatever the run.
  Image spoiled(ImageView image, std::uint32_t sample) const {
    Image picture(image);
    if (settings_.testBlur > 0)
      blurGaussian(image, picture.span(), static_cast<int>(std::lround(settings_.testBlur * kBlurPerOne)));
    addNoise(picture.view(), picture.span(),
             static_cast<int>(std::lround(settings_.testNoise * kNoisePerOne)), sample);
    quantise(picture.view(), picture.span(), settings_.testStep);
    return picture;
  }

  /// An image of a test, in whole levels.
  struct Tried {
    Image clean, spoiled, restored;
    double loss = 0;
  };

  /// Images of one size that follow each other go through the network together, not more than fit.
  std::vector<Tried> tried(Network& network, const Renderer& renderer,
                           std::span<const std::uint32_t> samples) const {
    const auto sizeOf = [&](std::size_t i) { return renderer.data().imageSize(samples[i]); };
    std::vector<Tried> all(samples.size());
    for (std::size_t begin = 0, end = 0; begin < samples.size(); begin = end) {
      const ImageSize size = sizeOf(begin);
      const std::size_t fit = kPixelsAtOnce / (std::size_t{1} * size.width * size.height);
      const std::size_t most = std::min(samples.size(), begin + std::max<std::size_t>(1, fit));
      for (end = begin + 1; end < most && sizeOf(end) == size;) ++end;
      const std::span<Tried> together = std::span(all).subspan(begin, end - begin);
      renderer.pool().forRanges(together.size(), 1, [&](std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i) {
          const std::uint32_t sample = samples[begin + i];
          together[i].clean = Image(std::get<ImageView>(*renderer.data().target(sample)));
          together[i].spoiled = spoiled(*renderer.source(sample), sample);
        }
      });
      restore(network, together);
    }
    return all;
  }

  /// images  of one size
  void restore(Network& network, std::span<Tried> images) const {
    std::vector<Target> clean;
    std::vector<at::Tensor> shown;
    const Normaliser normaliser(context_.mean, context_.deviation);
    for (const Tried& image : images) {
      const ImageView picture = image.spoiled.view();
      clean.emplace_back(image.clean);
      shown.push_back(at::empty({picture.height, picture.width, 3}, at::kFloat));
      normaliser.apply(picture, static_cast<float*>(shown.back().mutable_data_ptr()));
    }
    Output output = network.forward(at::stack(shown).permute({0, 3, 1, 2}).to(context_.device));
    output.main = output.main.to(at::kFloat);
    const at::Tensor losses =
        this->losses(output, targets(clean).to(context_.device)).to(at::kDouble).cpu().contiguous();
    const at::Tensor levels = (restored(output) * 255).round().clamp(0, 255).to(at::kByte);
    const at::Tensor bytes = levels.permute({0, 2, 3, 1}).contiguous().cpu();
    const auto* loss = static_cast<const double*>(losses.const_data_ptr());
    const auto* next = static_cast<const std::uint8_t*>(bytes.const_data_ptr());
    for (Tried& image : images) {
      image.loss = *loss++;
      image.restored = Image(ImageView{next, image.clean.width, image.clean.height});
      next += image.restored.rgb.size();
    }
  }

  const Denoising settings_;
  const HeadContext context_;
  at::Tensor mean_, deviation_;  // [3, 1, 1]
};

}  // namespace

std::unique_ptr<TaskHead> make(const Denoising& settings, const HeadContext& context) {
  return std::make_unique<DenoisingHead>(settings, context);
}

}  // namespace uada
