#include "script/worker/core.h"

#include "base/hash.h"
#include "model/msgpack.h"

namespace reeve::script {

namespace {
using model::Value;

double seconds(const Value& micros) {
  return static_cast<double>(micros.as_int()) / 1e6;
}
}  // namespace

Core::Core(Send send, const Limits& limits) : send_(std::move(send)), limits_(limits) {}

void Core::hello() {
  send_(model::to_msgpack(Value::list().push("hello").push(kProtocolVersion)));
}

bool Core::on_message(std::string_view frame) {
  const auto read = model::parse_msgpack(frame);
  if (!read.ok() || read->as_list().size() < 2) return false;
  const Value::List& items = read->as_list();
  const std::string& kind = items[0].as_string();
  if (kind == "declare" && items.size() == 3) {
    declare(items[1], items[2].as_string());
    return true;
  }
  const std::string& run = items[1].as_string();
  if (kind == "start" && items.size() == 3) return start(run, items[2]);
  if (kind == "drop") {
    runs_.erase(run);
    return true;
  }
  return on_run(kind, run, items);
}

bool Core::start(const std::string& run, const Value& what) {
  runs_.erase(run);
  const auto shared = bundle(what["bundle"].as_string());
  if (!shared) return false;
  auto& made = runs_[run] = std::make_unique<ScriptRun>(run, shared, what["params"], what["alert"], limits_);
  turn(run, made->start(seconds(what["now"])));
  return true;
}

bool Core::on_run(const std::string& kind, const std::string& run, const Value::List& frame) {
  if (kind != "answer" && kind != "check" && kind != "clean_up") return false;
  const auto found = runs_.find(run);
  if (found == runs_.end()) {
    turn(run, {});
    return true;
  }
  ScriptRun& script = *found->second;
  if (kind == "answer" && frame.size() == 6) {
    Reply reply;
    reply.ok = frame[3].as_bool();
    reply.value = frame[4];
    reply.kind = frame[4]["kind"].as_string();
    reply.message = frame[4]["message"].as_string();
    turn(run, script.answer(frame[2].as_string(), std::move(reply), seconds(frame[5])));
  } else if (kind == "check" && frame.size() == 4) {
    turn(run, script.check(frame[2].as_string(), seconds(frame[3])));
  } else if (kind == "clean_up" && frame.size() == 3) {
    turn(run, script.clean_up(seconds(frame[2])));
  } else {
    return false;
  }
  return true;
}

void Core::turn(const std::string& run, ScriptRun::Items items) {
  send_(model::to_msgpack(Value::list().push("turn").push(run).push(std::move(items))));
}

void Core::declare(const Value& id, const std::string& bytes) {
  const auto read = Bundle::from_bytes(bytes);
  Value answer = Value::map();
  if (read.ok()) {
    answer = declare_bundle(*read, limits_);
  } else {
    answer.set("errors", Value::list().push(Value::map().set("text", read.error().text)));
  }
  send_(model::to_msgpack(Value::list().push("declared").push(id).push(std::move(answer))));
}

std::shared_ptr<const Bundle> Core::bundle(const std::string& bytes) {
  // By its bytes, not their hash: the worker need not take in a cryptographic library for a look-up.
  if (auto known = bundles_[bytes].lock()) return known;
  std::erase_if(bundles_, [](const auto& item) { return item.second.expired(); });
  auto read = Bundle::from_bytes(bytes);
  if (!read.ok()) return nullptr;
  auto shared = std::make_shared<const Bundle>(std::move(*read));
  bundles_[bytes] = shared;
  return shared;
}

}  // namespace reeve::script
