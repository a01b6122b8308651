// The parts of plugin that need no process.
#include <gtest/gtest.h>

#include <filesystem>

#include "model/json.h"
#include "model/msgpack.h"
#include "plugin/arguments.h"
#include "plugin/catalog.h"
#include "plugin/folder.h"
#include "plugin/limits.h"
#include "plugin/message.h"
#include "plugin/process/library.h"
#include "plugin/process/wire.h"

namespace reeve::plugin {
namespace {

using model::Value;
using testing::Folder;

Value json(const std::string& text) {
  auto parsed = model::parse_json(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.value_or(Value());
}

TEST(Limits, Names) {
  for (const char* good : {"a", "up", "node_load1", "job:rate5m", "_x", "A9"}) EXPECT_EQ(wrong_name(good), "") << good;
  for (const char* bad : {"", "9a", "a b", "a-b", "é", "a\n"}) EXPECT_NE(wrong_name(bad), "") << bad;
  EXPECT_TRUE(is_label_name("zone_1"));
  for (const char* bad : {"", "1a", "a:b", "__name__", "a b"}) EXPECT_FALSE(is_label_name(bad)) << bad;
  EXPECT_EQ(wrong_name("quote\"and\nline"), "no metric name: \"quote?and?line\"") << "fit for one line of log";
}

TEST(Limits, LabelsAndEvents) {
  EXPECT_EQ(wrong_label("m", "a", std::string(4096, 'x')), "");
  EXPECT_NE(wrong_label("m", "a", std::string(4097, 'x')), "");
  EXPECT_EQ(wrong_label("m", "a", "\xff"), "the label \"a\" of \"m\" is no UTF-8");
  EXPECT_EQ(wrong_event("a.b", "", "", 10), "");
  EXPECT_NE(wrong_event("", "", "", 10), "");
  EXPECT_EQ(wrong_event("a.b", "", std::string(1024, 'c'), 10), "");
  EXPECT_NE(wrong_event("a.b", "", std::string(1025, 'c'), 10), "");
  EXPECT_NE(wrong_event("a.b", std::string(5000, 't'), "", 10), "");
  EXPECT_NE(wrong_event("a.b", "", "", 300 << 10), "");
}

TEST(Catalog, FindsTheFourPlacesInTheirOrder) {
  const Folder first, second;
  Search search{{first.path(), second.path()}, ""};
  second.write("disk.so", "x");
  EXPECT_EQ(find_program(search, "disk")->path, second.path() + "/disk.so");
  first.write("disk/disk", "#!/bin/sh", true);
  const Program exec = *find_program(search, "disk");
  EXPECT_EQ(exec.path, first.path() + "/disk/disk") << "the first folder wins";
  EXPECT_TRUE(exec.exec);
  first.write("disk/disk.so", "x");
  EXPECT_EQ(find_program(search, "disk")->path, first.path() + "/disk/disk.so");
  first.write("disk.so", "x");
  EXPECT_EQ(find_program(search, "disk")->path, first.path() + "/disk.so");
  EXPECT_FALSE(find_program(search, "disk")->exec);
  first.write("README", "not executable");
  first.write("probe", "#!/bin/sh", true);
  EXPECT_FALSE(find_program(search, "README").ok());
  EXPECT_EQ(find_program(search, "probe")->path, first.path() + "/probe");
}

TEST(Catalog, AMissingOneIsExplained) {
  const Folder folder;
  folder.write("docker.so", "x");
  folder.write("host/host.so", "x");
  const Search search{{folder.path(), "/no/such/folder"}, ""};
  const auto missing = find_program(search, "dokcer");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().fault, base::Fault::kNotFound);
  EXPECT_EQ(missing.error().text,
            "no plugin \"dokcer\" in " + folder.path() + ", /no/such/folder (did you mean \"docker\"?)");
  for (const char* bad : {"", "../etc/passwd", "a/b", "a.so", "a b"})
    EXPECT_FALSE(find_program(search, bad).ok()) << bad;
  std::vector<std::string> names;
  for (const Program& program : list_programs(search)) names.push_back(program.name);
  EXPECT_EQ(names, (std::vector<std::string>{"docker", "host"}));
}

TEST(Catalog, OneThatIsThereButCannotBeRunIsExplained) {
  const Folder folder;
  folder.write("plain", "#!/bin/sh");
  folder.write("empty/README", "words");
  std::filesystem::create_symlink("gone", folder.path() + "/link.so");
  const Search search{{"/no/such/folder", folder.path()}, ""};
  const auto why = [&](const std::string& name) { return find_program(search, name).error().text; };
  EXPECT_EQ(why("plain"), "no plugin \"plain\": " + folder.path() + "/plain may not be executed (chmod +x)");
  EXPECT_EQ(why("empty"),
            "no plugin \"empty\": the folder " + folder.path() + "/empty has neither empty.so nor a program empty");
  EXPECT_EQ(why("link"), "no plugin \"link\": " + folder.path() + "/link.so is a link to what cannot be reached");
}

TEST(Catalog, TheFingerprintChangesWithTheFile) {
  const Folder folder;
  folder.write("a.so", "one");
  const Search search{{folder.path()}, ""};
  const Program before = *find_program(search, "a");
  EXPECT_EQ(*find_program(search, "a"), before);
  folder.write("a.so", "other");
  EXPECT_NE(*find_program(search, "a"), before);
}

TEST(ManifestOf, SaysWhatIsWrong) {
  struct Case {
    const char* manifest;
    const char* error;  ///< empty: good
  };
  const Case cases[] = {
      {R"({"name":"a","collects":true})", ""},
      {R"({"collects":true})", "the manifest has no name"},
      {R"({"name":"a"})", "the manifest says none of collects, watches, acts"},
      {R"({"name":"a","collects":true,"events":[{}]})", "an event of the manifest has no type"},
      {R"({"name":"a","collects":true,"actions":[{"name":"x","effect":"none","class":"once"}]})", "none"},
      {R"({"name":"a","acts":true,"actions":[{"name":"x","effect":"read","class":"once"}]})",
       "the action x has effect read, but class once"},
      {R"({"name":"a","acts":true,"actions":[{"name":"x","effect":"change","class":"probed"}]})",
       "the action x is of class probed, but has no probe"},
      {R"({"name":"a","watches":true,"events":[{"type":"s","state":true,"recovers":[{"event":"a.gone","at":"t"}]}]})",
       "the state s recovers \"a.gone\", which is no event of the manifest"},
      {"[]", "the manifest has no name"},
  };
  for (const Case& c : cases) {
    const auto manifest = read_manifest(json(c.manifest));
    EXPECT_EQ(manifest.ok(), std::string(c.error).empty()) << c.manifest;
    const std::string text = manifest.ok() ? "" : manifest.error().text;
    EXPECT_NE(text.find(c.error), std::string::npos) << text;
  }
  EXPECT_EQ(read_manifest(json(R"({"name":"a","acts":true,"actor_lanes":100000})"))->actor_lanes, 64);
}

TEST(Arguments, AreCheckedByType) {
  model::ActionSpec spec;
  spec.name = "act";
  for (const char* type : {"string", "int", "number", "bool", "duration", "list", "map", "any"})
    spec.arguments.push_back({type, type, false, ""});
  struct Case {
    const char* args;
    bool good;
  };
  const Case cases[] = {
      {R"({})", true},
      {R"({"string":"x","int":1,"number":1.5,"bool":true,"duration":"5m","list":[],"map":{},"any":null})", true},
      {R"({"number":1,"duration":30,"any":[1]})", true},
      {R"({"string":1})", false},
      {R"({"int":1.5})", false},
      {R"({"int":"1"})", false},
      {R"({"bool":"true"})", false},
      {R"({"duration":"soon"})", false},
      {R"({"list":{}})", false},
      {R"({"map":[]})", false},
      {R"({"strnig":"x"})", false},
      {R"([1])", false},
  };
  for (const Case& c : cases) EXPECT_EQ(check_arguments("p", spec, json(c.args)).ok(), c.good) << c.args;
  spec.arguments[0].required = true;
  EXPECT_EQ(check_arguments("p", spec, Value()).error().text, "p.act: missing argument \"string\"");
  EXPECT_EQ(check_arguments("p", spec, json(R"({"string":null})")).error().text, "p.act: missing argument \"string\"");
}

TEST(Instances, AreReadFromTheConfiguration) {
  const auto read = [](const std::string& text) {
    return yaml::parse(text, "reeve.yaml").and_then([](const yaml::Node& node) { return read_instances(node); });
  };
  const auto good = read(
      "- host\n- docker: { name: local, every: 5s, timeout: 2s, labels: {zone: a}, socket: /run/d.sock }\n- log:\n");
  ASSERT_TRUE(good.ok()) << good.error().text;
  ASSERT_EQ(good->size(), 3U);
  EXPECT_EQ((*good)[0].id(), "host/local");
  EXPECT_EQ((*good)[0].every, base::seconds(10));
  const InstanceConfig& docker = (*good)[1];
  EXPECT_EQ(docker.every, base::seconds(5));
  EXPECT_EQ(docker.timeout, base::seconds(2));
  EXPECT_EQ(docker.labels.text(), "{zone=\"a\"}");
  EXPECT_EQ(model::to_json(docker.config), R"({"socket":"/run/d.sock"})") << "the plugin's own keys only";
  struct Case {
    const char* text;
    const char* error;
  };
  const Case cases[] = {
      {"docker: {}", "plugins must be a list"},
      {"- {a: {}, b: {}}", "an item of plugins is one plugin and its settings"},
      {"- docker: [1]", "the settings of a plugin must be a map"},
      {"- docker: {name: 'a b'}", "the name of an instance has letters"},
      {"- docker: {every: often}", "often"},
      {"- docker: {every: 1ms}", "must be at least 100ms"},
      {"- docker: {labels: {job: x}}", "the label \"job\" is set by reeve itself"},
      {"- host\n- host", "two instances are named \"host/local\""},
  };
  for (const Case& c : cases) {
    const auto bad = read(c.text);
    ASSERT_FALSE(bad.ok()) << c.text;
    EXPECT_NE(bad.error().text.find(c.error), std::string::npos) << bad.error().text;
    EXPECT_EQ(bad.error().text.rfind("reeve.yaml:", 0), 0U) << bad.error().text;
  }
}

TEST(Instances, ThePlaceOfAnItemIsNoDifference) {
  const auto read = [](const std::string& text) { return *read_instances(*yaml::parse(text, "reeve.yaml")); };
  EXPECT_EQ(read("- docker: {socket: /x}"), read("\n\n- docker:\n    socket: /x\n"));
  EXPECT_NE(read("- docker: {socket: /x}"), read("- docker: {socket: /y}"));
}

TEST(Config, SecretsAreApart) {
  Manifest manifest;
  manifest.config_schema = json(R"([{"name":"user"},{"name":"password","secret":true}])");
  InstanceConfig config;
  config.name = "db";
  config.config = json(R"({"user":"u","password":"p","port":5})");
  const Split split = split_config(config, manifest);
  EXPECT_EQ(model::to_json(split.whole), R"({"name":"db","user":"u","password":"p","port":5})");
  EXPECT_EQ(model::to_json(split.open), R"({"name":"db","user":"u","port":5})");
  ASSERT_EQ(split.secrets.size(), 1U);
  EXPECT_EQ(split.secrets[0], (std::pair<std::string, std::string>{"password", "p"}));
}

TEST(Descriptor, IsJudged) {
  reeve_plugin good{};
  good.magic = REEVE_MAGIC;
  good.size = sizeof good;
  good.abi_major = REEVE_ABI_MAJOR;
  good.describe = [](void*, void (*)(void*, reeve_text)) {};
  good.close = [](void*) {};
  good.collector = [](const reeve_engine*, reeve_text, char*, size_t) -> void* { return nullptr; };
  good.collect = [](void*, reeve_call, int64_t) { return 0; };
  EXPECT_EQ(judge(good, "x.so"), "");
  const auto with = [&](auto change) {
    reeve_plugin p = good;
    change(p);
    return judge(p, "x.so");
  };
  EXPECT_NE(with([](auto& p) { p.magic = 0; }), "");
  EXPECT_NE(with([](auto& p) { p.abi_major = 2; }), "");
  EXPECT_NE(with([](auto& p) { p.abi_minor = 1; }), "");
  EXPECT_NE(with([](auto& p) { p.size = 8; }), "");
  EXPECT_EQ(with([](auto& p) { p.size += 800; }), "") << "a longer descriptor of the same minor is no fault";
  EXPECT_EQ(with([](auto& p) { p.describe = nullptr; }), "x.so has no describe()");
  EXPECT_EQ(with([](auto& p) { p.close = nullptr; }), "x.so has no close()");
  EXPECT_EQ(with([](auto& p) { p.collect = nullptr; }), "x.so has only one of collector() and collect()");
  EXPECT_EQ(with([](auto& p) { p.collector = nullptr, p.collect = nullptr; }),
            "x.so has no lane: no collector, watcher or actor");
}

TEST(Frames, NoBytesAtAllBreakTheReader) {
  const auto frames = make_frames();
  std::string frame;
  model::Packer out(frame);
  out.list(8);
  for (const int64_t n : {int64_t{103}, int64_t{1}}) out.integer(n);
  out.string("a.b");
  out.list(2);
  out.string("k");
  out.string("v");
  out.string("{\"x\":1}");
  out.integer(5);
  out.string("t");
  out.string("c");
  frame[1] = static_cast<char>(wire::Kind::kEvent);
  const auto whole = frames->decode(frame);
  ASSERT_TRUE(whole.ok()) << whole.error().text;
  EXPECT_EQ(whole->event.cursor, "c");
  for (size_t cut = 0; cut < frame.size(); ++cut) EXPECT_FALSE(frames->decode(frame.substr(0, cut)).ok()) << cut;
  for (size_t at = 0; at < frame.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = frame;
      broken[at] = static_cast<char>(broken[at] ^ (1 << bit));
      [[maybe_unused]] const auto any = frames->decode(broken);  // an answer or an error, never a crash
    }
}

TEST(Frames, HelloOfAnotherBuildIsRefused) {
  const auto frames = make_frames();
  std::string frame;
  model::Packer out(frame);
  out.list(4);
  out.integer(static_cast<int64_t>(wire::Kind::kHello));
  out.string("another build");
  out.string("");
  out.string("{}");
  const auto told = frames->decode(frame);
  ASSERT_TRUE(told.ok());
  ASSERT_FALSE(told->fault.ok());
  EXPECT_NE(told->fault.error().text.find("install both from one build"), std::string::npos);
}

}  // namespace
}  // namespace reeve::plugin
