#include "docker/actor.h"

#include "docker/report.h"

namespace reeve::docker {

namespace {

constexpr Milliseconds kBeyondStop(5000);

/// Seconds to wait between SIGTERM and SIGKILL.
int64_t stop_timeout_s(const Action& action, const Container& container) {
  if (!action.args.has("timeout")) return container.stop_timeout_s;
  int64_t ms = action.args.duration("timeout", Milliseconds(-1)).count();
  if (ms < 0 || ms > 24 * 3600 * 1000) throw Error(Fault::kInvalid, "timeout is a duration up to 24h, like \"10s\"");
  return (ms + 999) / 1000;
}

std::string preview_of(const Action& action, const Container& c) {
  std::string text = "would " + action.name + " container " + c.name + " (" + c.image + "), which is ";
  text += c.state + (c.health.empty() ? "" : " and " + c.health);
  if (c.running) text += " since " + c.started_at.substr(0, 19) + "Z";
  if (action.name != "start") text += ", with " + std::to_string(stop_timeout_s(action, c)) + "s to end by itself";
  return text;
}

/// Another container may be named like the id of one that is gone.
void must_be(const std::string& reference, const Container& c) {
  constexpr size_t kIdDigits = 64;
  const bool is_id = reference.size() == kIdDigits && reference.find_first_not_of("0123456789abcdef") == reference.npos;
  if (is_id && c.id != reference) throw Error(Fault::kNotFound, "there is no container " + reference + " any more");
}

Error being_removed(const Container& c) {
  return Error(Fault::kNotFound, "container " + c.name + " (" + c.id.substr(0, 12) + ") is being removed");
}

}  // namespace

Container DockerActor::inspect(const std::string& reference, const Action& action) {
  Container c = parse_inspect(api_.get("/containers/" + reference + "/json", deadline_of(action)));
  must_be(reference, c);
  return c;
}

Container DockerActor::inspect_for_change(const std::string& reference, const Action& action) {
  Container c = inspect(reference, action);
  if (c.removed()) throw being_removed(c);
  return c;
}

bool DockerActor::is_gone(const std::string& id, const Action& action) {
  try {
    return inspect(id, action).removed();
  } catch (const Error& error) {
    return error.fault() == Fault::kNotFound;
  }
}

Plan DockerActor::plan(const Action& action) {
  Container c = inspect_for_change(container_reference(action.args.text("container"), instance_), action);
  Plan plan;
  plan.targets = {c.target(instance_)};
  plan.baseline = Baseline::of(c).text();
  plan.preview = preview_of(action, c);
  Milliseconds stop(action.name == "start" ? 0 : stop_timeout_s(action, c) * 1000);
  plan.settles = stop + kBeyondStop;
  add_group(c, action, plan);
  return plan;
}

void DockerActor::add_group(const Container& container, const Action& action, Plan& plan) {
  if (container.project.empty() || container.service.empty()) return;
  plan.group = container.project + "/" + container.service;
  Json wanted = Json::texts(
      {"com.docker.compose.project=" + container.project, "com.docker.compose.service=" + container.service});
  std::string filter = common::http::encode(Json::map().set("label", std::move(wanted)).dump());
  Json list = api_.get("/containers/json?all=1&filters=" + filter, deadline_of(action));
  for (const Json& row : list.items()) {
    Container member;
    member.id = row["Id"].text();
    plan.members.push_back(member.target(instance_));
    // The list tells health only within its words for people: "Up 3 minutes (unhealthy)".
    bool unhealthy = row["Status"].text_ref().find("(unhealthy)") != std::string::npos;
    if (row["State"].text_ref() == "running" && !unhealthy) plan.healthy.push_back(member.target(instance_));
  }
}

Json DockerActor::invoke(const Action& action) {
  if (action.name == "list") return list(action);
  if (action.name == "inspect") return describe(action);
  if (action.name == "logs") return logs(action);
  return change(action);
}

Json DockerActor::change(const Action& action) {
  // A name may have gone over to another container since plan(): what is acted on is the id.
  std::string reference = container_reference(action.args.text("container"), instance_);
  if (!action.baseline.empty()) reference = Baseline::parse(action.baseline).id;
  Container before = inspect_for_change(reference, action);
  std::string path = "/containers/" + before.id + "/" + action.name;
  if (action.name != "start") path += "?t=" + std::to_string(stop_timeout_s(action, before));
  int status = 0;
  try {
    status = api_.post(path, deadline_of(action));
  } catch (const Error&) {
    // What the engine says of it differs (404, 409, 500 "marked for removal"); what it shows does not.
    if (is_gone(before.id, action)) throw being_removed(before);
    throw;
  }
  Container after = inspect(before.id, action);
  return report(after).set("changed", status != 304);
}

Probe DockerActor::probe(const Action& action) {
  Baseline before = Baseline::parse(action.baseline);
  try {
    return judge(action.name, before, inspect(before.id, action));
  } catch (const Error& error) {
    // Removed: the request can find nothing any more. A new attempt will say that it is not there.
    if (error.fault() == Fault::kNotFound) return Probe::kNotStarted;
    throw;
  }
}

Json DockerActor::list(const Action& action) {
  bool all = action.args.boolean("all", true);
  Json rows = Json::list();
  Json found = api_.get(std::string("/containers/json?all=") + (all ? "1" : "0"), deadline_of(action));
  for (const Json& row : found.items()) rows.push(report_row(row));
  return Json::map().set("containers", std::move(rows));
}

Json DockerActor::describe(const Action& action) {
  std::string reference = container_reference(action.args.text("container"), instance_);
  Json found = api_.get("/containers/" + reference + "/json", deadline_of(action));
  must_be(reference, parse_inspect(found));
  return report_inspect(found);
}

Json DockerActor::logs(const Action& action) {
  constexpr size_t kRoom = 4 << 20;
  std::string reference = container_reference(action.args.text("container"), instance_);
  int64_t tail = action.args.integer("tail", 100);
  if (tail < 1 || tail > 10'000) throw Error(Fault::kInvalid, "tail is a number of lines from 1 to 10000");
  Json inspected = api_.get("/containers/" + reference + "/json", deadline_of(action));
  std::string path = "/containers/" + reference + "/logs?stdout=1&stderr=1&tail=" + std::to_string(tail);
  if (action.args.boolean("timestamps")) path += "&timestamps=1";
  if (action.args.has("since")) {
    int64_t back_ns = action.args.duration("since").count() * 1'000'000;
    path += "&since=" + std::to_string((api_.now_ns(deadline_of(action)) - back_ns) / 1'000'000'000);
  }
  std::string stream = api_.get_raw(path, deadline_of(action), kRoom).body;
  bool terminal = inspected["Config"]["Tty"].boolean();
  return Json::map().set("text", terminal ? stream : unframed(stream));
}

std::string unframed(std::string_view stream) {
  std::string text;
  while (stream.size() >= 8) {
    size_t size = 0;
    for (size_t i = 4; i < 8; ++i) size = size << 8 | static_cast<unsigned char>(stream[i]);
    stream.remove_prefix(8);
    text.append(stream.substr(0, size));
    stream.remove_prefix(std::min(size, stream.size()));
  }
  return text;
}

}  // namespace reeve::docker
