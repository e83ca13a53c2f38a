#include <QTest>
#include <memory>
#include <string>
#include <vector>

#include "core/base/Files.h"
#include "core/base/Philox.h"
#include "core/data/FolderListing.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/FolderTools.h"

using namespace uada;
using namespace uada::test;

namespace fs = std::filesystem;

namespace {

using Ints = std::vector<int>;

}  // namespace

/// The index of a folder of images: made once, and never trusted blindly.
class TestFolderIndex : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void indexIsMadeOnce();
  void changedFilesAreLookedAtAgain();
  void damagedIndexesAreMadeAnew();
  void noDamageOfAnIndexGoesUnnoticed();
  void foreignIndexesAreNotTrusted();
  void claimsOfAnIndexAreChecked();
};

void TestFolderIndex::indexIsMadeOnce() {
  const ImageFolder folder;
  folder.addClasses();
  const Opened first = opened("folder", folder.dir(), Split::train);
  QCOMPARE(first.lookedAt, std::size_t{4});
  const Opened again = opened("folder", folder.dir(), Split::train);
  QCOMPARE(again.lookedAt, std::size_t{0});
  QCOMPARE(again.data->identity(), first.data->identity());
  QCOMPARE(numbersOf(*again.data), (Ints{0, 1, 2, 3}));
  QVERIFY(again.data->imageSize(3) == (ImageSize{9, 7}));
  QVERIFY(again.data->pixelSums(3) == first.data->pixelSums(3));
}

void TestFolderIndex::changedFilesAreLookedAtAgain() {
  const ImageFolder folder;
  folder.addClasses();
  const Opened first = opened("folder", folder.dir(), Split::train);
  folder.add("train/b/1.png", numbered(8, 4, 3));
  const Opened changed = opened("folder", folder.dir(), Split::train);
  QCOMPARE(changed.lookedAt, std::size_t{1});
  QCOMPARE(numbersOf(*changed.data), (Ints{0, 1, 8, 3}));
  QVERIFY(changed.data->identity() != first.data->identity());
  // Another time alone is enough to look again.
  fs::last_write_time(folder.dir() / "train/a/x.png",
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  QCOMPARE(opened("folder", folder.dir(), Split::train).lookedAt, std::size_t{1});
  folder.add("train/a/new.png", numbered(9));
  QCOMPARE(opened("folder", folder.dir(), Split::train).lookedAt, std::size_t{1});
  fs::remove(folder.dir() / "train/a/new.png");
  const Opened fewer = opened("folder", folder.dir(), Split::train);
  QCOMPARE(fewer.lookedAt, std::size_t{0});
  QCOMPARE(fewer.data->size(), std::size_t{4});
}

void TestFolderIndex::damagedIndexesAreMadeAnew() {
  const ImageFolder folder;
  folder.addClasses();
  const std::string identity = opened("folder", folder.dir(), Split::train).data->identity();
  const fs::path file = fs::directory_iterator(folder.indexes())->path();
  const std::string sound = readTextFile(file, 1 << 20);
  const auto isMadeAnew = [&](std::string bytes) {
    writeFileAtomically(file, bytes);
    const Opened made = opened("folder", folder.dir(), Split::train);
    return made.lookedAt == 4 && made.says("is made anew") && made.data->identity() == identity &&
           readTextFile(file, 1 << 20) == sound;
  };
  for (std::size_t at = 0; at < sound.size(); at += 13) {
    std::string bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    QVERIFY2(isMadeAnew(bytes), std::to_string(at).c_str());
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, sound.size() / 2, sound.size() - 1})
    QVERIFY2(isMadeAnew(sound.substr(0, size)), std::to_string(size).c_str());
  QVERIFY(isMadeAnew(sound + "x"));
}

/// Of the file that is read first when a data set is opened.
void TestFolderIndex::noDamageOfAnIndexGoesUnnoticed() {
  const ImageFolder folder;
  folder.addClasses();
  opened("folder", folder.dir(), Split::train);
  const std::string sound = readTextFile(fs::directory_iterator(folder.indexes())->path(), 1 << 20);
  const FolderListing listing{folder.dir(), "train", {}, {}};
  QVERIFY(!unpackedIndex(listing, sound).files.empty());
  const auto isRefused = [&](std::string_view bytes) {
    return errorOf([&] { unpackedIndex(listing, bytes); }).contains("the index is ");
  };
  Random random(1, 0, 0, Purpose::test);
  std::string bytes = sound;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t bit = random.below(static_cast<std::uint32_t>(8 * bytes.size()));
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    QVERIFY2(isRefused(bytes), std::to_string(bit).c_str());
    bytes[bit / 8] = sound[bit / 8];
  }
  for (int i = 0; i < 2'000; ++i) {
    const std::size_t size = random.below(static_cast<std::uint32_t>(sound.size()));
    QVERIFY2(isRefused(std::string_view(sound).substr(0, size)), std::to_string(size).c_str());
  }
}

void TestFolderIndex::foreignIndexesAreNotTrusted() {
  const ImageFolder folder;
  folder.addClasses();
  opened("folder", folder.dir(), Split::train);
  const fs::path train = fs::directory_iterator(folder.indexes())->path();
  opened("folder", folder.dir(), Split::test);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.indexes()))
    if (entry.path() != train) fs::copy_file(entry.path(), train, fs::copy_options::overwrite_existing);
  const Opened made = opened("folder", folder.dir(), Split::train);
  QVERIFY(made.lookedAt == 4 && made.says("of another folder"));
}

/// With a hash that is right, as who wants to do harm could write it.
void TestFolderIndex::claimsOfAnIndexAreChecked() {
  const FolderListing listing{"/x", "train", {"a"}, {}};
  FolderIndex index{{"a"}, {}};
  index.files.resize(1);
  index.files[0].file.name = "a/1.png";
  const std::string sound = packedIndex(listing, index);
  QVERIFY(unpackedIndex(listing, sound).files == index.files);
  const auto refusal = [&](std::string content) {
    content += sha256(content);
    return errorOf([&] { unpackedIndex(listing, content); });
  };
  const std::string content = sound.substr(0, sound.size() - 64);
  QCOMPARE(refusal(content), QString());
  QVERIFY(refusal(content + "x").contains("bytes follow"));
  QVERIFY(refusal(content.substr(0, content.size() - 1)).contains("cut short"));
  std::string many = content;  // behind the class "a" stands the number of files
  const std::size_t at = many.find(std::string("\1\0\0\0a", 5)) + 5;
  many[at + 7] = '\x70';
  QVERIFY(refusal(many).contains("more entries"));
}

QTEST_GUILESS_MAIN(TestFolderIndex)
#include "tst_folder_index.moc"
