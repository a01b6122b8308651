#include "docker/report.h"

namespace reeve::docker {

namespace {

/// KEY=value -> KEY.
Json environment_names(const Json& environment) {
  Json names = Json::list();
  for (const Json& entry : environment.items()) names.push(entry.text_ref().substr(0, entry.text_ref().find('=')));
  return names;
}

Json mounts_of(const Json& mounts) {
  Json out = Json::list();
  for (const Json& mount : mounts.items()) {
    out.push(Json::map()
                 .set("type", mount["Type"])
                 .set("source", mount["Source"])
                 .set("destination", mount["Destination"])
                 .set("writable", mount["RW"]));
  }
  return out;
}

Json last_checks(const Json& log) {
  Json out = Json::list();
  for (const Json& check : log.items()) {
    out.push(Json::map()
                 .set("at", check["End"])
                 .set("exit_code", check["ExitCode"])
                 .set("output", check["Output"].text_ref().substr(0, 1024)));
  }
  return out;
}

}  // namespace

Json report(const Container& c) {
  Json out = Json::map();
  out.set("id", c.id).set("name", c.name).set("image", c.image).set("state", c.state).set("running", c.running);
  out.set("health", c.health).set("exit_code", c.exit_code).set("oom_killed", c.oom_killed);
  out.set("started_at", c.started_at).set("finished_at", c.finished_at).set("restart_count", c.restart_count);
  return out;
}

Json report_row(const Json& row) {
  std::string name = row["Names"].size() > 0 ? row["Names"].items()[0].text() : "";
  if (name.starts_with('/')) name.erase(0, 1);
  Json out = Json::map();
  out.set("id", row["Id"]).set("name", name).set("image", row["Image"]).set("state", row["State"]);
  out.set("status", row["Status"]).set("labels", row["Labels"]);
  return out;
}

Json report_inspect(const Json& json) {
  const Json& config = json["Config"];
  const Json& host = json["HostConfig"];
  Json out = report(parse_inspect(json));
  out.set("error", json["State"]["Error"]).set("pid", json["State"]["Pid"]).set("created", json["Created"]);
  out.set("command", config["Cmd"]).set("entrypoint", config["Entrypoint"]).set("labels", config["Labels"]);
  out.set("environment_names", environment_names(config["Env"])).set("restart_policy", host["RestartPolicy"]["Name"]);
  out.set("memory_limit", host["Memory"]).set("network_mode", host["NetworkMode"]);
  out.set("mounts", mounts_of(json["Mounts"])).set("checks", last_checks(json["State"]["Health"]["Log"]));
  return out;
}

}  // namespace reeve::docker
