#include <QtTest>
#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/core/AugmentTools.h"

using namespace uada;
using namespace uada::test;

namespace {
std::atomic<long> allocations{0};
}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UADA_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UADA_SANITIZED 1
#endif
#endif

#ifndef UADA_SANITIZED  // the sanitizers bring their own operators
// Counts what the whole program allocates: the renderer must not allocate for every sample.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

/// What holds for the pictures of the plans, probes and candidates of every policy.
class TestRenderPlans : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void rawPlansRenderAsClamped_data() { policyRows(); }
  void rawPlansRenderAsClamped();
  void epsilonZeroIsBitEqual_data() { policyRows(); }
  void epsilonZeroIsBitEqual();
  void inertAndUnchangedProbesAreTheSamePicture();
  void probesOfTheBoxChangeOnlyItsEdges();
  void resultDoesNotDependOnThreadsBatchOrOrder_data() { policyRows(); }
  void resultDoesNotDependOnThreadsBatchOrOrder();
  void allocatesNothingPerSample_data();
  void allocatesNothingPerSample();

 private:
  static void policyRows() { addSpaceRows(); }
  std::unique_ptr<Space> rowSpace(int side = 32) {
    QFETCH(QString, policy);
    QFETCH(QString, settings);
    return makeSpace(policy.toStdString(), settings.toUtf8().constData(), side);
  }
  ThreadPool pool_{1};
  const ResidentDataset data_ = makeData(32, 64);
  const Renderer renderer_{data_, settingsOf(32), pool_};
};

void TestRenderPlans::rawPlansRenderAsClamped() {
  const auto space = rowSpace();
  const Batch batch = uadaBatch(*space, 64);
  for (std::size_t i = 0; i < batch.plans.size(); ++i) {
    const std::uint32_t index = batch.indices[i % 64];
    QVERIFY(renderer_.picture(index, batch.plans[i]) ==
            renderer_.picture(index, space->clamped(batch.plans[i])));
  }
}

/// With epsilon 0 a candidate is the unperturbed picture, to the bit.
void TestRenderPlans::epsilonZeroIsBitEqual() {
  const auto space = rowSpace();
  for (std::uint32_t index = 0; index < 64; ++index) {
    const Plan plan = samplePlan(*space, index);
    Random random(7, 1, index, Purpose::probe);
    for (const Group group : space->groups()) {
      const Candidate same = space->update(plan, space->probe(plan, group, random), group, 1, 0);
      QVERIFY(renderer_.picture(index, same.plan) == renderer_.picture(index, plan));
    }
  }
}

void TestRenderPlans::inertAndUnchangedProbesAreTheSamePicture() {
  const auto space = makeSpace("uada-cifar");
  int inert = 0, unchanged = 0, others = 0, different = 0;
  for (std::uint32_t index = 0; index < 600; ++index) {
    const Plan plan = samplePlan(*space, index);
    Random random(7, 1, index, Purpose::probe);
    for (const Group group : space->groups()) {
      const Probe probe = space->probe(plan, group, random);
      const bool same = renderer_.picture(index % 64, plan) == renderer_.picture(index % 64, probe.plan);
      if (probe.inert || probe.unchanged) QVERIFY(same);
      inert += probe.inert;
      unchanged += probe.unchanged;
      if (probe.inert || probe.unchanged) continue;
      ++others;
      different += !same;
    }
  }
  QVERIFY(inert > 90 && inert < 170);  // 3 of 14 of the chain's probes
  QVERIFY(unchanged > 15);
  QVERIFY(different > others * 9 / 10);  // some neighbouring levels are the same picture (posterize)
}

/// A probe changes only its group: outside the edges that moved nothing changes.
void TestRenderPlans::probesOfTheBoxChangeOnlyItsEdges() {
  const auto space = makeSpace("uada-cifar");
  for (std::uint32_t index = 0; index < 64; ++index) {
    const Plan plan = samplePlan(*space, index);
    Random random(7, 1, index, Purpose::probe);
    const Probe probe = space->probe(plan, groupNamed("cutout"), random);
    const Image before = renderer_.picture(index, plan), after = renderer_.picture(index, probe.plan);
    const auto inBox = [](const Plan& one, int y, int x) {
      const auto& [left, top, right, bottom] = one.find("cutout")->at;
      return y >= left && y < right && x >= top && x < bottom;
    };
    for (int y = 0; y < 32; ++y)
      for (int x = 0; x < 32; ++x) {
        const std::size_t at = 3 * (y * 32 + x);
        if (inBox(plan, y, x) == inBox(probe.plan, y, x))
          QVERIFY(std::equal(&before.rgb[at], &before.rgb[at] + 3, &after.rgb[at]));
      }
  }
}

void TestRenderPlans::resultDoesNotDependOnThreadsBatchOrOrder() {
  const auto space = rowSpace();
  const Batch batch = uadaBatch(*space, 61);
  const std::size_t samples = 61, variants = batch.plans.size() / samples, size = 3 * 32 * 32;
  std::vector<float> expected(batch.plans.size() * size);
  renderer_.render(batch.indices, batch.plans, expected.data());
  for (const int threads : {2, 4}) {
    ThreadPool pool(threads);
    const Renderer renderer(data_, settingsOf(32), pool);
    std::vector<float> out(expected.size());
    for (int repeat = 0; repeat < 3; ++repeat) {
      std::fill(out.begin(), out.end(), -99.0f);
      renderer.render(batch.indices, batch.plans, out.data());
      QVERIFY(out == expected);
    }
    std::vector<std::uint8_t> bytes(expected.size());
    renderer.renderBytes(batch.indices, batch.plans, bytes.data());
    for (std::size_t i = 0; i < batch.plans.size(); ++i) {
      const Image one = renderer.picture(batch.indices[i % samples], batch.plans[i]);
      QVERIFY(
          std::equal(one.rgb.begin(), one.rgb.end(), bytes.begin() + static_cast<std::ptrdiff_t>(i * size)));
    }
  }
  for (std::size_t sample = samples; sample-- > 0;) {  // one sample a batch, in reverse order
    std::vector<Plan> plans;
    for (std::size_t v = 0; v < variants; ++v) plans.push_back(batch.plans[v * samples + sample]);
    std::vector<float> out(variants * size);
    renderer_.render({&batch.indices[sample], 1}, plans, out.data());
    for (std::size_t v = 0; v < variants; ++v)
      QVERIFY(std::equal(&out[v * size], &out[v * size] + size, &expected[(v * samples + sample) * size]));
  }
}

void TestRenderPlans::allocatesNothingPerSample_data() {
  QTest::addColumn<QString>("settings");
  QTest::addColumn<int>("width");
  QTest::newRow("padded") << "{}" << 32;
  QTest::newRow("resized") << R"({"crop":"resized"})" << 75;
}

void TestRenderPlans::allocatesNothingPerSample() {
  QFETCH(QString, settings);
  QFETCH(int, width);
#ifdef UADA_SANITIZED
  QSKIP("not run: allocations are counted only in builds without sanitizers");
#endif
  const ResidentDataset data = makeData(ImageSize{width, 32}, 64);
  const Renderer renderer(data, settingsOf(32), pool_);
  const auto space = makeSpace("uada-cifar", settings.toUtf8().constData(), kSide, 1, {width, 32});
  std::vector<float> out(64 * 9 * 3 * 32 * 32);
  std::vector<long> counts;
  for (const std::size_t samples : {64, 4, 64}) {  // the first makes the thread's buffers
    const Batch batch = uadaBatch(*space, samples);
    const long before = allocations;
    renderer.render(batch.indices, batch.plans, out.data());
    counts.push_back(allocations - before);
  }
  QVERIFY2(counts[2] == counts[1], qPrintable(QString("%1 and %2").arg(counts[2]).arg(counts[1])));
  QVERIFY(counts[2] < 5);
}

QTEST_GUILESS_MAIN(TestRenderPlans)
#include "tst_render_plans.moc"
