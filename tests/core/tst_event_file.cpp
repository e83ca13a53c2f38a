#include <QTemporaryDir>
#include <QTest>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "core/base/EventFile.h"
#include "core/tables/RunEvents.h"
#include "tests/core/StoreTools.h"
#include "tests/core/TableTools.h"

using namespace uada;

namespace {

/// What a reader that knows nothing of EventFile finds: "tag step" and its value, in the file's order.
struct Value {
  std::string tag;
  std::uint64_t step;
  float value;
  double seconds;
};

class Reader {
 public:
  explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}

  /// The records' events; checks lengths and checksums.
  std::vector<std::string> records() {
    std::vector<std::string> events;
    while (at_ < bytes_.size()) {
      const std::string length = take(8);
      checkSum(length);
      events.push_back(take(number<std::uint64_t>(length)));
      checkSum(events.back());
    }
    return events;
  }

  static Value valueIn(const std::string& event) {
    Value value{};
    Reader reader(event);
    while (reader.at_ < event.size()) {
      switch (reader.varying()) {
        case 1 << 3 | 1: value.seconds = number<double>(reader.take(8)); break;
        case 2 << 3: value.step = reader.varying(); break;
        case 5 << 3 | 2: {  // summary
          Reader summary(reader.take(reader.varying()));
          if (summary.varying() != (1 << 3 | 2)) throw Error("a summary without value");
          Reader scalar(summary.take(summary.varying()));
          if (scalar.varying() != (1 << 3 | 2)) throw Error("a value without tag");
          value.tag = scalar.take(scalar.varying());
          if (scalar.varying() != (2 << 3 | 5)) throw Error("a value without number");
          value.value = number<float>(scalar.take(4));
          break;
        }
        default: throw Error("another field");
      }
    }
    return value;
  }

 private:
  template <class T>
  static T number(const std::string& bytes) {
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string take(std::size_t count) {
    if (bytes_.size() - at_ < count) throw Error("the file is cut short");
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  std::uint64_t varying() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  }
  void checkSum(const std::string& of) {
    std::uint32_t crc = 0xFFFFFFFF;  // bit by bit
    for (const char c : of) {
      crc ^= static_cast<unsigned char>(c);
      for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78 : 0);
    }
    crc = ~crc;
    if (number<std::uint32_t>(take(4)) != std::rotr(crc, 15) + 0xA282EAD8u) throw Error("a wrong checksum");
  }

  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace

class TestEventFile : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void checksum() { QCOMPARE(maskedCrc("123456789"), 0xC78AB0E5u); }  // CRC-32C: 0xE3069283

  /// Bytes that Python's struct made; those of the first record's head are in every file of TensorBoard.
  void bytes() {
    EventFile file(1.5);
    file.add(2.5, 300, "train/loss", 0.25);
    QCOMPARE(QByteArray::fromStdString(file.bytes()).toHex(),
             QByteArray("1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c"
                        "2100000000000000017becf609000000000000044010ac022a130a110a0a747261696e2f6c6f7373"
                        "150000803e3cc9cac5"));
  }

  void oddNumbers() {
    EventFile file(0);
    for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e300, -0.0}) file.add(1, 1, "x", value);
    const auto events = Reader(file.bytes()).records();
    QCOMPARE(events.size(), std::size_t{6});
    QVERIFY(std::isnan(Reader::valueIn(events[1]).value));
    QCOMPARE(Reader::valueIn(events[2]).value, HUGE_VALF);
    QCOMPARE(Reader::valueIn(events[3]).value, -HUGE_VALF);
    QCOMPARE(Reader::valueIn(events[4]).value, HUGE_VALF);  // more than single precision holds
    QVERIFY(std::signbit(Reader::valueIn(events[5]).value));
  }

  /// Two steps, a test and a policy, under the names that the reports have.
  void aRun() {
    const QTemporaryDir folder;
    const std::string file = folder.filePath("p.uada").toStdString();
    const RunConfig config{.recipe = test::demoRecipe(), .method = methodFromJson(Json("uada"), "test")};
    ProjectWriter writer(file);
    const std::int64_t run = beginRun(writer, config);
    const double none = std::numeric_limits<double>::quiet_NaN();
    StepReport step{
        .step = 1, .epoch = 1, .learningRate = 0.1, .loss = 2, .unperturbedLoss = none, .gain = none};
    step.metrics = {{"top1", 0.5}};
    step.timings.train = 3;
    writer.append(run, 1, step);
    writer.append(run, 1, PolicyReport{.step = 1, .epoch = 1, .ops = {{.op = "rotate", .meanGain = 0.75}}});
    writer.append(run, 1,
                  EpochReport{.epoch = 1, .step = 1, .train = {{"top1", 0.5}}, .test = {{"top1", 0.25}}});
    step.step = 2, step.gain = 0.5;
    writer.append(run, 1, step);
    writer.flush();
    const ProjectReader project(file);
    const RunSummary summary = project.findRun(std::to_string(run));
    const RunEvents events = runEvents(project, summary);
    QVERIFY(events.name.starts_with("events.out.tfevents.1") && events.name.ends_with(summary.key));
    std::map<std::pair<std::string, std::uint64_t>, Value> values;
    const auto records = Reader(events.bytes).records();
    QCOMPARE(events.values, records.size() - 1);
    for (std::size_t i = 1; i < records.size(); ++i) {
      const Value value = Reader::valueIn(records[i]);
      QVERIFY2(values.try_emplace({value.tag, value.step}, value).second, value.tag.c_str());  // each once
    }
    const auto at = [&](const char* tag, std::uint64_t place) { return values.at({tag, place}).value; };
    QCOMPARE(at("train/loss", 1), 2.f);
    QCOMPARE(at("train/top1", 2), 0.5f);
    QCOMPARE(at("train/gain", 2), 0.5f);
    QVERIFY(!values.contains({"train/gain", 1}) && !values.contains({"train/unperturbed_loss", 2}));
    QCOMPARE(at("test/top1", 1), 0.25f);
    QCOMPARE(at("epoch/train_top1", 1), 0.5f);
    QCOMPARE(at("policy/rotate/mean_gain", 1), 0.75f);
    QCOMPARE(at("cost/step_seconds", 2), 3.f);
    const double first = values.at({"train/loss", 1}).seconds;
    QCOMPARE(values.at({"train/loss", 2}).seconds, first + 3);
    QVERIFY(first > 1.7e9);  // seconds since 1970
  }
};

QTEST_GUILESS_MAIN(TestEventFile)
#include "tst_event_file.moc"
