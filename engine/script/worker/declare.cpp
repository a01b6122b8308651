#include "script/worker/core.h"

namespace reeve::script {

using model::Value;

Value declare_bundle(const Bundle& bundle, const Limits& limits) {
  Value answer = Value::map();
  Value errors = Value::list();
  Program program(bundle, limits);
  if (const base::Status opened = program.open(0); !opened.ok()) {
    errors.push(Value::map().set("text", opened.error().text));
  } else {
    answer.set("kind", program.declared()["kind"]).set("table", program.declared()["table"]);
  }
  return answer.set("errors", std::move(errors));
}

}  // namespace reeve::script
