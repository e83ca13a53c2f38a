#include "core/engine/models/FusedNorm.h"

#include <torch/csrc/jit/frontend/tracer.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "core/engine/models/EachThread.h"
#include "core/engine/models/NormRows.h"

namespace uada {
namespace {

using Half = std::uint16_t;  // bfloat16

constexpr std::int64_t kPart = 65536;    // entries that a thread takes at a time
constexpr std::int64_t kFirstRows = 16;  // for a number near the mean

/// A tensor's memory as rows of whole pixels.
struct Layout {
  rows::Size size;
  std::int64_t channels, perRow;  // pixels
};

/// Pixels are joined to rows while that leaves no rest.
Layout layoutOf(const at::Tensor& x) {
  const std::int64_t channels = x.size(1), pixels = x.numel() / std::max<std::int64_t>(1, channels);
  std::int64_t perRow = 1;
  while (perRow * channels < rows::kWidth && pixels % (2 * perRow) == 0 && pixels > 0) perRow *= 2;
  return {{pixels / perRow, perRow * channels}, channels, perRow};
}

/// Values of each channel, repeated for each pixel of a row.
class Repeated {
 public:
  /// values  [channels]
  Repeated(const Layout& layout, const float* values) {
    for (std::int64_t p = 0; p < layout.perRow; ++p)
      values_.insert(values_.end(), values, values + layout.channels);
  }
  const float* data() const { return values_.data(); }

 private:
  std::vector<float> values_;
};

const float* floatsOf(const at::Tensor& values) { return static_cast<const float*>(values.const_data_ptr()); }

/// Calls work(first row, size) for parts of a tensor whose bounds do not depend on threads.
template <class Work>
void forParts(const rows::Size& size, Work&& work) {
  const std::int64_t perPart = std::max<std::int64_t>(1, kPart / size.width);
  const std::int64_t parts = (size.rows + perPart - 1) / perPart;
  inParallel(parts, [&](std::int64_t part) {
    const std::int64_t first = part * perPart;
    work(part, first, rows::Size{std::min(perPart, size.rows - first), size.width});
  });
}

/// Two sums of each channel: sum(first row, size, sums) adds those of a part.
/// returns  [2 * channels]
template <class Sum>
std::vector<double> channelSums(const Layout& layout, Sum&& sum) {
  const std::int64_t width = layout.size.width;
  const std::int64_t perPart = std::max<std::int64_t>(1, kPart / width);
  const std::int64_t parts = (layout.size.rows + perPart - 1) / perPart;
  std::vector<double> ofParts(static_cast<std::size_t>(2 * width * parts));
  forParts(layout.size, [&](std::int64_t part, std::int64_t first, rows::Size size) {
    sum(first, size, ofParts.data() + 2 * width * part);
  });
  std::vector<double> sums(static_cast<std::size_t>(2 * layout.channels));
  for (std::int64_t i = 0; i < 2 * parts * layout.perRow; ++i) {
    const std::int64_t half = i / layout.perRow % 2;  // first all sums of a part, then all the others
    for (std::int64_t c = 0; c < layout.channels; ++c)
      sums[static_cast<std::size_t>(half * layout.channels + c)] +=
          ofParts[static_cast<std::size_t>(i * layout.channels + c)];
  }
  return sums;
}

template <class T>
const T* readable(const at::Tensor& x) {
  return x.defined() ? static_cast<const T*>(x.const_data_ptr()) : nullptr;
}
template <class T>
T* writable(const at::Tensor& x) {
  return x.defined() ? static_cast<T*>(x.mutable_data_ptr()) : nullptr;
}
/// null stays null
template <class T>
T* behind(T* values, std::int64_t at) {
  return values ? values + at : nullptr;
}

at::Tensor likeRows(const at::Tensor& x) {
  return at::empty(x.sizes(), x.options(), at::MemoryFormat::ChannelsLast);
}

/// mean, scale and shift of each channel, repeated.
struct RowLine {
  Repeated mean, scale, shift;
  rows::Line view() const { return {mean.data(), scale.data(), shift.data()}; }
};

/// line  [3, channels]: mean, scale, shift
RowLine rowLine(const Layout& layout, const at::Tensor& line) {
  const float* values = floatsOf(line);
  return {{layout, values}, {layout, values + layout.channels}, {layout, values + 2 * layout.channels}};
}

template <class T>
void normaliseAs(const at::Tensor& x, const at::Tensor& other, const at::Tensor& out, const at::Tensor& line,
                 bool hasRelu) {
  const Layout layout = layoutOf(x);
  const RowLine row = rowLine(layout, line);
  forParts(layout.size, [&](std::int64_t, std::int64_t first, rows::Size size) {
    const std::int64_t at = first * size.width;
    rows::normalise(readable<T>(x) + at, behind(readable<T>(other), at), writable<T>(out) + at, size,
                    row.view(), hasRelu);
  });
}

at::Tensor normalised(const at::Tensor& x, const at::Tensor& other, const at::Tensor& line, bool hasRelu) {
  const at::Tensor out = likeRows(x);
  (x.scalar_type() == at::kFloat ? normaliseAs<float> : normaliseAs<Half>)(x, other, out, line, hasRelu);
  return out;
}

/// [3, channels]: what normalise() takes.
at::Tensor lineOf(const at::Tensor& weight, const at::Tensor& bias, const NormMoments& moments,
                  double epsilon) {
  const std::int64_t channels = weight.numel();
  const at::Tensor line = at::empty({3, channels}, at::kFloat);
  auto* values = line.mutable_data_ptr<float>();
  for (std::int64_t c = 0; c < channels; ++c) {
    const double inverse = 1 / std::sqrt(static_cast<double>(floatsOf(moments.variance)[c]) + epsilon);
    values[c] = floatsOf(moments.mean)[c];
    values[channels + c] = static_cast<float>(floatsOf(weight)[c] * inverse);
    values[2 * channels + c] = floatsOf(bias)[c];
  }
  return line;
}

struct Gradients {
  at::Tensor inner, other, weight, bias;
};

/// What went in and came out, for the gradient.
struct Passed {
  at::Tensor x, out, line, inverse;
  bool adds, hasRelu, areOfInput;
  double count;  ///< numbers of a channel that the moments are of
  const SumOverRanks* together;
};

/// What the second pass makes the input's gradient of, each for a channel.
struct ChannelFactors {
  std::vector<float> passed, centred, constant;
};

/// Of the moments of x follows: scale * (g - mean(g) - (x - mean) * inverse^2 * mean(g * (x - mean))).
/// sums   [2 * channels]: of g, and of g * (x - mean)
/// count  numbers of a channel
ChannelFactors factorsOf(const Passed& from, const std::vector<double>& sums, double count) {
  const std::size_t channels = sums.size() / 2;
  const float *scale = floatsOf(from.line) + channels, *inverse = floatsOf(from.inverse);
  const double share = from.areOfInput ? 1 / count : 0;
  ChannelFactors factors;
  for (std::size_t c = 0; c < channels; ++c) {
    const double squared = static_cast<double>(inverse[c]) * inverse[c];
    factors.passed.push_back(scale[c]);
    factors.centred.push_back(static_cast<float>(-scale[c] * squared * share * sums[channels + c]));
    factors.constant.push_back(static_cast<float>(-scale[c] * share * sums[c]));
  }
  return factors;
}

/// Of weight and bias.
void putParameters(Gradients& found, const Passed& from, const std::vector<double>& sums) {
  const std::size_t channels = sums.size() / 2;
  found.weight = at::empty_like(from.inverse);
  found.bias = at::empty_like(from.inverse);
  for (std::size_t c = 0; c < channels; ++c) {
    found.bias.mutable_data_ptr<float>()[c] = static_cast<float>(sums[c]);
    found.weight.mutable_data_ptr<float>()[c] =
        static_cast<float>(sums[channels + c] * floatsOf(from.inverse)[c]);
  }
}

template <class T>
void putInner(const at::Tensor& inner, const at::Tensor& gradient, const Passed& from,
              const ChannelFactors& factors, rows::Passes passes) {
  const Layout layout = layoutOf(from.x);
  const RowLine line = rowLine(layout, from.line);
  const Repeated passed(layout, factors.passed.data()), centred(layout, factors.centred.data()),
      constant(layout, factors.constant.data());
  forParts(layout.size, [&](std::int64_t, std::int64_t first, rows::Size size) {
    const std::int64_t at = first * size.width;
    rows::inputGradient(readable<T>(gradient) + at, readable<T>(from.x) + at, writable<T>(inner) + at, size,
                        line.view(), {passed.data(), centred.data(), constant.data()}, passes);
  });
}

/// In two passes: the sums over all that passes, then the gradient of each number of x.
template <class T>
Gradients gradientsOf(const at::Tensor& outer, const Passed& from) {
  const at::Tensor gradient = outer.contiguous(at::MemoryFormat::ChannelsLast);
  const Layout layout = layoutOf(from.x);
  const RowLine line = rowLine(layout, from.line);
  const bool isStored = from.hasRelu && from.adds;
  const rows::Passes passes = isStored       ? rows::Passes::stored
                              : from.hasRelu ? rows::Passes::positive
                                             : rows::Passes::all;
  Gradients found;
  if (from.adds) found.other = isStored ? likeRows(from.x) : gradient;
  T* passed = isStored ? writable<T>(found.other) : nullptr;
  const std::vector<double> sums = channelSums(layout, [&](std::int64_t first, rows::Size size, double* of) {
    const std::int64_t at = first * size.width;
    rows::addGradientSums(readable<T>(gradient) + at, readable<T>(from.x) + at,
                          behind(readable<T>(from.out), at), behind(passed, at), size, line.view(), passes,
                          of);
  });
  putParameters(found, from, sums);
  found.inner = likeRows(from.x);
  std::vector<double> all = sums;
  if (from.together)
    (*from.together)(at::from_blob(all.data(), {static_cast<std::int64_t>(all.size())}, at::kDouble));
  putInner<T>(found.inner, isStored ? found.other : gradient, from, factorsOf(from, all, from.count),
              isStored ? rows::Passes::all : passes);
  return found;
}

class Fused : public torch::autograd::Function<Fused> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const std::optional<at::Tensor>& added, const at::Tensor& weight,
                            const at::Tensor& bias, const NormMoments& moments, const NormRule& rule) {
    const at::Tensor other = added.value_or(at::Tensor());
    const at::Tensor line = lineOf(weight, bias, moments, rule.epsilon);
    const at::Tensor out = normalised(x, other, line, rule.hasRelu);
    // Without `other` the sign of the output follows from x.
    const bool readsOut = rule.hasRelu && other.defined();
    context->save_for_backward({x, readsOut ? out : at::Tensor(), line,
                                (moments.variance.to(at::kDouble) + rule.epsilon).rsqrt().to(at::kFloat)});
    context->saved_data["adds"] = other.defined();
    context->saved_data["has_relu"] = rule.hasRelu;
    context->saved_data["are_of_input"] = rule.areOfInput;
    const double own = static_cast<double>(x.numel() / x.size(1));
    context->saved_data["count"] = moments.count > 0 ? moments.count : own;
    context->saved_data["together"] = reinterpret_cast<std::int64_t>(rule.together);
    return out;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& outer) {
    const auto saved = context->get_saved_variables();
    const auto is = [&](const char* name) { return context->saved_data[name].toBool(); };
    const Passed from{saved[0],
                      saved[1],
                      saved[2],
                      saved[3],
                      is("adds"),
                      is("has_relu"),
                      is("are_of_input"),
                      context->saved_data["count"].toDouble(),
                      reinterpret_cast<const SumOverRanks*>(context->saved_data["together"].toInt())};
    const Gradients found = from.x.scalar_type() == at::kFloat ? gradientsOf<float>(outer[0], from)
                                                               : gradientsOf<Half>(outer[0], from);
    return {found.inner, found.other, found.weight, found.bias, at::Tensor(), at::Tensor()};
  }
};

/// Sums of x - about and of its square.
/// about  [channels]
template <class T>
std::vector<double> sumsAbout(const at::Tensor& x, const Layout& layout, const std::vector<float>& about) {
  const Repeated row(layout, about.data());
  return channelSums(layout, [&](std::int64_t first, rows::Size size, double* of) {
    rows::addMoments(readable<T>(x) + first * size.width, size, row.data(), of);
  });
}

template <class T>
NormMoments momentsAs(const at::Tensor& x) {
  const Layout layout = layoutOf(x);
  const auto channels = static_cast<std::size_t>(layout.channels);
  // About a number near the mean, that of the first rows: about 0, what all values have in common would cost
  // the squares their last digits.
  Layout first = layout;
  first.size.rows = std::min(layout.size.rows, kFirstRows);
  std::vector<float> about(channels);
  const std::vector<double> begun = sumsAbout<T>(x, first, about);
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = begun[c] / static_cast<double>(first.size.rows * layout.perRow);
    about[c] = std::isfinite(mean) ? static_cast<float>(mean) : 0;
  }
  const std::vector<double> sums = sumsAbout<T>(x, layout, about);
  const double count = static_cast<double>(layout.size.rows * layout.perRow);
  NormMoments found{at::empty({layout.channels}, at::kFloat), at::empty({layout.channels}, at::kFloat),
                    count};
  for (std::size_t c = 0; c < channels; ++c) {
    const double off = sums[c] / count, variance = sums[channels + c] / count - off * off;
    found.mean.mutable_data_ptr<float>()[c] = static_cast<float>(about[c] + off);
    found.variance.mutable_data_ptr<float>()[c] =
        static_cast<float>(variance < 0 ? 0 : variance);  // NaN stays
  }
  return found;
}

}  // namespace

bool canFuseNorm(const at::Tensor& x, const at::Tensor& other) {
  const auto isGood = [](const at::Tensor& t) {
    return t.device().is_cpu() && t.dim() == 4 && t.numel() > 0 &&
           t.is_contiguous(at::MemoryFormat::ChannelsLast) &&
           (t.scalar_type() == at::kFloat || t.scalar_type() == at::kBFloat16);
  };
  // A trace sees only LibTorch's own operations.
  if (torch::jit::tracer::isTracing() || !isGood(x)) return false;
  return !other.defined() ||
         (isGood(other) && other.sizes() == x.sizes() && other.scalar_type() == x.scalar_type());
}

NormMoments overRanks(const NormMoments& own, const at::Tensor& about, const SumOverRanks& sum) {
  const at::NoGradGuard noGrad;
  const at::Tensor centre = about.to(at::kDouble), off = own.mean.to(at::kDouble) - centre;
  const at::Tensor squares = own.variance.to(at::kDouble) + off.square();
  const at::Tensor sums =
      at::cat({off * own.count, squares * own.count, at::full({1}, own.count, off.options())});
  sum(sums);
  const std::int64_t channels = about.numel();
  const double count = sums[-1].item<double>();
  const at::Tensor mean = sums.narrow(0, 0, channels) / count;
  const at::Tensor variance = (sums.narrow(0, channels, channels) / count - mean.square()).clamp_min(0);
  return {(mean + centre).to(at::kFloat), variance.to(at::kFloat), count};
}

NormMoments momentsOf(const at::Tensor& x) {
  return x.scalar_type() == at::kFloat ? momentsAs<float>(x) : momentsAs<Half>(x);
}

at::Tensor fusedNorm(const at::Tensor& x, const at::Tensor& other, const at::Tensor& weight,
                     const at::Tensor& bias, const NormMoments& moments, const NormRule& rule) {
  TORCH_CHECK(canFuseNorm(x, other), "a tensor that the fused normalisation does not take");
  if (!at::GradMode::is_enabled())
    return normalised(x, other, lineOf(weight, bias, moments, rule.epsilon), rule.hasRelu);
  const std::optional<at::Tensor> added = other.defined() ? std::optional(other) : std::nullopt;
  return Fused::apply(x, added, weight, bias, moments, rule);
}

}  // namespace uada
