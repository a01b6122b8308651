#include "docker/actor.h"

namespace reeve::docker {

std::string Baseline::text() const {
  return Json::map()
      .set("id", id)
      .set("started_at", started_at)
      .set("finished_at", finished_at)
      .set("running", running)
      .dump();
}

Baseline Baseline::of(const Container& container) {
  return {container.id, container.started_at, container.finished_at, container.running};
}

Baseline Baseline::parse(const std::string& text) {
  Json json;
  Json::parse(text, json);
  if (json["id"].text_ref().size() != 64) throw Error(Fault::kInvalid, "this is no baseline of a container: " + text);
  return {json["id"].text(), json["started_at"].text(), json["finished_at"].text(), json["running"].boolean()};
}

Probe judge(const std::string& action, const Baseline& before, const Container& now) {
  bool started = now.started_at != before.started_at;
  bool stopped = now.finished_at != before.finished_at || (before.running && !now.running);
  // A start that is under way shows as this state; so does one of docker's own restart policy.
  if (now.state == "restarting" || now.state == "removing") return Probe::kRunning;
  if (action == "start") return started || now.running ? Probe::kDone : Probe::kNotStarted;
  if (action == "stop") return stopped || !now.running ? Probe::kDone : Probe::kNotStarted;
  if (action == "restart") {
    // Stopped but not started again is half of it. It goes on by itself within `settles`, or never does: then the way
    // to the wanted end is to ask again, which here only starts it.
    return started ? Probe::kDone : Probe::kNotStarted;
  }
  return Probe::kUnknown;
}

}  // namespace reeve::docker
