#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/Files.h"
#include "core/store/WorkingTree.h"

using namespace uada;

namespace {

/// A tree of git's with one commit of a file.
struct Tree {
  Tree() {
    git({"init", "-q"});
    write("a.txt", "one\ntwo\n");
    git({"add", "."});
    git({"-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "-m", "first"});
  }
  void git(const QStringList& arguments) const {
    QProcess process;
    process.setWorkingDirectory(folder.path());
    process.start("git", arguments);
    QVERIFY(process.waitForFinished(30'000) && process.exitCode() == 0);
  }
  void write(const char* name, const std::string& text) const {
    writeFileAtomically(folder.filePath(name).toStdString(), text);
  }
  std::optional<TreeChanges> changes() const { return changesOf(folder.path().toStdString()); }
  QTemporaryDir folder;
};

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

/// What a source tree has otherwise than its commit, as it is kept with runs.
class TestWorkingTree : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void whatIsChangedIsTold() {
    const Tree tree;
    QVERIFY(!tree.changes());
    tree.write("a.txt", "one\n2\n");
    tree.write("new.txt", "x");
    const auto changes = tree.changes();
    QVERIFY(changes && !changes->isCut);
    QVERIFY2(has(changes->text, "\n-two\n+2\n"), changes->text.c_str());
    QVERIFY(changes->text.ends_with("# not in git: new.txt\n"));
    QCOMPARE(changes->bytes, changes->text.size());
  }

  /// At whole lines; how much there is in all is said, in the file and of it.
  void muchIsCut() {
    const Tree tree;
    std::string text;
    for (int i = 0; i < 40'000; ++i) text += std::to_string(i) + '\n';
    tree.write("a.txt", text);
    const auto changes = tree.changes();
    QVERIFY(changes && changes->isCut);
    QVERIFY(changes->text.size() <= kMostTreeChanges + 100 && changes->bytes > text.size());
    const std::size_t mark = changes->text.rfind("\n# cut: the first ");
    QVERIFY(mark != std::string::npos && changes->text[mark - 1] != '+');
    const auto file = std::filesystem::path(tree.folder.path().toStdString()) / "kept.diff";
    writeFileAtomically(file, changes->text);
    const std::string said = changesText(file);
    QVERIFY2(said.starts_with("the first 65,") && said.ends_with(" bytes") && has(said, " of 2"),
             said.c_str());
  }

  void whereThereIsNoneNothingIsSaid() {
    const QTemporaryDir folder;
    QVERIFY(!changesOf(folder.path().toStdString()));
    QVERIFY(!changesOf(""));
    QVERIFY(!changesOf("/nowhere"));
    QCOMPARE(changesText("/nowhere/x.diff"), std::string());
    // A folder that only looks like a tree.
    QVERIFY(QDir(folder.path()).mkdir(".git"));
    QVERIFY(!changesOf(folder.path().toStdString()));
  }
};

QTEST_GUILESS_MAIN(TestWorkingTree)
#include "tst_working_tree.moc"
