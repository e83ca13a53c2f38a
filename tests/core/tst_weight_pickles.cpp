#include <fmt/core.h>

#include <QTest>
#include <string>

#include "core/base/Error.h"
#include "core/weights/WeightsFile.h"
#include "core/weights/Zip.h"
#include "tests/core/ErrorOf.h"

using namespace uada;

namespace {

using Bytes = std::vector<std::byte>;

/// An archive with this pickle, as torch.save() would make it.
Bytes archive(std::string_view pickle) {
  ZipWriter zip;
  zip.add("archive/data.pkl", pickle);
  zip.add("archive/data/0", std::string(16, '\0'));
  return zip.finish();
}
QString refusal(std::string_view pickle) {
  return test::errorOf([&] {
    const Bytes bytes = archive(pickle);
    const WeightsFile file = readWeights(bytesOfMemory(bytes), "net.pth");
    for (const WeightTensor& tensor : file.tensors) file.numbers(tensor);
  });
}

/// "X" and a text, as pickle has it.
std::string pickled(const std::string& text) {
  return fmt::format("\x8c{}{}", static_cast<char>(text.size()), text);
}

}  // namespace

/// Pickles that a hand made, in a file of weights.
class TestWeightPickles : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// What a hand may put into a pickle is refused by its name, and nothing of it is done.
  void refusesByName_data() {
    QTest::addColumn<QByteArray>("pickle");
    QTest::addColumn<QString>("names");
    const auto row = [](const char* name, const std::string& pickle, const char* names) {
      QTest::newRow(name) << QByteArray::fromStdString("\x80\x02" + pickle) << names;
    };
    const std::string tensor = "ctorch._utils\n_rebuild_tensor_v2\n";
    const auto storage = [](const std::string& type, int numbers) {
      return fmt::format("({}ctorch\n{}\n{}{}K{}tQ", pickled("storage"), type, pickled("0"), pickled("cpu"),
                         static_cast<char>(numbers));
    };
    row("os.system", "cos\nsystem\n" + pickled("ls") + "\x85R.", "os.system");
    row("by the stack", pickled("os") + pickled("system") + "\x93" + pickled("ls") + "\x85R.", "os.system");
    row("eval", "c__builtin__\neval\n" + pickled("1") + "\x85R.", "__builtin__.eval");
    row("torch.load", "ctorch\nload\n" + pickled("x") + "\x85R.", "torch.load");
    row("a class", "cargparse\nNamespace\n)\x81}b.", "argparse.Namespace");
    row("numpy", "cnumpy.core.multiarray\nscalar\n.", "numpy.core.multiarray.scalar");
    row("storage as a function", "ctorch\nFloatStorage\n)R.", "torch.FloatStorage");
    row("a class of ours", "ccollections\nOrderedDict\n)\x81.", "collections.OrderedDict");
    row("text of another protocol", "S'a'\n.", "0x53");
    row("a set", "\x8f.", "0x8f");
    row("extensions", "\x82\x01.", "0x82");
    row("nothing", ".", "missing");
    row("a mark too few", "t.", "mark");
    row("below the mark", "]((a.", "missing");
    row("unknown memory", "h\x05.", "not there before");
    row("a list as dictionary", "]" + pickled("a") + "Ns.", "no dictionary");
    row("half an entry", "}(Nu.", "no dictionary");
    row("a key that is a list", "}]Ns.", "key");
    row("twice", "}" + pickled("a") + "Ns" + pickled("a") + "Ns.", "twice");
    row("storage alone", "}" + pickled("a") + storage("FloatStorage", 4) + "s.", "storage");
    row("no storage", "}" + pickled("a") + tensor + "(NK" + '\0' + "))t" + "Rs.", "storage");
    row("incomplete", "}" + pickled("a") + tensor + ")Rs.", "incomplete");
    const auto shaped = [&](const std::string& sizes, const std::string& strides, int offset = 0) {
      return "}" + pickled("a") + tensor + "(" + storage("FloatStorage", 4) + "K" +
             static_cast<char>(offset) + sizes + strides + "\x89)tRs.";
    };
    const auto one = [](int value) { return "K" + std::string(1, static_cast<char>(value)) + "\x85"; };
    row("beyond its storage", shaped(one(5), one(1)), "beyond");
    row("beyond by its stride", shaped(one(3), one(2)), "beyond");
    row("beyond by its place", shaped(one(3), one(1), 2), "beyond");
    row("sizes without strides", shaped(one(4), ")"), "beyond");
    row("a negative size", shaped("J\xff\xff\xff\xff\x85", one(1)), "shape");
    row("a negative stride", shaped(one(2), "J\xff\xff\xff\xff\x85", 3), "shape");
    const std::string huge("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85", 11);
    row("a huge size", shaped(huge, one(1)), "beyond");
    row("a huge stride", shaped(one(3), huge), "beyond");
    row("a number beyond 64 bits", shaped(std::string("\x8a\x09\0\0\0\0\0\0\0\0\x01\x85", 12), one(1)),
        "shape");
    row("repeated without end", shaped(std::string("\x8a\x05\0\0\0\0\x10\x85", 8), one(0)), "beyond");
    row("another size in the archive",
        "}" + pickled("a") + tensor + "(" + storage("FloatStorage", 3) + "K" + '\0' + one(3) + one(1) +
            "\x89)tRs.",
        "16 bytes, 12 expected");
    row("no such storage",
        "}" + pickled("a") + tensor + "(" + "(" + pickled("storage") + "ctorch\nFloatStorage\n" +
            pickled("7") + pickled("cpu") + "K\x04tQ" + "K" + '\0' + one(4) + one(1) + "\x89)tRs.",
        "data/7");
  }
  void refusesByName() {
    QFETCH(QByteArray, pickle);
    QFETCH(QString, names);
    const QString message = refusal(pickle.toStdString());
    QVERIFY2(message.contains(names) && message.contains("net.pth"), qPrintable(message));
  }
  void takesASoundPickleOfTheSameMake() {
    const std::string pickle = "\x80\x02}" + pickled("a") + "ctorch._utils\n_rebuild_tensor_v2\n((" +
                               pickled("storage") + "ctorch\nFloatStorage\n" + pickled("0") + pickled("cpu") +
                               "K\x04tQK" + '\0' + "K\x04\x85K\x01\x85\x89)tRs.";
    QCOMPARE(refusal(pickle), QString());
  }

  /// Small files that would become large, or too deep for the stack.
  void refusesBombs_data() {
    QTest::addColumn<QByteArray>("pickle");
    const auto row = [](const char* name, const std::string& pickle) {
      QTest::newRow(name) << QByteArray::fromStdString("\x80\x02" + pickle);
    };
    std::string deep(100'000, ']');
    row("deep", deep + std::string(99'999, 'a') + ".");
    std::string laughs = "]q" + std::string(1, '\0');
    for (int i = 1; i < 60; ++i)  // each list has the one before twice
      laughs += fmt::format("](h{0}h{0}eq{1}", static_cast<char>(i - 1), static_cast<char>(i));
    row("a thousand laughs", laughs + ".");
    row("itself", std::string("]q\0h\0a.", 7));
    row("many values", std::string(1'000'001, 'N') + ".");
    std::string copies = "(" + std::string(100'000, 'N') + "tq" + '\0';
    for (int i = 0; i < 100; ++i)
      copies += "ctorch._utils\n_rebuild_tensor_v2\nh" + std::string(1, '\0') + "R";
    row("many arguments", copies + ".");
    row("a long text", std::string("X\xff\xff\xff\x7f", 5) + std::string(100, 'a') + ".");
  }
  void refusesBombs() {
    QFETCH(QByteArray, pickle);
    QVERIFY(!refusal(pickle.toStdString()).isEmpty());
  }
};

QTEST_GUILESS_MAIN(TestWeightPickles)
#include "tst_weight_pickles.moc"
