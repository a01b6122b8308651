// Plays scripts/<plugin>_*.test: what a plugin makes of files, programs and servers as each script sets them up.
//
// A script begins with `plugin NAME`, then come `config JSON`, `let NAME = TEXT` (for ${NAME}), `file PATH`, `program
// PATH` (below ${FOLDER}) and answers of a server (on ${SOCKET} and ${URL}) that hold for each of its cases; a case
// begins with
// `== what it shows`. An answer: `GET /path => 200 Name: value | Name: value`, or `=> raw|close|hang|stream|ended`, the
// bytes indented below; `cut N` writes those that follow in pieces. Then calls, with what is expected indented below
// them:
// (eventually: again and again until the last line is there)
//   check | collect [exactly | eventually] | plan ACTION JSON | invoke ACTION JSON | probe ACTION JSON | watch [CURSOR]
//   | asked | head | read FILE
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "common/http/client.h"
#include "e2e/plugins/loaded.h"
#include "e2e/plugins/scripted.h"

namespace reeve::e2e {
namespace {

namespace fs = std::filesystem;

/// One line of a script with what is indented below it.
struct Step {
  int line = 0;
  std::string text;
  std::vector<std::string> body;
};

struct Script {
  std::string file, title;
  size_t of_all = 0;  ///< so many steps stand before the first case
  std::vector<Step> steps;
};

void PrintTo(const Script& script, std::ostream* out) {
  *out << script.file << ": " << script.title;
}

std::vector<Script> scripts_of(const fs::path& path) {
  std::vector<Step> head;
  std::vector<Script> out;
  std::ifstream in(path);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    std::vector<Step>& steps = out.empty() ? head : out.back().steps;
    if (line.starts_with("== ")) {
      out.push_back({path.filename(), line.substr(3), head.size(), head});
    } else if (line.starts_with("  ") && !steps.empty()) {
      steps.back().body.push_back(line.substr(2));
    } else if (!line.empty() && line[0] != '#') {
      steps.push_back({number, line, {}});
    }
  }
  return out;
}

std::vector<Script> all_scripts() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(std::string(REEVE_TEST_DIR) + "/e2e/plugins/scripts"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Script> out;
  for (const fs::path& file : files)
    for (Script& script : scripts_of(file)) out.push_back(std::move(script));
  return out;
}

/// "a\r\n\x00" with its escapes done.
std::string unescaped(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
    } else if (text[++i] == 'x') {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == 'r' ? '\r' : text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i];
    }
  }
  return out;
}

std::string trimmed(const std::string& text) {
  const size_t from = std::min(text.size(), text.find_first_not_of(' '));
  return text.substr(from, text.find_last_not_of(' ') + 1 - from);
}

/// On one line.
std::string shown(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : std::string(1, c);
  return out;
}

std::string chunk(const std::string& text) {
  std::stringstream size;
  size << std::hex << text.size();
  return size.str() + "\r\n" + text + "\r\n";
}

std::string line_of(const Seen& sample) {
  std::string labels;
  for (const auto& [name, value] : sample.labels) labels += (labels.empty() ? "" : ",") + name + "=\"" + value + "\"";
  char value[64];
  std::snprintf(value, sizeof value, " %.12g", sample.value);
  return sample.name + (labels.empty() ? "" : "{" + labels + "}") + value +
         (sample.at_ms != 0 ? " @" + std::to_string(sample.at_ms) : "");
}

std::string word_of(int fault) {
  static const char* const kWords[] = {"ok",      "transient", "throttled", "denied",          "not_found",
                                       "invalid", "conflict",  "timeout",   "unknown_outcome", "internal"};
  return kWords[fault];
}

/// Is everything of `wanted` in `got`? Lists must be equal in length.
bool holds(const Json& got, const Json& wanted) {
  if (wanted.is_map()) {
    for (const auto& [key, value] : wanted.pairs())
      if (!holds(got[key], value)) return false;
    return got.is_map();
  }
  if (!wanted.is_list())
    return got == wanted || (got.is_number() && wanted.is_number() && got.number() == wanted.number());
  if (!got.is_list() || got.size() != wanted.size()) return false;
  for (size_t i = 0; i < got.size(); ++i)
    if (!holds(got.items()[i], wanted.items()[i])) return false;
  return true;
}

class Player {
 public:
  explicit Player(const Script& script) : script_(script), server_(folder_.path() + "/peer.sock") {
    variables_["FOLDER"] = folder_.path();
    variables_["SOCKET"] = folder_.path() + "/peer.sock";
    variables_["ENCODED_SOCKET"] = common::http::encode(variables_["SOCKET"]);
    variables_["PORT"] = std::to_string(server_.port());
    variables_["URL"] = "http://127.0.0.1:" + std::to_string(server_.port());
  }

  void play() {
    for (const Step& step : script_.steps) {
      ++played_;
      SCOPED_TRACE(script_.file + ":" + std::to_string(step.line) + ": " + step.text);
      std::vector<std::string> body;
      for (const std::string& line : step.body) body.push_back(filled(line));
      on_step(filled(step.text), body);
      if (testing::Test::HasFatalFailure()) return;
    }
  }

 private:
  std::string filled(std::string text) const {
    for (const auto& [name, value] : variables_) {
      const std::string mark = "${" + name + "}";
      for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
        text.replace(at, mark.size(), value);
    }
    return text;
  }

  void on_step(const std::string& text, const std::vector<std::string>& body) {
    std::istringstream words(text);
    std::string verb, first, rest;
    words >> verb >> first;
    std::getline(words, rest);
    if (!rest.empty()) rest.erase(0, 1);
    if (text.find(" => ") != std::string::npos) return on_answer(text, body);
    if (verb == "plugin") plugin_ = first;
    if (verb == "config") configure(text.substr(7));
    if (verb == "let") variables_[first] = rest.substr(2);
    if (verb == "cut") piece_ = std::stoul(first);
    if (verb == "baseline") baseline_ = text.substr(std::min(text.size(), std::string("baseline ").size()));
    if (verb == "file" || verb == "program") put(text.substr(verb.size() + 1), body, verb == "program");
    if (verb == "check") expect_text(Loaded(plugin_, config_).check(), body);
    if (verb == "collect") collect(first, body);
    if (verb == "deadline") deadline_ms_ = std::stoi(first);
    if (verb == "plan" || verb == "invoke" || verb == "probe") act(verb, first, rest, body);
    if (verb == "watch") watch(first + (rest.empty() ? "" : " " + rest), body);
    if (verb == "asked") {
      EXPECT_EQ(server_.asked(), body);
    }
    if (verb == "head") expect_head(body);
    if (verb == "read") expect_file(first, body);
  }

  void configure(const std::string& text) {
    Json more;
    ASSERT_TRUE(Json::parse(text, more)) << text;
    for (const auto& [key, value] : more.pairs()) config_.set(key, value);
    collecting_.reset();
  }

  /// On one lane as long as the configuration is the same.
  void collect(const std::string& how, const std::vector<std::string>& body) {
    if (!collecting_) collecting_ = Loaded(plugin_, config_).collecting();
    Outcome outcome = collecting_->collect(deadline_ms_);
    if (how == "eventually") {
      eventually([&] {
        for (Seen& sample : outcome.samples) sample.at_ms = 0;
        const auto is_wanted = [&](const Seen& sample) { return line_of(sample) == body.back(); };
        if (std::any_of(outcome.samples.begin(), outcome.samples.end(), is_wanted)) return true;
        outcome = collecting_->collect(deadline_ms_);
        return false;
      });
    }
    expect_samples(outcome, body, how == "exactly");
  }

  void put(const std::string& name, const std::vector<std::string>& body, bool program) {
    std::string text;
    for (const std::string& line : body) text += line + "\n";
    folder_.write(name, text, program ? 0755 : 0644);
  }

  void on_answer(const std::string& text, const std::vector<std::string>& body) {
    const size_t arrow = text.find(" => ");
    const std::string request = text.substr(0, arrow), how = text.substr(arrow + 4);
    Scripted::Answer answer;
    answer.piece = piece_;
    if (how == "close" || how == "hang") {
      answer.then = how == "close" ? Scripted::Then::kClose : Scripted::Then::kHang;
    } else if (how == "raw") {
      for (const std::string& line : body) answer.bytes += unescaped(line);
      answer.then = Scripted::Then::kClose;
    } else if (how == "stream" || how == "ended") {
      answer.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
      for (const std::string& line : body) answer.bytes += chunk(line + "\n");
      answer.bytes += how == "ended" ? "0\r\n\r\n" : "";
      answer.then = how == "ended" ? Scripted::Then::kKeep : Scripted::Then::kHang;
    } else {
      std::string bytes;
      for (const std::string& line : body) bytes += (bytes.empty() ? "" : "\n") + line;
      bytes = unescaped(bytes);
      answer.bytes =
          "HTTP/1.1 " + how.substr(0, 3) + " Scripted\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n";
      std::istringstream headers(how.substr(3));
      for (std::string line; std::getline(headers, line, '|');) answer.bytes += trimmed(line) + "\r\n";
      answer.bytes += "\r\n" + bytes;
    }
    // A case's own answer takes the place of the one for all; further ones of the case follow it.
    if (played_ > script_.of_all && own_.insert(request).second) server_.forget(request);
    server_.on(request, std::move(answer));
  }

  static void expect_text(const std::string& got, const std::vector<std::string>& body) {
    ASSERT_EQ(body.size(), 1U);
    if (body[0] == "ok") {
      EXPECT_EQ(got, "");
    } else {
      EXPECT_EQ(got, body[0]);
    }
  }

  static void expect_samples(const Outcome& outcome, const std::vector<std::string>& body, bool exactly) {
    std::vector<std::string> got;
    for (const Seen& sample : outcome.samples) got.push_back(line_of(sample));
    std::string all = word_of(outcome.result) + " " + outcome.error + "\n";
    for (const std::string& line : got) all += "  " + line + "\n";
    size_t wanted = 0;
    for (const std::string& line : body) {
      if (line.starts_with("error ")) {
        EXPECT_NE(("error " + word_of(outcome.result) + " " + outcome.error).find(line), std::string::npos) << all;
      } else if (line.starts_with("no ")) {
        const auto begins = [&](const std::string& each) { return each.starts_with(line.substr(3)); };
        EXPECT_TRUE(std::none_of(got.begin(), got.end(), begins)) << line << "\n" << all;
      } else {
        ++wanted;
        EXPECT_EQ(std::count(got.begin(), got.end(), line), 1) << line << "\n" << all;
      }
    }
    if (exactly) {
      EXPECT_EQ(got.size(), wanted) << all;
    }
  }

  void act(const std::string& verb, const std::string& action, const std::string& args,
           const std::vector<std::string>& body) {
    Json parsed = Json::map();
    if (!args.empty()) {
      ASSERT_TRUE(Json::parse(args, parsed)) << args;
    }
    Loaded plugin(plugin_, config_);
    const Outcome outcome = verb == "plan"     ? plugin.plan(action, parsed)
                            : verb == "invoke" ? plugin.invoke(action, parsed, baseline_, deadline_ms_)
                                               : plugin.probe(action, parsed, baseline_, deadline_ms_);
    if (verb == "plan") baseline_ = outcome.answer["baseline"].text();
    const std::string said =
        outcome.ok() ? "ok " + outcome.answer.dump() : word_of(outcome.result) + " " + outcome.error;
    for (const std::string& line : body) {
      Json wanted;
      if (line.starts_with("{") && Json::parse(line, wanted)) {
        EXPECT_TRUE(outcome.ok() && holds(outcome.answer, wanted)) << "got " << said << "\nwant " << line;
      } else {
        EXPECT_EQ(shown(said), line);
      }
    }
    EXPECT_FALSE(body.empty());
  }

  /// Each expected line: the event's type, target and fields (those that count). Then, where it is to end by itself,
  /// `ends FAULT text`.
  void watch(const std::string& cursor, const std::vector<std::string>& body) {
    auto watch = Loaded(plugin_, config_).watch(cursor);
    const bool ends = !body.empty() && body.back().starts_with("ends ");
    const size_t count = body.size() - (ends ? 1 : 0);
    if (count > 0) {
      size_t seen = 0;
      watch->heard().wait_for("event " + std::to_string(count), [&](const SeenEvent&) { return ++seen >= count; });
    }
    Outcome outcome = ends ? watch->ended() : watch->stop();
    const auto events = watch->heard().events();
    std::string all;
    for (const SeenEvent& event : events) all += event.type + " " + event.target + " " + event.fields.dump() + "\n";
    ASSERT_EQ(events.size(), count) << all << outcome.error;
    for (size_t i = 0; i < count; ++i) {
      std::istringstream words(body[i]);
      std::string type, target, fields;
      words >> type >> target;
      std::getline(words, fields);
      Json wanted;
      if (!fields.empty()) {
        ASSERT_TRUE(Json::parse(fields, wanted)) << fields;
      }
      EXPECT_EQ(events[i].type + " " + events[i].target, type + " " + target) << all;
      EXPECT_TRUE(fields.empty() || holds(events[i].fields, wanted)) << fields << "\n" << all;
      if (!events[i].cursor.empty()) variables_["CURSOR"] = events[i].cursor;
    }
    if (ends) {
      EXPECT_EQ("ends " + word_of(outcome.result) + " " + outcome.error, body.back());
    }
  }

  void expect_file(const std::string& name, const std::vector<std::string>& body) const {
    std::string wanted;
    for (const std::string& line : body) wanted += line + "\n";
    std::string got;
    eventually([&] {
      std::stringstream text;
      text << std::ifstream(folder_.path() + "/" + name).rdbuf();
      got = text.str();
      return got == wanted;
    });
    EXPECT_EQ(got, wanted);
  }

  void expect_head(const std::vector<std::string>& body) {
    const std::string head = server_.last_head() + "\r\n";
    for (const std::string& line : body) {
      const bool absent = line.starts_with("no ");
      const bool there = head.find(absent ? line.substr(3) : line + "\r\n") != std::string::npos;
      EXPECT_NE(there, absent) << line << "\n" << head;
    }
  }

  const Script& script_;
  Folder folder_;
  Scripted server_;
  std::map<std::string, std::string> variables_;
  std::string plugin_, baseline_;
  Json config_ = Json::map();
  std::unique_ptr<Loaded::Collecting> collecting_;
  std::set<std::string> own_;  ///< requests that this case answers itself
  size_t played_ = 0, piece_ = 0;
  int64_t deadline_ms_ = 10'000;
};

class Scripts : public testing::TestWithParam<Script> {};

TEST_P(Scripts, IsPlayedAsWritten) {
  Player(GetParam()).play();
}

std::string name_of(const testing::TestParamInfo<Script>& info) {
  std::string name = info.param.file.substr(0, info.param.file.find('.')) + "_" + info.param.title;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Scripts, testing::ValuesIn(all_scripts()), name_of);

}  // namespace

}  // namespace reeve::e2e
