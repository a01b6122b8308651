#include "model/json.h"
#include "model/msgpack.h"
#include "plugin/message.h"
#include "plugin/process/wire.h"
#include "reeve/plugin.h"

namespace reeve::plugin {

using model::Value;
using wire::Kind;

const char* lane_name(LaneKind kind) {
  static constexpr const char* kNames[] = {"collector", "watcher", "actor"};
  return kNames[static_cast<int>(kind)];
}

const char* ask_name(Ask ask) {
  static constexpr const char* kNames[] = {"hello", "check",  "open",  "collect", "watch",
                                           "plan",  "invoke", "probe", "close"};
  return kNames[static_cast<int>(ask)];
}

namespace {
base::Fault fault_of_number(int64_t number) {
  if (number == wire::kRefused) return base::Fault::kRefused;
  if (number == wire::kUnavailable) return base::Fault::kUnavailable;
  static constexpr base::Fault kFaults[] = {
      base::Fault::kInternal,       base::Fault::kTransient, base::Fault::kThrottled, base::Fault::kDenied,
      base::Fault::kNotFound,       base::Fault::kInvalid,   base::Fault::kConflict,  base::Fault::kTimeout,
      base::Fault::kUnknownOutcome, base::Fault::kInternal};
  return number > 0 && number <= REEVE_INTERNAL ? kFaults[number] : base::Fault::kInternal;
}

Kind kind_of(Ask ask) {
  switch (ask) {
    case Ask::kCheck:
      return Kind::kCheck;
    case Ask::kOpen:
      return Kind::kOpen;
    case Ask::kCollect:
      return Kind::kCollect;
    case Ask::kWatch:
      return Kind::kWatch;
    case Ask::kPlan:
      return Kind::kPlan;
    case Ask::kInvoke:
      return Kind::kInvoke;
    case Ask::kProbe:
      return Kind::kProbe;
    default:
      return Kind::kClose;
  }
}

model::Labels labels_of(model::Unpacker& in, std::string_view name) {
  std::vector<model::Labels::Pair> pairs;
  const size_t count = in.list() / 2;
  pairs.reserve(count + 1);
  if (!name.empty()) pairs.emplace_back(model::kNameLabel, name);
  for (size_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view key = in.string();
    pairs.emplace_back(key, in.string());
  }
  return model::Labels(std::move(pairs));
}

// JSON that a plugin wrote; `what` for the message.
base::Result<Value> json_of(std::string_view text, const char* what) {
  if (text.empty()) return Value::map();
  auto parsed = model::parse_json(text);
  if (!parsed.ok()) return base::invalid(std::string(what) + " is no JSON: " + parsed.error().text);
  return parsed;
}

class Frames : public Dialect {
 public:
  child::Channel channel() const override { return child::Channel::kFrames; }
  bool greets() const override { return true; }
  std::vector<std::string> argv(const Program& program, const std::string& child_program) const override {
    return {child_program, "plugin", program.path};
  }
  std::string encode(const Request& r) const override;
  std::string cancel(uint64_t call, uint64_t lane) const override {
    std::string frame;
    begin(frame, 3, Kind::kCancel, call).integer(static_cast<int64_t>(lane));
    return frame;
  }
  std::string credit(uint64_t lane, int64_t count, const std::string& cursor) const override {
    std::string frame;
    model::Packer out = begin(frame, 4, Kind::kCredit, lane);
    out.integer(count);
    out.string(cursor);
    return frame;
  }
  base::Result<Told> decode(std::string_view message) const override;

 private:
  static model::Packer begin(std::string& frame, size_t count, Kind kind, uint64_t id) {
    model::Packer out(frame);
    out.list(count);
    out.integer(static_cast<int64_t>(kind));
    out.integer(static_cast<int64_t>(id));
    return out;
  }
  static void encode_open(std::string& frame, const Request& r);
  static void encode_action(std::string& frame, const Request& r);
  static base::Result<Told> hello(model::Unpacker& in);
  static Told reply(model::Unpacker& in);
  static Told samples(model::Unpacker& in);
  static base::Result<Told> event(model::Unpacker& in);
  static Told log(model::Unpacker& in);
};

std::string Frames::encode(const Request& r) const {
  std::string frame;
  switch (r.ask) {
    case Ask::kCheck:
      begin(frame, 3, Kind::kCheck, r.id).string(model::to_json(r.config));
      break;
    case Ask::kOpen:
      encode_open(frame, r);
      break;
    case Ask::kCollect: {
      model::Packer out = begin(frame, 4, Kind::kCollect, r.id);
      out.integer(static_cast<int64_t>(r.lane));
      out.integer(r.deadline.ms());
      break;
    }
    case Ask::kPlan:
    case Ask::kInvoke:
    case Ask::kProbe:
      encode_action(frame, r);
      break;
    default:
      begin(frame, 3, kind_of(r.ask), r.id).integer(static_cast<int64_t>(r.lane));
  }
  return frame;
}

void Frames::encode_open(std::string& frame, const Request& r) {
  model::Packer out = begin(frame, 7, Kind::kOpen, r.id);
  out.integer(static_cast<int64_t>(r.lane));
  out.integer(static_cast<int64_t>(r.kind) + 1);
  out.string(model::to_json(r.config));
  out.list(r.secrets.size() * 2);
  for (const auto& [name, value] : r.secrets) {
    out.string(name);
    out.string(value);
  }
  out.string(r.cursor);
}

void Frames::encode_action(std::string& frame, const Request& r) {
  const bool fenced = r.ask == Ask::kInvoke;
  model::Packer out = begin(frame, fenced ? 10 : 8, kind_of(r.ask), r.id);
  out.integer(static_cast<int64_t>(r.lane));
  out.string(r.action);
  out.string(model::to_json(r.args));
  out.string(r.key);
  out.string(r.baseline);
  out.integer(r.deadline.ms());
  if (!fenced) return;
  out.string(r.fence.run);
  out.integer(static_cast<int64_t>(r.fence.epoch));
}

base::Result<Told> Frames::decode(std::string_view message) const {
  model::Unpacker in(message);
  in.list();
  base::Result<Told> told = base::invalid("a frame of unknown kind");
  switch (static_cast<Kind>(in.integer())) {
    case Kind::kHello:
      told = hello(in);
      break;
    case Kind::kReply:
      told = reply(in);
      break;
    case Kind::kSamples:
      told = samples(in);
      break;
    case Kind::kEvent:
      told = event(in);
      break;
    case Kind::kLog:
      told = log(in);
      break;
    default:
      break;
  }
  if (told.ok() && !in.ok()) return base::invalid("a frame that cannot be read");
  return told;
}

base::Result<Told> Frames::hello(model::Unpacker& in) {
  Told told;
  told.what = Told::What::kHello;
  const std::string build(in.string()), error(in.string());
  if (build != wire::kBuild) {
    told.fault = base::invalid("reeve-child speaks \"" + build + "\", this engine \"" + wire::kBuild +
                               "\": install both from one build");
  } else if (!error.empty()) {
    told.fault = base::invalid(error);
  } else {
    auto manifest = json_of(in.string(), "the manifest");
    if (!manifest.ok()) {
      told.fault = manifest.error();
    } else {
      told.value = std::move(*manifest);
    }
    return told;
  }
  in.string();
  return told;
}

Told Frames::reply(model::Unpacker& in) {
  Told told;
  told.id = static_cast<uint64_t>(in.integer());
  const int64_t fault = in.integer();
  std::string text(in.string());
  const int64_t retry_after_ms = in.integer();
  const std::string_view answer = in.string();
  if (fault != REEVE_OK) {
    told.fault = base::Error{fault_of_number(fault), std::move(text), retry_after_ms};
    return told;
  }
  auto value = json_of(answer, "the plugin's answer");
  if (!value.ok()) {
    told.fault = base::Error{base::Fault::kInternal, value.error().text};
  } else {
    told.value = std::move(*value);
  }
  return told;
}

Told Frames::samples(model::Unpacker& in) {
  Told told;
  told.what = Told::What::kSamples;
  told.id = static_cast<uint64_t>(in.integer());
  const size_t count = in.list() / 4;
  told.samples.reserve(count);
  for (size_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view name = in.string();
    model::Sample sample;
    sample.labels = labels_of(in, name);
    sample.value = in.number();
    if (const int64_t at_ms = in.integer(); at_ms != 0) sample.at_ms = at_ms;
    told.samples.push_back(std::move(sample));
  }
  return told;
}

base::Result<Told> Frames::event(model::Unpacker& in) {
  Told told;
  told.what = Told::What::kEvent;
  told.id = static_cast<uint64_t>(in.integer());
  told.event.type = in.string();
  told.event.labels = labels_of(in, {});
  const std::string_view fields = in.string();
  told.event.at = base::Time{in.integer()};
  told.event.target = in.string();
  told.event.cursor = in.string();
  auto value = json_of(fields, "");
  if (!value.ok() || !value->is_map()) {
    told.fault = base::invalid("the fields of " + told.event.type + " are no JSON object");
  } else {
    told.event.fields = std::move(*value);
  }
  return told;
}

Told Frames::log(model::Unpacker& in) {
  Told told;
  told.what = Told::What::kLog;
  told.id = static_cast<uint64_t>(in.integer());
  const int64_t level = in.integer();
  told.level = level >= 0 && level <= 3 ? static_cast<base::Level>(level) : base::Level::kInfo;
  told.text = in.string();
  return told;
}
}  // namespace

std::unique_ptr<Dialect> make_frames() {
  return std::make_unique<Frames>();
}

}  // namespace reeve::plugin
