// The exec protocol in both directions: what each line of a plugin is taken for, and what it is sent.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "model/json.h"
#include "plugin/limits.h"
#include "plugin/message.h"

namespace reeve::plugin {
namespace {

using model::Value;

std::string text_of(const model::Sample& sample) {
  char value[64];
  std::snprintf(value, sizeof value, "=%.15g", sample.value);
  const std::string at = sample.at_ms ? "@" + std::to_string(*sample.at_ms) : "";
  return " " + sample.labels.text() + value + at;
}

std::string text_of(const base::Status& fault) {
  if (fault.ok()) return "";
  const base::Error& error = fault.error();
  const std::string after = error.retry_after_ms > 0 ? " (after " + std::to_string(error.retry_after_ms) + " ms)" : "";
  return "fault " + std::string(base::fault_name(error.fault)) + ": " + error.text + after;
}

std::string text_of(const Told& told) {
  const std::string id = std::to_string(told.id), fault = text_of(told.fault);
  std::string samples;
  for (const model::Sample& sample : told.samples) samples += text_of(sample);
  switch (told.what) {
    case Told::What::kHello:
      return "hello " + id + " " + (fault.empty() ? model::to_json(told.value) : fault);
    case Told::What::kReply:
      if (told.id == 0) return "ignored";
      return "reply " + id + " " + (fault.empty() ? model::to_json(told.value) + samples : fault);
    case Told::What::kSamples:
      return "samples " + id + (fault.empty() ? samples : " " + fault);
    case Told::What::kLog: {
      static constexpr const char* kLevels[] = {"debug", "info", "warn", "error"};
      return std::string("log ") + kLevels[static_cast<int>(told.level)] + (told.text.empty() ? "" : " " + told.text);
    }
    default:
      break;
  }
  const model::Event& e = told.event;
  if (!fault.empty()) return "event " + fault;
  return "event " + e.type + " " + e.labels.text() + " " + model::to_json(e.fields) + " at " + std::to_string(e.at.us) +
         " of " + e.target + " cursor " + e.cursor;
}

TEST(Lines, AreTakenAsTheTableSays) {
  std::ifstream in(std::string(REEVE_TEST_DIR) + "/unit/plugin/lines.test");
  ASSERT_TRUE(in) << "lines.test";
  const auto lines = make_lines();
  int number = 0, cases = 0;
  std::string given;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("> ")) {
      given = line.substr(2);
    } else if (!line.empty() && line[0] != '#') {
      const auto told = lines->decode(given);
      EXPECT_EQ(told.ok() ? text_of(*told) : "error " + told.error().text, line) << "lines.test:" << number;
      ++cases;
    }
  }
  EXPECT_GT(cases, 50);
}

std::string reply_with(const std::string& sample) {
  return "{\"id\":1,\"ok\":true,\"samples\":[" + sample + "]}";
}

TEST(Lines, HoldTheLimits) {
  const auto lines = make_lines();
  const auto sample = [](size_t labels, size_t value) {
    std::string out = R"({"name":"a","value":1,"labels":{)";
    for (size_t i = 0; i < labels; ++i)
      out += (i == 0 ? "" : ",") + ("\"l" + std::to_string(i)) + "\":\"" + std::string(value, 'v') + "\"";
    return reply_with(out + "}}");
  };
  EXPECT_TRUE(lines->decode(sample(kMaxLabels, 1))->fault.ok());
  EXPECT_EQ(text_of(lines->decode(sample(kMaxLabels + 1, 1))->fault), "fault invalid: a has more than 64 labels");
  EXPECT_TRUE(lines->decode(sample(1, kMaxLabelBytes))->fault.ok());
  EXPECT_EQ(text_of(lines->decode(sample(1, kMaxLabelBytes + 1))->fault),
            "fault invalid: the label \"l0\" of \"a\" is longer than 4 KiB");
  const auto cursor = [&](size_t size) {
    return *lines->decode(R"({"note":"event","type":"a","cursor":")" + std::string(size, 'c') + "\"}");
  };
  EXPECT_TRUE(cursor(kMaxCursor).fault.ok());
  EXPECT_EQ(text_of(cursor(kMaxCursor + 1).fault), "fault invalid: the cursor of \"a\" is longer than 1 KiB");
  const Told log = *lines->decode(R"({"note":"log","text":")" + std::string(9000, 'x') + "\"}");
  EXPECT_EQ(log.text.size(), 4096U);
}

TEST(Lines, SurviveAnyBytes) {
  std::mt19937 random(3);
  const auto lines = make_lines();
  std::vector<std::string> seeds;
  std::ifstream in(std::string(REEVE_TEST_DIR) + "/unit/plugin/lines.test");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("> {")) seeds.push_back(line.substr(2));
  ASSERT_FALSE(seeds.empty());
  for (int round = 0; round < 20'000; ++round) {
    std::string line = seeds[random() % seeds.size()];
    for (int i = 0; i < 3; ++i) line[random() % line.size()] = static_cast<char>(random());
    if (random() % 4 == 0) line.resize(random() % line.size());
    const auto told = lines->decode(line);
    if (!told.ok()) continue;
    for (const model::Sample& sample : told->samples) EXPECT_TRUE(is_metric_name(sample.labels.name())) << line;
    const bool event = told->what == Told::What::kEvent && told->fault.ok();
    EXPECT_TRUE(!event || told->event.cursor.size() <= kMaxCursor);
  }
}

Request request(Ask ask) {
  Request r;
  r.ask = ask;
  r.id = 7;
  r.kind = LaneKind::kWatcher;
  r.instance = "spool/mail";
  r.config = Value::map().set("folder", "/var/mail");
  r.secrets = {{"token", "s3cret\n"}};
  r.cursor = "17|a";
  r.action = "remove";
  r.args = Value::map().set("file", "a \"b\"");
  r.key = "run/1";
  r.baseline = "b1";
  r.deadline = base::millis(1500);
  return r;
}

TEST(Lines, SayWhatTheDocumentationSays) {
  const auto lines = make_lines();
  const std::pair<Ask, const char*> kWanted[] = {
      {Ask::kHello, R"({"id":7,"ask":"hello","protocol":1,"engine":"reeve"})"},
      {Ask::kCheck, R"({"id":7,"ask":"check","config":{"folder":"/var/mail"}})"},
      {Ask::kOpen, R"({"id":7,"ask":"open","lane":"watcher","instance":"spool/mail","config":{"folder":"/var/mail"},)"
                   R"("secrets":{"token":"s3cret\n"},"cursor":"17|a"})"},
      {Ask::kCollect, R"({"id":7,"ask":"collect","deadline_ms":1500})"},
      {Ask::kWatch, R"({"id":7,"ask":"watch"})"},
      {Ask::kPlan, R"({"id":7,"ask":"plan","action":"remove","args":{"file":"a \"b\""},"deadline_ms":1500})"},
      {Ask::kInvoke,
       R"({"id":7,"ask":"invoke","action":"remove","args":{"file":"a \"b\""},"deadline_ms":1500,"key":"run/1","baseline":"b1"})"},
      {Ask::kProbe,
       R"({"id":7,"ask":"probe","action":"remove","args":{"file":"a \"b\""},"deadline_ms":1500,"key":"run/1","baseline":"b1"})"},
      {Ask::kClose, R"({"id":7,"ask":"close"})"},
  };
  for (const auto& [ask, wanted] : kWanted) {
    EXPECT_EQ(lines->encode(request(ask)), wanted);
    EXPECT_EQ(lines->encode(request(ask)).find('\n'), std::string::npos) << "one line";
  }
  EXPECT_EQ(lines->cancel(9, 3), R"({"note":"cancel","id":9})");
  EXPECT_EQ(lines->credit(3, 2, "18|b"), R"({"note":"durable","cursor":"18|b"})");
}

}  // namespace
}  // namespace reeve::plugin
