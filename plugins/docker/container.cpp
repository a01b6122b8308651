#include "docker/container.h"

#include <charconv>
#include <ctime>

#include "reeve/lanes.hpp"

namespace reeve::docker {

namespace {

/// Takes a number of exactly `digits` digits from the left.
bool take(std::string_view& text, size_t digits, int& number) {
  if (text.size() < digits) return false;
  auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc() || end != text.data() + digits) return false;
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

int64_t take_fraction(std::string_view& text) {
  int64_t nanoseconds = 0;
  if (!take(text, '.')) return 0;
  int64_t place = 100'000'000;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    nanoseconds += (text.front() - '0') * place;
    place /= 10;
    text.remove_prefix(1);
  }
  return nanoseconds;
}

/// "Z", "+02:00", "-05:30": seconds east of UTC.
bool take_zone(std::string_view& text, int& seconds) {
  seconds = 0;
  if (take(text, 'Z')) return true;
  int sign = text.starts_with('-') ? -1 : 1;
  int hours = 0;
  int minutes = 0;
  if (!take(text, '+') && !take(text, '-')) return false;
  if (!take(text, 2, hours) || !take(text, ':') || !take(text, 2, minutes)) return false;
  seconds = sign * (hours * 3600 + minutes * 60);
  return true;
}

std::string time_or_none(const Json& json) {
  return parse_time_ns(json.text_ref()) ? json.text() : "";
}

}  // namespace

std::optional<int64_t> parse_time_ns(std::string_view text) {
  tm parts{};
  int zone = 0;
  bool whole = take(text, 4, parts.tm_year) && take(text, '-') && take(text, 2, parts.tm_mon) && take(text, '-') &&
               take(text, 2, parts.tm_mday) && take(text, 'T') && take(text, 2, parts.tm_hour) && take(text, ':') &&
               take(text, 2, parts.tm_min) && take(text, ':') && take(text, 2, parts.tm_sec);
  if (!whole) return std::nullopt;
  int64_t fraction = take_fraction(text);
  if (!take_zone(text, zone) || !text.empty() || parts.tm_year < 1970 || parts.tm_year > 2200) return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return (timegm(&parts) - zone) * 1'000'000'000 + fraction;
}

Container parse_inspect(const Json& json) {
  const Json& state = json["State"];
  const Json& config = json["Config"];
  Container c;
  c.id = json["Id"].text();
  c.name = json["Name"].text();
  if (c.name.starts_with('/')) c.name.erase(0, 1);
  c.image = config["Image"].text();
  c.state = state["Status"].text();
  c.running = state["Running"].boolean();
  c.oom_killed = state["OOMKilled"].boolean();
  c.exit_code = state["ExitCode"].integer();
  c.pid = state["Pid"].integer();
  c.started_at = time_or_none(state["StartedAt"]);
  c.finished_at = time_or_none(state["FinishedAt"]);
  c.restart_count = json["RestartCount"].integer();
  c.stop_timeout_s = config["StopTimeout"].integer(10);
  c.project = config["Labels"]["com.docker.compose.project"].text();
  c.service = config["Labels"]["com.docker.compose.service"].text();
  c.limits = json["HostConfig"];
  const Json& health = state["Health"];
  if (health["Status"].text_ref() != "none") c.health = health["Status"].text();
  c.failing = health["FailingStreak"].integer();
  if (health["Log"].size() > 0) c.health_at = time_or_none(health["Log"].items().back()["End"]);
  return c;
}

std::string container_reference(const std::string& text, const std::string& instance) {
  std::string name = text;
  std::string prefix = "docker/" + instance + "/";
  if (name.starts_with(prefix)) name.erase(0, prefix.size());
  if (name.starts_with('/')) name.erase(0, 1);
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  bool fits = !name.empty() && name.size() <= 255 && plain(name[0]);
  for (char c : name) fits = fits && (plain(c) || c == '_' || c == '.' || c == '-');
  if (!fits) throw Error(Fault::kInvalid, "\"" + text + "\" cannot be the name or id of a container");
  return name;
}

}  // namespace reeve::docker
