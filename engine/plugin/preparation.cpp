#include "plugin/preparation.h"

#include <algorithm>
#include <set>

#include "plugin/arguments.h"

namespace reeve::plugin {

namespace {
constexpr base::Duration kCheckTime = base::seconds(10), kStopGrace = base::seconds(2);

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
    : around_(around), done_(std::move(done)) {
  for (InstanceConfig& config : wanted) prepared_.push_back({std::move(config), {}, nullptr, {}, false});
}

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

std::string Prepared::complaint() const {
  const std::string text = config.id() + ": " + fault;
  if (!config.source.node) return "plugins: " + text;
  const yaml::Node* place = place_of(*config.source.node, fault);
  return (place ? *place : *config.source.node).error(text).text;
}

void Preparation::broken(const Exam& exam, const std::string& why) {
  for (const size_t i : exam.instances) {
    prepared_[i].fault = why;
    prepared_[i].broken = true;
  }
}

void Preparation::find_all() {
  std::set<std::string> ids;
  for (size_t i = 0; i < prepared_.size(); ++i) {
    Prepared& one = prepared_[i];
    if (!ids.insert(one.config.id()).second) {
      one.fault = "two instances have this name: give one another \"name\"";
      continue;
    }
    auto program = find_program(around_.search, one.config.plugin);
    if (!program.ok()) {
      one.fault = program.error().text;
      one.broken = program.error().fault == base::Fault::kNotFound;
      continue;
    }
    one.program = *program;
    Exam& exam = exams_[one.config.plugin];
    exam.program = *program;
    exam.instances.push_back(i);
  }
}

void Preparation::log(const std::string& plugin, base::Level level, std::string_view text) const {
  base::log(level, text, {{"plugin", plugin}});
}

void Preparation::begin(Exam& exam) {
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
  broken(exam, started.error().text);
  exam.ended = true;
}

void Preparation::on_hello(const std::string& plugin, base::Result<model::Value> raw) {
  Exam& exam = exams_.at(plugin);
  auto manifest = std::move(raw).and_then([](model::Value v) { return read_manifest(v); });
  if (manifest.ok() && manifest->name != plugin)
    manifest = base::invalid(exam.program.path + " says that it is the plugin \"" + manifest->name + "\"");
  if (!manifest.ok()) {
    broken(exam, manifest.error().text);
    return exam.talk->stop(kStopGrace);
  }
  const auto known = std::make_shared<const Manifest>(std::move(*manifest));
  exam.unchecked = exam.instances.size();
  for (const size_t i : exam.instances) {
    prepared_[i].manifest = known;
    Request request;
    request.ask = Ask::kCheck;
    request.config = split_config(prepared_[i].config, *known).whole;
    request.deadline = kCheckTime;
    exam.talk->ask(std::move(request), [this, plugin, i](const base::Result<Answer>& a) { on_checked(plugin, i, a); });
  }
}

void Preparation::on_checked(const std::string& plugin, size_t instance, const base::Result<Answer>& answer) {
  Exam& exam = exams_.at(plugin);
  Prepared& one = prepared_[instance];
  if (!answer.ok()) {
    one.fault = answer.error().text;
    one.broken = answer.error().fault == base::Fault::kUnavailable || answer.error().fault == base::Fault::kTimeout;
  } else if (answer->value["manifest"].is_map()) {
    auto own = read_manifest(answer->value["manifest"]);
    if (!own.ok()) one.fault = own.error().text;
    if (own.ok()) one.manifest = std::make_shared<const Manifest>(std::move(*own));
  }
  if (--exam.unchecked == 0) exam.talk->stop(kStopGrace);
}

void Preparation::on_all_ended() {
  const auto ended = [](const auto& item) { return item.second.ended; };
  if (!std::all_of(exams_.begin(), exams_.end(), ended)) return;
  const Done done = std::move(done_);
  done(std::move(prepared_));
}

}  // namespace reeve::plugin
