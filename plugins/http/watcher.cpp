#include "http/watcher.h"

namespace reeve::http {

void HttpWatcher::watch(Events& out) {
  common::Deadline until_cancelled =
      common::Deadline::never().stopped_by([&out] { return out.cancelled(); }, out.cancel_fd());
  bool stated = false;
  while (!out.cancelled()) {
    Verdict verdict = probe(settings_, deadline_of(out, settings_.timeout));
    if (out.cancelled()) return;
    std::string now = verdict.success ? "is up" : "is down";
    bool changed = !told_.empty() && now != told_;
    told_ = now;
    if (changed) tell("http.changed", verdict, out);
    if (!stated) tell("http.state", verdict, out);
    stated = true;
    until_cancelled.sleep_ms(settings_.watch.count());
  }
}

void HttpWatcher::tell(const char* type, const Verdict& verdict, Events& out) {
  Event event;
  event.type = type;
  event.target = settings_.target();
  event.cursor = told_;
  event.fields.set("success", verdict.success).set("status_code", verdict.got.status).set("reason", verdict.why);
  out.emit(event);
}

}  // namespace reeve::http
