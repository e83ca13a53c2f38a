#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>
#include <vector>

#include "core/augment/FramedSpace.h"
#include "core/augment/Parts.h"
#include "core/base/Printable.h"
#include "core/settings/SettingError.h"

namespace uada {
namespace {

constexpr double kTop = 10;            // of timm's magnitudes without mmax
constexpr double kUniformAbove = 100;  // a greater deviation stands for uniform magnitudes

/// What a text such as "rand-m9-n2-mstd0.5-inc1" says.
struct TimmString {
  int magnitude = static_cast<int>(kTop);
  int ops = 2;
  double deviation = 0;  ///< of the magnitude, normal about it; above kUniformAbove uniform from 0 to it
  double probability = 0.5;
  bool isIncreasing = false;

  bool isUniform() const { return deviation > kUniformAbove; }
  Grid grid() const { return isIncreasing ? Grid::timm10Inc : Grid::timm10; }
  /// Always in the same order, without what has its usual value but for m and n.
  std::string text() const {
    std::string text = fmt::format("rand-m{}-n{}", magnitude, ops);
    if (deviation > 0) text += fmt::format("-mstd{}", isUniform() ? kUniformAbove + 1 : deviation);
    if (probability != 0.5) text += fmt::format("-p{}", probability);
    return isIncreasing ? text + "-inc1" : text;
  }
};

/// Reads the sections of such a text. Where timm would pass over one or change what it says, it is refused.
class TimmReader {
 public:
  TimmReader(const std::string& text, const std::string& where) : text_(text), where_(where) {}

  TimmString read() {
    std::size_t begin = 0, number = 0;
    for (std::size_t end = 0; end != text_.npos; begin = end + 1, ++number) {
      end = text_.find('-', begin);
      const std::string section = text_.substr(begin, end == text_.npos ? end : end - begin);
      if (number > 0)
        take(section);
      else if (section != "rand")
        refuse(
            fmt::format("'{}' found, a text that begins with 'rand-' expected, such as "
                        "rand-m9-n2-mstd0.5-inc1; timm's other policies are not offered",
                        quotable(section)));
    }
    return read_;
  }

 private:
  [[noreturn]] void refuse(const std::string& problem) const { throw SettingError(where_, "aa", problem); }

  double numberIn(const std::string& section, std::size_t begin, double least, double most) const {
    double value = -1;
    const char* const last = section.data() + section.size();
    const auto [end, error] = std::from_chars(section.data() + begin, last, value);
    if (error != std::errc() || end != last || !(value >= least && value <= most))
      refuse(fmt::format("'{}' found, a number from {} to {} behind '{}' expected", quotable(section), least,
                         most, section.substr(0, begin)));
    return value;
  }

  int wholeIn(const std::string& section, std::size_t begin, double least, double most) const {
    const double value = numberIn(section, begin, least, most);
    if (value != std::floor(value)) refuse(fmt::format("'{}' found, a whole number expected", section));
    return static_cast<int>(value);
  }

  void take(const std::string& section) {
    const std::size_t begin = std::min(section.find_first_of("0123456789."), section.size());
    const std::string key = section.substr(0, begin);
    for (const std::string& known : seen_)
      if (known == key) refuse(fmt::format("'{}' stands there twice; leave one out", quotable(key)));
    seen_.push_back(key);
    if (key == "m") {
      if (numberIn(section, begin, 0, 1000) > kTop)
        refuse(
            fmt::format("'{}' found, at most m10 expected: timm cuts magnitudes at 10", quotable(section)));
      read_.magnitude = wholeIn(section, begin, 0, kTop);
    } else if (key == "n") {
      read_.ops = wholeIn(section, begin, 1, kMaxSteps);
    } else if (key == "mstd") {
      read_.deviation = numberIn(section, begin, 0, 1e6);
    } else if (key == "p") {
      read_.probability = numberIn(section, begin, 0, 1);
    } else if (key == "inc") {
      if (section != "inc1") refuse(fmt::format("'{}' found, inc1 expected, or nothing", quotable(section)));
      read_.isIncreasing = true;
    } else if (key == "w") {
      refuse("choice weights (w) are not offered; leave them out for equal chances");
    } else if (key == "mmax") {
      refuse("another greatest magnitude (mmax) than 10 is not offered; leave it out");
    } else {
      refuse(fmt::format("unknown section '{}'; known: m n mstd p inc", quotable(section)));
    }
  }

  const std::string& text_;
  const std::string& where_;
  std::vector<std::string> seen_;
  TimmString read_;
};

struct TimmSettings {
  std::string aa = "rand-m9-n2-mstd0.5-inc1";
  std::string interpolation = "random";
  FrameSettings frame = timmsFrame();

  void visit(SettingsVisitor& v) {
    v.field({.name = "aa",
             .title = "As timm's --aa",
             .help = "rand-mM-nN: N ops of magnitude M, 0 to 10; -mstdS: normal about M with deviation S, "
                     "above 100 uniform; -pP: chance of each op, 0.5; -inc1: every op grows with M"},
            aa);
    v.field({.name = "interpolation",
             .title = "Interpolation",
             .help = "Of geometric ops; random: bilinear or bicubic, drawn for each op, as timm trains",
             .choices = {"random", "bilinear", "bicubic"},
             .advanced = true},
            interpolation);
    frame.visit(v);
  }

 private:
  /// timm's pipeline has its ops behind crop and flip, and no Cutout.
  static FrameSettings timmsFrame() {
    FrameSettings frame;
    frame.order = "crop_first";
    frame.cutout.on = false;
    return frame;
  }
};

/// Draws of each op: its type, whether it fires, of a varying magnitude one or two numbers, of random
/// interpolation which, then what drawnStep() draws.
class TimmSpace : public FramedSpace {
 public:
  TimmSpace(const TimmSettings& settings, const TimmString& string, const PolicyContext& context)
      : FramedSpace(settings.frame, context, string.grid(), string.ops),
        string_(string),
        interpolation_(settings.interpolation),
        ops_(opsNamed({"autocontrast", "equalize", "invert", "rotate", "posterize", "solarize", "add_below",
                       "color", "contrast", "brightness", "sharpness", "shear_x", "shear_y", "translate_x",
                       "translate_y"})) {}

 private:
  void drawChain(Plan& plan, Random& random, int) const override {
    for (int i = 0; i < string_.ops; ++i) {
      const std::size_t op = drawnOp(ops_, random);
      const bool fired = random.uniform() < string_.probability;
      const double share = drawnShare(random);
      const Filter filter = drawnFilter(random);
      Part step = drawnStep(op, levelOfShare(share), random);
      step.fired = fired;
      if (ops()[op].hasValue) step.found = share;
      if (ops()[op].geometric && filter != Filter::bilinear) setStepFilter(step, filter);
      plan.add(step);
    }
  }

  /// Of the greatest magnitude, to four digits, so that no processor's logarithm draws another plan.
  double drawnShare(Random& random) const {
    double magnitude = string_.magnitude;
    if (string_.isUniform()) {
      magnitude *= random.uniform();
    } else if (string_.deviation > 0) {
      const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
      const double angle = 2 * std::numbers::pi * random.uniform();
      magnitude += string_.deviation * radius * std::cos(angle);
    }
    constexpr double kDigits = 1e4;
    return std::round(kDigits * std::clamp(magnitude / kTop, 0.0, 1.0)) / kDigits;
  }

  Filter drawnFilter(Random& random) const {
    if (interpolation_ != "random") return filterFromName(interpolation_);
    return random.coin() ? Filter::bicubic : Filter::bilinear;
  }

  TimmString string_;
  std::string interpolation_;
  std::vector<std::size_t> ops_;
};

/// The sections in one order, and the order of ops and crop by one name.
void sayInOneWay(Choice& policy, const Json&, const std::string& where) {
  policy.set("aa", TimmReader(policy.settings().at("aa").asString(), where).read().text());
  const bool isResized = policy.settings().at("crop") == Json("resized");
  if (policy.settings().at("order") == Json("usual"))
    policy.set("order", isResized ? "crop_first" : "chain_first");
}

}  // namespace

Policy timmRandAugment() {
  Policy entry = policyEntry<TimmSettings>("timm-randaugment", "RandAugment of timm",
                                           "pytorch-image-models (timm), auto_augment: rand-... texts");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    const auto& settings = policy.as<TimmSettings>();
    const TimmString string = TimmReader(settings.aa, "policy").read();
    return std::make_unique<TimmSpace>(settings, string, context);
  };
  entry.resolve = sayInOneWay;
  return entry;
}

}  // namespace uada
