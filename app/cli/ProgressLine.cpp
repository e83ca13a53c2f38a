#include "app/cli/ProgressLine.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/cli/Console.h"
#include "app/cli/RunText.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/engine/models/Model.h"

namespace uada::cli {
namespace {

constexpr auto kWindow = std::chrono::seconds(30);
constexpr auto kRedraw = std::chrono::milliseconds(200);
constexpr auto kLine = std::chrono::seconds(10);

int terminalWidth() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string blocks(double share, int width) {
  const int full = static_cast<int>(std::lround(share * width));
  std::string text;
  for (int i = 0; i < width; ++i) text += i < full ? "█" : "░";
  return text;
}

}  // namespace

Pace::Pace(const RunConfig& config) : epochs_(config.recipe.training.epochs) {}

void Pace::add(const StateReport& report) {
  if (report.plannedSteps > 0) steps_ = report.plannedSteps;
}

void Pace::add(const StepReport& report, Clock::time_point now) {
  if (marks_.empty()) marks_.push_back({now, report.step - 1, 0});
  step_ = report.step;
  images_ += report.count;
  marks_.push_back({now, step_, images_});
  while (marks_.size() > 2 && now - marks_.front().time > kWindow) marks_.pop_front();
}

void Pace::add(const EpochReport& report) {
  epoch_ = report.epoch;
  testSeconds_ = report.testSeconds;
}

double Pace::share() const {
  return steps_ > 0 ? std::clamp(static_cast<double>(step_) / steps_, 0.0, 1.0) : 0;
}

std::optional<double> Pace::stepsPerSecond() const {
  if (marks_.size() < 3) return std::nullopt;
  const std::chrono::duration<double> time = marks_.back().time - marks_.front().time;
  return time.count() > 0 ? std::optional((marks_.back().step - marks_.front().step) / time.count())
                          : std::nullopt;
}

std::optional<double> Pace::imagesPerSecond() const {
  const auto steps = stepsPerSecond();
  if (!steps || marks_.back().step == marks_.front().step) return std::nullopt;
  return *steps * static_cast<double>(marks_.back().images - marks_.front().images) /
         static_cast<double>(marks_.back().step - marks_.front().step);
}

std::optional<double> Pace::secondsLeft() const {
  const auto rate = stepsPerSecond();
  if (!rate || *rate <= 0 || steps_ == 0) return std::nullopt;
  return std::max<double>(0, steps_ - step_) / *rate + testSeconds_ * (epochs_ - epoch_);
}

ProgressLine::ProgressLine(const RunConfig& config, std::string prefix, bool quiet)
    : pace_(config),
      prefix_(std::move(prefix)),
      quiet_(quiet),
      terminal_(::isatty(STDERR_FILENO) != 0),
      epochs_(config.recipe.training.epochs),
      task_(taskOf(config.recipe)),
      shown_(Pace::Clock::now()) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(const StateReport& report) {
  pace_.add(report);
  const std::string text = report.text.empty() ? stateName(report.state) : report.text;
  if (text == state_) return;
  state_ = text;
  const bool told = report.state == RunState::failed || report.state == RunState::finished ||
                    report.state == RunState::stopped;
  if (!told && report.state != RunState::running) line(fmt::format("{}  {}", prefix_, text));
}

void ProgressLine::show(const StepReport& report) {
  if (report.epoch != epoch_) sums_.clear(), count_ = 0;
  epoch_ = report.epoch;
  loss_ = report.loss;
  sums_.resize(report.metrics.size());
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    sums_[i].name = report.metrics[i].name;
    sums_[i].value += report.metrics[i].value * report.count;
  }
  count_ += report.count;
  pace_.add(report, Pace::Clock::now());
  changed_ = true;
}

void ProgressLine::show(const EpochReport& report) {
  pace_.add(report);
  test_ = metricOf(report.test, task_.testMetrics.front().name);
  const auto texts = [](const std::vector<Metric>& metrics, const Metrics& values) {
    std::string text;
    for (const Metric& metric : metrics)
      text += fmt::format(" {} {} ", metric.title, metric.text(metricOf(values, metric.name)));
    return text;
  };
  line(fmt::format("{}  epoch {}/{}  train{} test{} {}", prefix_, report.epoch, epochs_,
                   texts(task_.trainMetrics, report.train), texts(task_.testMetrics, report.test),
                   durationText(report.seconds)));
}

void ProgressLine::show(const EventReport& event) { line(fmt::format("{}  note: {}", prefix_, event.text)); }

void ProgressLine::line(const std::string& text) {
  if (quiet_) return;
  clear();
  std::fprintf(stderr, "%s\n", oneLine(text).c_str());
  shown_ = Pace::Clock::now();
}

void ProgressLine::refresh() {
  if (quiet_ || !changed_) return;
  const auto now = Pace::Clock::now();
  if (now - shown_ < (terminal_ ? Pace::Clock::duration(kRedraw) : kLine)) return;
  if (terminal_) {
    std::fprintf(stderr, "\r%s\033[K", bar(terminalWidth() - 1).c_str());
    std::fflush(stderr);
    drawn_ = true;
  } else {
    std::fprintf(stderr, "%s\n", plain().c_str());
  }
  changed_ = false;
  shown_ = now;
}

std::string ProgressLine::plain() const {
  std::string text = fmt::format("{}  epoch {}/{}  step {}", prefix_, epoch_, epochs_,
                                 stepText(pace_.step(), pace_.steps()));
  for (const std::string& part : parts()) text += "  " + part;
  return text;
}

/// What else there is to say, the most wanted first.
std::vector<std::string> ProgressLine::parts() const {
  std::vector<std::string> parts;
  if (const auto left = pace_.secondsLeft()) parts.push_back(durationText(*left) + " left");
  parts.push_back("loss " + lossText(loss_));
  for (const MetricValue& sum : sums_) {
    const Metric& metric = task_.trainMetric(sum.name);
    parts.push_back(metric.title + ' ' + metric.text(sum.value / static_cast<double>(count_)));
  }
  if (const auto steps = pace_.stepsPerSecond()) parts.push_back(fmt::format("{:.1f} steps/s", *steps));
  if (test_) parts.push_back("test " + task_.testMetrics.front().text(*test_));
  if (const auto images = pace_.imagesPerSecond())
    parts.push_back(groupedText(std::llround(*images)) + " images/s");
  return parts;
}

/// The same with name and bar where the terminal is wide; what does not fit is left out, the least wanted
/// first.
std::string ProgressLine::bar(int width) const {
  constexpr int kWide = 110, kBar = 12, kName = 28;
  std::string text;
  if (width >= kWide) {
    text = shortened(prefix_, kName) + "  " + blocks(pace_.share(), kBar) + ' ';
  } else if (const auto counter = prefix_.find(']'); counter != prefix_.npos) {
    text = prefix_.substr(0, counter + 1) + ' ';
  }
  text += fmt::format("{:3.0f} %  epoch {}/{}", 100 * pace_.share(), epoch_, epochs_);
  for (const std::string& part : parts()) {
    if (static_cast<int>(characters(text) + characters(part)) + 2 > width) break;
    text += "  " + part;
  }
  return shortened(text, width);
}

void ProgressLine::clear() {
  if (drawn_) std::fprintf(stderr, "\r\033[K");
  drawn_ = false;
}

}  // namespace uada::cli
