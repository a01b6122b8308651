#include "docker/event.h"

#include <array>

namespace reeve::docker {

namespace {

constexpr std::array<std::string_view, 12> kKinds = {"create",  "start",   "die",     "stop",
                                                     "kill",    "restart", "oom",     "pause",
                                                     "unpause", "rename",  "destroy", "health_status"};

bool known(std::string_view kind) {
  for (std::string_view each : kKinds) {
    if (each == kind) return true;
  }
  return false;
}

int64_t to_integer(const std::string& text) {
  return std::strtoll(text.c_str(), nullptr, 10);
}

Json fields_of(std::string_view kind, std::string_view detail, const Json& attributes) {
  Json fields = Json::map();
  if (kind == "die") fields.set("exit_code", to_integer(attributes["exitCode"].text_ref()));
  if (kind == "kill") fields.set("signal", to_integer(attributes["signal"].text_ref()));
  if (kind == "health_status") fields.set("status", detail);
  if (kind == "rename") fields.set("old_name", attributes["oldName"]);
  for (auto [label, field] :
       {std::pair{"com.docker.compose.project", "project"}, std::pair{"com.docker.compose.service", "service"}}) {
    if (attributes.has(label)) fields.set(field, attributes[label]);
  }
  return fields;
}

}  // namespace

std::string event_filter() {
  Json kinds = Json::list();
  for (std::string_view kind : kKinds) kinds.push(kind);
  return Json::map().set("type", Json::texts({"container"})).set("event", std::move(kinds)).dump();
}

std::optional<EngineEvent> parse_event(std::string_view line, const std::string& instance) {
  Json json;
  if (!Json::parse(line, json) || json["Type"].text_ref() != "container") return std::nullopt;
  const Json& actor = json["Actor"];
  const Json& attributes = actor["Attributes"];
  // "health_status: unhealthy"
  std::string action = json["Action"].text();
  std::string detail;
  if (size_t colon = action.find(": "); colon != std::string::npos) {
    detail = action.substr(colon + 2);
    action.resize(colon);
  }
  EngineEvent out;
  out.time_ns = json["timeNano"].integer();
  if (!known(action) || out.time_ns <= 0 || actor["ID"].text_ref().empty()) return std::nullopt;
  Container container;
  container.id = actor["ID"].text();
  container.name = attributes["name"].text();
  container.image = attributes["image"].text();
  out.event.type = "docker." + action;
  out.event.labels = container.labels();
  out.event.target = container.target(instance);
  out.event.at_us = out.time_ns / 1000;
  out.event.fields = fields_of(action, detail, attributes);
  return out;
}

Event state_event(const Container& c, const std::string& instance, int64_t at_ns) {
  Event event;
  event.type = "docker.state";
  event.labels = c.labels();
  event.target = c.target(instance);
  event.at_us = at_ns / 1000;
  event.fields.set("state", c.state).set("running", c.running).set("exit_code", c.exit_code);
  event.fields.set("oom_killed", c.oom_killed).set("started_at", c.started_at).set("finished_at", c.finished_at);
  event.fields.set("status", c.checked_health()).set("health_at", c.health_at).set("restart_count", c.restart_count);
  if (!c.project.empty()) event.fields.set("project", c.project);
  if (!c.service.empty()) event.fields.set("service", c.service);
  return event;
}

}  // namespace reeve::docker
