#include <cmath>
#include <optional>

#include "model/json.h"
#include "plugin/limits.h"
#include "plugin/message.h"

namespace reeve::plugin {

using model::Value;

namespace {
constexpr int64_t kProtocol = 1;

Value head(const Request& r) {
  // "id" and "ask" come first: a shell script may find them by their place.
  Value out = Value::map();
  out.set("id", r.id).set("ask", ask_name(r.ask));
  return out;
}

base::Level level_of(const std::string& word) {
  if (word == "debug") return base::Level::kDebug;
  if (word == "warn") return base::Level::kWarn;
  return word == "error" ? base::Level::kError : base::Level::kInfo;
}

std::optional<double> number_of(const Value& value) {
  if (value.is_number()) return value.as_double();
  const std::string& word = value.as_string();
  if (word == "+Inf" || word == "Inf") return HUGE_VAL;
  if (word == "-Inf") return -HUGE_VAL;
  if (word == "NaN") return std::nan("");
  return {};
}

base::Result<model::Sample> sample_of(const Value& v) {
  const std::string& name = v["name"].as_string();
  if (std::string wrong = wrong_name(name); !wrong.empty()) return base::invalid(wrong);
  const std::optional<double> value = number_of(v["value"]);
  if (!value)
    return base::invalid("the sample " + name + (v["value"].is_null() ? " has no value" : " has a value that is none"));
  if (v["labels"].as_map().size() > kMaxLabels) return base::invalid(name + " has more than 64 labels");
  std::vector<model::Labels::Pair> pairs{{std::string(model::kNameLabel), name}};
  for (const auto& [key, text] : v["labels"].as_map()) {
    if (std::string wrong = wrong_label(name, key, text.text()); !wrong.empty()) return base::invalid(wrong);
    pairs.emplace_back(key, text.text());
  }
  model::Sample out{model::Labels(std::move(pairs)), *value, {}};
  if (v["at_ms"].is_number()) out.at_ms = v["at_ms"].as_int();
  return out;
}

class Lines : public Dialect {
 public:
  child::Channel channel() const override { return child::Channel::kLines; }
  bool greets() const override { return false; }
  std::vector<std::string> argv(const Program& program, const std::string&) const override { return {program.path}; }
  std::string encode(const Request& r) const override;
  std::string cancel(uint64_t call, uint64_t) const override {
    return model::to_json(Value::map().set("note", "cancel").set("id", call));
  }
  std::string credit(uint64_t, int64_t, const std::string& cursor) const override {
    return model::to_json(Value::map().set("note", "durable").set("cursor", cursor));
  }
  base::Result<Told> decode(std::string_view message) const override;

 private:
  static Told reply(const Value& v);
  static void take_samples(const Value& list, Told& told);
  static base::Result<Told> note(const Value& v);
  static Told event(const Value& v);
};

std::string Lines::encode(const Request& r) const {
  Value out = head(r);
  switch (r.ask) {
    case Ask::kHello:
      out.set("protocol", kProtocol).set("engine", "reeve");
      break;
    case Ask::kCheck:
      out.set("config", r.config);
      break;
    case Ask::kOpen: {
      Value secrets = Value::map();
      for (const auto& [name, value] : r.secrets) secrets.set(name, value);
      out.set("lane", lane_name(r.kind)).set("instance", r.instance).set("config", r.config);
      out.set("secrets", std::move(secrets)).set("cursor", r.cursor);
      break;
    }
    case Ask::kCollect:
      out.set("deadline_ms", r.deadline.ms());
      break;
    case Ask::kPlan:
    case Ask::kInvoke:
    case Ask::kProbe:
      out.set("action", r.action).set("args", r.args).set("deadline_ms", r.deadline.ms());
      if (r.ask != Ask::kPlan) out.set("key", r.key).set("baseline", r.baseline);
      break;
    default:
      break;
  }
  return model::to_json(out);
}

base::Result<Told> Lines::decode(std::string_view message) const {
  auto parsed = model::parse_json(message);
  if (!parsed.ok() || !parsed->is_map()) return base::invalid("a line that is no JSON object");
  const Value& v = *parsed;
  if (v.has("note")) return note(v);
  if (!v["id"].is_int()) return base::invalid("a line with neither an id nor a note");
  return reply(v);
}

Told Lines::reply(const Value& v) {
  Told told;
  told.id = static_cast<uint64_t>(v["id"].as_int());
  if (v.has("protocol")) {
    told.what = Told::What::kHello;
    told.value = v["manifest"];
    if (v["protocol"].as_int() != kProtocol)
      told.fault = base::invalid("it speaks exec protocol " + v["protocol"].text() +
                                 ", this reeve speaks 1: see sdk/PROTOCOL.md");
    return told;
  }
  const Value& error = v["error"];
  if (error.is_map()) {
    const base::Fault fault = base::fault_of(error["kind"].as_string());
    std::string text = error["text"].as_string();
    if (text.empty()) text = "the plugin gave no reason";
    told.fault = base::Error{fault, std::move(text), error["retry_after_ms"].as_int()};
    return told;
  }
  if (!v["ok"].as_bool()) told.fault = base::invalid("its reply is neither ok nor an error: a fault of the plugin");
  told.value = v["answer"].is_null() ? Value::map() : v["answer"];
  take_samples(v["samples"], told);
  return told;
}

void Lines::take_samples(const Value& list, Told& told) {
  // An empty batch would make all of it stale.
  if (!list.is_null() && !list.is_list()) told.fault = base::invalid("its samples are no list: a fault of the plugin");
  for (const Value& item : list.as_list()) {
    auto sample = sample_of(item);
    if (!sample.ok()) {
      told.fault = sample.error();
      return;
    }
    told.samples.push_back(std::move(*sample));
  }
}

Told Lines::event(const Value& v) {
  Told told;
  told.what = Told::What::kEvent;
  model::Event& e = told.event;
  e.type = v["type"].as_string();
  e.labels = model::Labels::from_value(v["labels"]);
  if (v["fields"].is_map()) e.fields = v["fields"];
  e.at = base::Time{v["at_us"].as_int()};
  e.target = v["target"].as_string();
  e.cursor = v["cursor"].as_string();
  std::string wrong = wrong_event(e.type, e.target, e.cursor, 0);
  if (e.labels.size() > kMaxLabels) wrong = "the event " + e.type + " has more than 64 labels";
  for (const auto& [name, value] : e.labels)
    if (wrong.empty()) wrong = wrong_label(e.type, name, value);
  if (!wrong.empty()) told.fault = base::invalid(wrong);
  return told;
}

base::Result<Told> Lines::note(const Value& v) {
  const std::string& note = v["note"].as_string();
  if (note == "event") return event(v);
  Told told;
  if (note == "log") {
    told.what = Told::What::kLog;
    told.level = level_of(v["level"].as_string());
    told.text = v["text"].as_string().substr(0, 4096);
    return told;
  }
  if (note == "samples") {
    told.what = Told::What::kSamples;
    told.id = static_cast<uint64_t>(v["id"].as_int());
    take_samples(v["samples"], told);
    return told;
  }
  return told;  // of no request: a later version's note is ignored
}
}  // namespace

std::unique_ptr<Dialect> make_lines() {
  return std::make_unique<Lines>();
}

}  // namespace reeve::plugin
