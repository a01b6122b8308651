// Which files are runbooks, what belongs to each, and loading all of them.
#include "runbook/bundle.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/manual_loop.h"

namespace reeve::runbook {
namespace {
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

struct Folders : testing::Test {
  fs::path root = fs::path(testing::TempDir()) / ("runbooks_" + std::to_string(::getpid()));
  base::ManualLoop loop;
  Folders() { fs::remove_all(root); }
  ~Folders() override { fs::remove_all(root); }

  void file(const std::string& name, const std::string& text = "return runbook {}, function() end\n") {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name) << text;
  }
  std::string at(const std::string& name) { return (root / name).string(); }
  std::vector<std::string> names(const std::vector<std::string>& folders) {
    std::vector<std::string> out;
    const auto found = find_sources(folders);
    if (!found.ok()) return {"error: " + found.error().text};
    for (const Source& source : *found) out.push_back(source.name);
    return out;
  }
  std::vector<std::string> files_of(const std::string& name) {
    const auto bundle = make_bundle({name, at("one")});
    std::vector<std::string> out;
    if (!bundle.ok()) return {"error: " + bundle.error().text.substr(at("one").size() + 1)};
    for (const auto& [file, text] : bundle->files) out.push_back(file);
    return out;
  }
  std::string load_all(const std::vector<std::string>& folders) {
    const auto spawner = script::make_in_process_spawner(loop);
    std::string heard = "nothing";
    load(folders, *spawner, loop, [&](base::Result<std::shared_ptr<const Library>> library) {
      heard.clear();
      if (!library.ok()) heard = "error: " + library.error().text;
      if (library.ok())
        for (const Runbook* runbook : (*library)->all()) heard += runbook->name + " (" + runbook->title + ") ";
    });
    loop.run();
    return heard;
  }
};

TEST_F(Folders, EveryLuaFileIsARunbookButTestsAndLibraries) {
  for (const char* name : {"one/b/z.lua", "one/b/a.lua", "one/b/a_test.lua", "one/b/lib/x.lua", "one/lib/y.lua",
                           "one/top.lua", "one/b/README.md", "one/b/deep/er.lua", "one/b/nolua"})
    file(name);
  EXPECT_THAT(names({at("one")}), ElementsAre("b/a", "b/deep/er", "b/z", "top"));
}

TEST_F(Folders, WhatHasTheNameOfARunbookAndIsNoFileIsRefused) {
  file("one/b/a.lua");
  fs::create_symlink("gone.lua", root / "one/b/x.lua");
  fs::create_directories(root / "one/y.lua");
  const std::string said = names({at("one")}).front();
  EXPECT_THAT(said, HasSubstr(at("one/b/x.lua") + ": is a link to gone.lua, which is not there"));
  EXPECT_THAT(said, HasSubstr(at("one/y.lua") + ": is a folder, not a file"));
  EXPECT_THAT(names({at("one/b/x.lua")}).front(), HasSubstr("is a link to gone.lua"));
  EXPECT_THAT(load_all({at("one")}), HasSubstr("is a folder, not a file"));
}

TEST_F(Folders, LinksAreFollowedAndWhatIsHiddenIsNot) {
  file("away/a.lua");
  file("one/..data/c.lua");
  fs::create_directory_symlink("../away", root / "one/b");
  fs::create_symlink("..data/c.lua", root / "one/c.lua");
  fs::create_symlink("gone", root / "one/.#c.lua");
  EXPECT_THAT(names({at("one")}), ElementsAre("b/a", "c"));
  fs::create_directory_symlink("..", root / "away/up");
  EXPECT_THAT(names({at("one")}).front(), HasSubstr("(a link in a circle?)"));
}

TEST_F(Folders, AnEarlierFolderGoesBeforeALaterOne) {
  file("one/b/a.lua", "-- mine");
  file("two/b/a.lua", "-- shipped");
  file("two/b/c.lua");
  const auto found = find_sources({at("one"), at("two")});
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].path(), at("one/b/a.lua"));
  EXPECT_EQ((*found)[1].path(), at("two/b/c.lua"));
}

TEST_F(Folders, AFileStandsForItself) {
  file("runbooks/b/a.lua");
  file("runbooks/b/c.lua");
  EXPECT_THAT(names({at("runbooks/b/a.lua")}), ElementsAre("b/a"));
  EXPECT_THAT(names({at("runbooks/b/a.lua"), at("runbooks")}), ElementsAre("b/a", "b/c"));
}

TEST_F(Folders, AFolderThatIsNotThereIsSaid) {
  EXPECT_THAT(names({at("none")}), ElementsAre("error: " + at("none") + ": cannot be read: No such file or directory"));
}

TEST_F(Folders, NamesComeFromBelowAFolderNamedRunbooks) {
  const struct {
    const char *path, *folder, *name;
  } cases[] = {{"runbooks/docker/x.lua", "runbooks", "docker/x"},
               {"/etc/reeve/runbooks/x.lua", "/etc/reeve/runbooks", "x"},
               {"a/runbooks/b/runbooks/c/x.lua", "a/runbooks/b/runbooks", "c/x"},
               {"/opt/scripts/x.lua", "/opt/scripts", "x"}};
  for (const auto& [path, folder, name] : cases) {
    const Source source = source_of(path);
    EXPECT_EQ(source.folder, folder) << path;
    EXPECT_EQ(source.name, name) << path;
    EXPECT_EQ(source.path(), path);
  }
}

TEST_F(Folders, WhatAFileRequiresBelongsToItsBundle) {
  file("one/b/a.lua", "local x = require \"lib/x\"\nlocal y = require('lib/y') -- require \"lib/x\" again\n");
  file("one/b/lib/x.lua", "local z = require   \"lib/z\" return {}");
  file("one/b/lib/y.lua");
  file("one/b/lib/z.lua", "local x = require \"lib/x\"");
  file("one/b/lib/unused.lua");
  EXPECT_THAT(files_of("b/a"), ElementsAre("b/a.lua", "b/lib/x.lua", "b/lib/y.lua", "b/lib/z.lua"));
}

TEST_F(Folders, WhatIsRequiredMustLieInThePack) {
  file("one/b/up.lua", "require \"../other/x\"");
  file("one/b/root.lua", "require \"/etc/passwd\"");
  file("one/b/gone.lua", "require \"lib/gone\"");
  file("one/b/odd.lua", "required = 1 requires \"lib/x\" require(name) require");
  EXPECT_THAT(files_of("b/up"), ElementsAre("error: b/up.lua:1:1: require \"../other/x\" leaves the pack"));
  EXPECT_THAT(files_of("b/root"), ElementsAre("error: b/root.lua:1:1: require \"/etc/passwd\" leaves the pack"));
  EXPECT_THAT(files_of("b/gone"), ElementsAre("error: b/lib/gone.lua: cannot be read"));
  EXPECT_THAT(files_of("b/none"), ElementsAre("error: b/none.lua: cannot be read"));
}

TEST_F(Folders, TheSameFilesGiveTheSameBytesWhereverTheyLie) {
  for (const char* folder : {"one", "two"}) {
    file(std::string(folder) + "/b/a.lua", "require \"lib/x\" return runbook {}, function() end");
    file(std::string(folder) + "/b/lib/x.lua", "return {}");
  }
  const auto first = make_bundle({"b/a", at("one")}), second = make_bundle({"b/a", at("two")});
  EXPECT_EQ(first->to_bytes(), second->to_bytes());
  file("two/b/lib/x.lua", "return { 1 }");
  EXPECT_NE(first->to_bytes(), make_bundle({"b/a", at("two")})->to_bytes());
}

TEST_F(Folders, FindingsGetPathsOfTheDisk) {
  const Source source{"b/a", "/x/runbooks"};
  EXPECT_EQ(with_paths("b/a.lua:3:7: bad\nb/lib/x.lua:1:1: worse\nother words", source),
            "/x/runbooks/b/a.lua:3:7: bad\n/x/runbooks/b/lib/x.lua:1:1: worse\nother words");
  EXPECT_EQ(with_paths("top.lua:1:1: bad\ntoppled", {"top", "r"}), "r/top.lua:1:1: bad\ntoppled");
}

TEST_F(Folders, LoadsThemAll) {
  file("one/b/a.lua", "return runbook { title = \"A\" }, function() end");
  file("one/b/c.lua", "local t = require \"lib/t\" return runbook { title = t }, function() end");
  file("one/b/lib/t.lua", "return \"from the library\"");
  file("two/d.lua", "return runbook { title = \"D\" }, function() end");
  EXPECT_EQ(load_all({at("one"), at("two")}), "b/a (A) b/c (from the library) d (D) ");
}

TEST_F(Folders, NoRunbooksAreALibraryToo) {
  fs::create_directories(root / "one");
  EXPECT_EQ(load_all({at("one")}), "");
  EXPECT_EQ(load_all({}), "");
}

TEST_F(Folders, SaysEverythingThatIsWrongWithAllOfThem) {
  file("one/b/a.lua", "return runbook {\n  title = 5 }, function() end");
  file("one/b/c.lua", "retrun");
  file("one/b/d.lua", "return runbook { title = \"fine\" }, function() end");
  file("one/b/e.lua", "require \"lib/none\"");
  file("one/b/f.lua", "local t = require \"lib/t\" return runbook {}, function() end");
  file("one/b/lib/t.lua", "return {\n  1,\n  nope }");
  EXPECT_EQ(load_all({at("one")}), "error: " + at("one/b/a.lua:2:3: title is a text\n") +
                                       "  1 | return runbook {\n  2 |   title = 5 }, function() end\n    |   ^\n" +
                                       at("one/b/c.lua:1:7: syntax error near <eof>\n") +
                                       "  1 | retrun\n    |       ^\n" + at("one/b/lib/none.lua: cannot be read\n") +
                                       at("one/b/lib/t.lua:3:3: undefined name \"nope\"\n") +
                                       "  1 | return {\n  2 |   1,\n  3 |   nope }\n    |   ^");
}

TEST_F(Folders, AFileThatLoopsAtItsTopIsSaid) {
  file("one/a.lua", "while true do end");
  EXPECT_THAT(load_all({at("one")}), HasSubstr("a.lua:1:1: a.lua: more than 5000000 instructions between two calls"));
}

}  // namespace
}  // namespace reeve::runbook
