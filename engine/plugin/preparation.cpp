#include "plugin/preparation.h"

#include <algorithm>
#include <set>

#include "plugin/arguments.h"

namespace reeve::plugin {

namespace {
constexpr base::Duration kCheckTime = base::seconds(10);

// The configuration key that a plugin's complaint is about: the first of its words in quotes that is one.
const yaml::Node* place_of(const yaml::Node& body, const std::string& text) {
  for (size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 1)) {
    const size_t end = text.find('"', at + 1);
    if (end == std::string::npos) return nullptr;
    const std::string word = text.substr(at + 1, end - at - 1);
    for (const auto& [key, value] : body.pairs())
      if (key.scalar() == word) return &key;
  }
  return nullptr;
}
}  // namespace

Preparation::Preparation(std::vector<InstanceConfig> wanted, const Surroundings& around, Done done)
    : wanted_(std::move(wanted)), around_(around), done_(std::move(done)) {}

Preparation::~Preparation() {
  if (timer_ != 0) around_.loop.cancel(timer_);
}

void Preparation::start() {
  find_all();
  for (auto& [name, exam] : exams_) begin(exam);
  // In the next turn also when nothing had to be started, so that `done` never comes out of start().
  timer_ = around_.loop.after(base::Duration{}, [this] {
    timer_ = 0;
    on_all_ended();
  });
}

void Preparation::complain(size_t instance, const std::string& what) {
  const InstanceConfig& config = wanted_[instance];
  const std::string text = config.id() + ": " + what;
  if (!config.source.node) return errors_.push_back("plugins: " + text);
  const yaml::Node* place = place_of(*config.source.node, what);
  errors_.push_back((place ? *place : *config.source.node).error(text).text);
}

void Preparation::find_all() {
  std::set<std::string> ids;
  for (size_t i = 0; i < wanted_.size(); ++i) {
    const InstanceConfig& config = wanted_[i];
    if (!ids.insert(config.id()).second) {
      complain(i, "two instances have this name: give one another \"name\"");
      continue;
    }
    auto [exam, is_new] = exams_.try_emplace(config.plugin);
    exam->second.instances.push_back(i);
    if (!is_new) continue;
    auto program = find_program(around_.search, config.plugin);
    if (!program.ok()) {
      complain(i, program.error().text);
      exam->second.ended = true;
      continue;
    }
    exam->second.program = *program;
  }
}

void Preparation::log(const std::string& plugin, base::Level level, std::string_view text) const {
  base::log(level, text, {{"plugin", plugin}});
}

void Preparation::begin(Exam& exam) {
  if (exam.ended) return;
  const std::string name = exam.program.name;
  exam.talk = std::make_unique<Conversation>(
      exam.program, around_.loop,
      Conversation::Listener{[this, name](base::Result<model::Value> m) { on_hello(name, std::move(m)); },
                             [](uint64_t, const Told&) {},
                             [this, name](base::Level level, std::string_view text) { log(name, level, text); },
                             [this, name](const Failure&) {
                               exams_.at(name).ended = true;
                               around_.loop.cancel(timer_);
                               timer_ = around_.loop.after(base::Duration{}, [this] {
                                 timer_ = 0;
                                 on_all_ended();
                               });
                             }});
  const base::Status started = exam.talk->start(around_.spawner, around_.search, {});
  if (started.ok()) return;
  complain(exam.instances[0], started.error().text);
  exam.ended = true;
}

void Preparation::on_hello(const std::string& plugin, base::Result<model::Value> raw) {
  Exam& exam = exams_.at(plugin);
  auto manifest = std::move(raw).and_then([](model::Value v) { return read_manifest(v); });
  if (!manifest.ok()) {
    complain(exam.instances[0], manifest.error().text);
    return finish_exam(exam);
  }
  if (manifest->name != plugin) {
    complain(exam.instances[0], exam.program.path + " says that it is the plugin \"" + manifest->name + "\"");
    return finish_exam(exam);
  }
  exam.manifest = std::make_shared<const Manifest>(std::move(*manifest));
  exam.unchecked = exam.instances.size();
  for (const size_t i : exam.instances) {
    Request request;
    request.ask = Ask::kCheck;
    request.config = split_config(wanted_[i], *exam.manifest).whole;
    request.deadline = kCheckTime;
    exam.talk->ask(std::move(request), [this, plugin, i](const base::Result<Answer>& a) { on_checked(plugin, i, a); });
  }
}

void Preparation::on_checked(const std::string& plugin, size_t instance, const base::Result<Answer>& answer) {
  Exam& exam = exams_.at(plugin);
  if (!answer.ok()) {
    complain(instance, answer.error().text);
  } else if (answer->value["manifest"].is_map()) {
    auto own = read_manifest(answer->value["manifest"]);
    if (!own.ok()) complain(instance, own.error().text);
    if (own.ok()) exam.own[instance] = std::make_shared<const Manifest>(std::move(*own));
  }
  if (--exam.unchecked == 0) finish_exam(exam);
}

void Preparation::finish_exam(Exam& exam) {
  exam.talk->stop(base::seconds(2));
}

void Preparation::on_all_ended() {
  const auto ended = [](const auto& item) { return item.second.ended; };
  if (!std::all_of(exams_.begin(), exams_.end(), ended)) return;
  std::vector<Prepared> out;
  for (size_t i = 0; i < wanted_.size(); ++i) {
    const auto exam = exams_.find(wanted_[i].plugin);
    if (exam == exams_.end()) continue;
    const auto own = exam->second.own.find(i);
    const auto& manifest = own != exam->second.own.end() ? own->second : exam->second.manifest;
    out.push_back({wanted_[i], exam->second.program, manifest});
  }
  const Done done = std::move(done_);
  if (!errors_.empty()) return done(base::invalid(base::join(errors_, "\n")));
  done(std::move(out));
}

}  // namespace reeve::plugin
