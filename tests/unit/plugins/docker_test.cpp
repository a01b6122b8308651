#include <gtest/gtest.h>

#include <map>

#include "docker/actor.h"
#include "docker/event.h"
#include "docker/report.h"
#include "docker/stats.h"

namespace reeve::docker {
namespace {

TEST(Time, IsReadToTheNanosecond) {
  struct Case {
    const char* text;
    int64_t ns;
  };
  for (const Case& each : std::initializer_list<Case>{{"1970-01-01T00:00:01Z", 1'000'000'000},
                                                      {"2026-11-24T14:00:08.567988039Z", 1795528808567988039},
                                                      {"2026-11-24T16:00:08.5+02:00", 1795528808500000000},
                                                      {"2026-11-24T12:30:08-01:30", 1795528808000000000}}) {
    EXPECT_EQ(parse_time_ns(each.text), each.ns) << each.text;
  }
  for (const char* bad : {"", "0001-01-01T00:00:00Z", "2026-11-24", "2026-11-24T14:00:08", "2026-11-24 14:00:08Z",
                          "2026-11-24T14:00:08Zx", "x026-11-24T14:00:08Z", "2026-11-24T14:00:08+2:00"}) {
    EXPECT_FALSE(parse_time_ns(bad)) << bad;
  }
}

Json parsed(const std::string& text) {
  Json json;
  EXPECT_TRUE(Json::parse(text, json)) << text;
  return json;
}

constexpr const char* kId = "c2c22e9dc2196f9fd922497a5b2f8d3d5ff58fb9cc8574be07151c6fc27b226b";

Json inspected() {
  return parsed(std::string(R"({"Id":")") + kId + R"(","Name":"/web","RestartCount":2,
    "State":{"Status":"exited","Running":false,"OOMKilled":true,"Pid":0,"ExitCode":137,
             "StartedAt":"2026-11-24T14:00:12.99911985Z","FinishedAt":"0001-01-01T00:00:00Z",
             "Health":{"Status":"unhealthy","FailingStreak":3,"Log":[
               {"End":"2026-11-24T14:00:09Z","ExitCode":1,"Output":"a"},{"End":"2026-11-24T14:00:10Z","ExitCode":1,"Output":"b"}]}},
    "Config":{"Image":"busybox:test","StopTimeout":3,"Env":["TOKEN=canary=1"],
              "Labels":{"com.docker.compose.project":"shop","com.docker.compose.service":"web"}},
    "HostConfig":{"Memory":33554432,"CpuQuota":0,"NanoCpus":1500000000},
    "Mounts":[{"Type":"bind","Source":"/a","Destination":"/b","RW":true}]})");
}

TEST(ParsedContainer, HasWhatInspectSays) {
  Container c = parse_inspect(inspected());
  EXPECT_EQ(c.target("local"), std::string("docker/local/") + kId);
  EXPECT_EQ(c.name, "web");
  EXPECT_EQ(c.image, "busybox:test");
  EXPECT_EQ(c.exit_code, 137);
  EXPECT_TRUE(c.oom_killed);
  EXPECT_EQ(c.finished_at, "") << "the zero time is never";
  EXPECT_EQ(c.health, "unhealthy");
  EXPECT_EQ(c.health_at, "2026-11-24T14:00:10Z");
  EXPECT_EQ(c.stop_timeout_s, 3);
  EXPECT_EQ(c.project + "/" + c.service, "shop/web");
  EXPECT_EQ(parse_inspect(parsed("{}")).id, "") << "an answer of another shape hurts nobody";
}

struct Checked {
  const char* state;
  const char* health;
  int failing;
  const char* status;  ///< what the stated present says
};

// Docker 20.10 calls a container unhealthy without an event while it is stopped or paused: that was never told and must
// not be recovered.
const Checked kChecked[] = {
    {"running", "healthy", 0, "healthy"},   {"running", "unhealthy", 3, "unhealthy"},
    {"running", "starting", 0, "starting"}, {"running", "unhealthy", 0, ""},  // thawed, not yet checked
    {"paused", "unhealthy", 0, ""},         {"exited", "unhealthy", 0, ""},
    {"exited", "unhealthy", 3, ""},         {"running", "", 0, ""},
};

TEST(StatedHealth, IsWhatAHealthCheckSaid) {
  for (const Checked& each : kChecked) {
    Container c;
    c.state = each.state;
    c.running = c.state == "running" || c.state == "paused";
    c.health = each.health;
    c.failing = each.failing;
    EXPECT_EQ(state_event(c, "local", 1000).fields["status"].text(), each.status)
        << each.state << " " << each.health << " " << each.failing;
  }
  EXPECT_EQ(parse_inspect(inspected()).failing, 3);
}

TEST(Report, TellsNoValuesOfTheEnvironment) {
  Json report = report_inspect(inspected());
  EXPECT_EQ(report["environment_names"], Json::texts({"TOKEN"}));
  EXPECT_EQ(report.dump().find("canary"), std::string::npos);
  EXPECT_EQ(report["checks"].size(), 2U);
  EXPECT_EQ(report["mounts"].items()[0]["destination"].text(), "/b");
}

TEST(ParsedEvent, BecomesOneOfTheSdk) {
  std::string line = std::string(R"({"status":"die","id":"x","from":"busybox:test","Type":"container","Action":"die",
    "Actor":{"ID":")") +
                     kId + R"(","Attributes":{"exitCode":"137","image":"busybox:test","name":"web",
    "com.docker.compose.service":"web"}},"scope":"local","time":1795528812,"timeNano":1795528812714842346})";
  auto found = parse_event(line, "local");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->event.type, "docker.die");
  EXPECT_EQ(found->event.target, std::string("docker/local/") + kId);
  EXPECT_EQ(found->event.at_us, 1795528812714842);
  EXPECT_EQ(found->time_ns, 1795528812714842346);
  EXPECT_EQ(found->event.fields["exit_code"].integer(), 137);
  EXPECT_EQ(found->event.fields["service"].text(), "web");
  EXPECT_EQ(found->event.labels[1].second, "web");
}

TEST(ParsedEvent, TellsHealthAndLeavesTheRest) {
  auto of = [](const std::string& type, const std::string& action) {
    return parse_event(
        R"({"Type":")" + type + R"(","Action":")" + action + R"(","Actor":{"ID":"a","Attributes":{}},"timeNano":5})",
        "local");
  };
  ASSERT_TRUE(of("container", "health_status: unhealthy"));
  EXPECT_EQ(of("container", "health_status: unhealthy")->event.type, "docker.health_status");
  EXPECT_EQ(of("container", "health_status: unhealthy")->event.fields["status"].text(), "unhealthy");
  EXPECT_FALSE(of("container", "exec_create: sh -c die"));
  EXPECT_FALSE(of("container", "exec_die"));
  EXPECT_FALSE(of("network", "destroy"));
  for (const char* bad : {"", "null", "[]", "{}", "{\"Type\":\"container\"}", "\xff"})
    EXPECT_FALSE(parse_event(bad, "l"));
}

struct Judged {
  const char* action;
  bool was_running;
  const char* state;
  const char* started;   ///< at the baseline it was "s1"
  const char* finished;  ///< "f1"
  Probe probe;
};

const Judged kJudged[] = {
    {"restart", true, "running", "s1", "f1", Probe::kNotStarted},
    {"restart", true, "exited", "s1", "f2", Probe::kNotStarted},  // half of it
    {"restart", true, "running", "s2", "f2", Probe::kDone},
    {"restart", true, "exited", "s2", "f3", Probe::kDone},  // done, and died again
    {"restart", false, "exited", "s1", "f1", Probe::kNotStarted},
    {"restart", false, "running", "s2", "f1", Probe::kDone},
    {"restart", true, "restarting", "s1", "f2", Probe::kRunning},
    {"stop", true, "running", "s1", "f1", Probe::kNotStarted},
    {"stop", true, "exited", "s1", "f2", Probe::kDone},
    {"stop", true, "running", "s2", "f2", Probe::kDone},  // stopped, and somebody started it again
    {"stop", false, "exited", "s1", "f1", Probe::kDone},
    {"start", false, "exited", "s1", "f1", Probe::kNotStarted},
    {"start", false, "running", "s2", "f1", Probe::kDone},
    {"start", false, "exited", "s2", "f2", Probe::kDone},
    {"start", true, "running", "s1", "f1", Probe::kDone},
    {"start", false, "removing", "s1", "f1", Probe::kRunning},
};

TEST(Judge, ComparesWithTheBaseline) {
  for (const Judged& each : kJudged) {
    Container now;
    now.state = each.state;
    now.running = now.state == "running";
    now.started_at = each.started;
    now.finished_at = each.finished;
    EXPECT_EQ(judge(each.action, {kId, "s1", "f1", each.was_running}, now), each.probe)
        << each.action << " " << each.state << " " << each.started << " " << each.finished;
  }
}

TEST(BaselineText, ComesBackAsItWas) {
  Baseline before = Baseline::of(parse_inspect(inspected()));
  Baseline after = Baseline::parse(before.text());
  EXPECT_EQ(after.text(), before.text());
  EXPECT_LT(before.text().size(), 1024U);
  for (const char* bad : {"", "{}", "{\"id\":\"../../x\"}", "x"}) EXPECT_THROW(Baseline::parse(bad), Error);
}

TEST(Stats, ReadsBothCgroupVersions) {
  std::map<std::string, double> seen;
  auto take = [&](std::string_view name, double value, const Labels& labels) {
    seen[std::string(name) + (labels.size() > 3 ? "/" + labels[3].second : "")] = value;
  };
  auto disk = [](int major, int minor) { return std::to_string(major) + "-" + std::to_string(minor); };
  Container c = parse_inspect(inspected());
  stats_samples(c, parsed(R"({"cpu_stats":{"cpu_usage":{"total_usage":2500000000,"usage_in_usermode":1000000000}},
    "memory_stats":{"usage":1000,"max_usage":2000,"stats":{"total_inactive_file":300,"total_rss":500,"total_cache":400,
                    "cache":1,"rss":1,"inactive_file":1}},
    "blkio_stats":{"io_service_bytes_recursive":[{"major":8,"minor":0,"op":"Read","value":7},
                   {"major":8,"minor":0,"op":"Total","value":9},{"major":8,"minor":0,"op":"Write","value":2}]},
    "networks":{"eth0":{"rx_bytes":11,"tx_bytes":12}},"pids_stats":{"current":3}})"),
                disk, take);
  EXPECT_EQ(seen["container_cpu_usage_seconds_total/total"], 2.5);
  EXPECT_EQ(seen["container_memory_working_set_bytes"], 700);
  EXPECT_EQ(seen["container_memory_rss"], 500);
  EXPECT_EQ(seen["container_memory_cache"], 400);
  EXPECT_EQ(seen["container_fs_reads_bytes_total/8-0"], 7);
  EXPECT_EQ(seen["container_fs_writes_bytes_total/8-0"], 2);
  EXPECT_EQ(seen["container_network_receive_bytes_total/eth0"], 11);
  EXPECT_EQ(seen["container_processes"], 3);

  seen.clear();
  stats_samples(c, parsed(R"({"memory_stats":{"usage":1000,"stats":{"inactive_file":300,"anon":500,"file":400}},
    "blkio_stats":{"io_service_bytes_recursive":[{"major":8,"minor":0,"op":"read","value":7}]}})"),
                disk, take);
  EXPECT_EQ(seen["container_memory_working_set_bytes"], 700);
  EXPECT_EQ(seen["container_memory_rss"], 500);
  EXPECT_EQ(seen["container_memory_cache"], 400);
  EXPECT_EQ(seen["container_fs_reads_bytes_total/8-0"], 7);
  EXPECT_FALSE(seen.contains("container_memory_max_usage_bytes"));

  seen.clear();
  stats_samples(c, parsed("{}"), disk, take);
  EXPECT_FALSE(seen.contains("container_memory_usage_bytes")) << "it ended between inspect and stats";
  limit_samples(c, take);
  EXPECT_EQ(seen["container_spec_cpu_quota"] / seen["container_spec_cpu_period"], 1.5);
}

TEST(Logs, AreTakenOutOfTheirFrames) {
  std::string stream("\1\0\0\0\0\0\0\3abc\2\0\0\0\0\0\0\2de", 21);
  EXPECT_EQ(unframed(stream), "abcde");
  EXPECT_EQ(unframed(stream.substr(0, 20)), "abcd") << "cut in the middle";
  EXPECT_EQ(unframed(std::string("\1\0\0\0\xff\xff\xff\xff", 8) + "x"), "x");
  EXPECT_EQ(unframed("short"), "");
}

}  // namespace
}  // namespace reeve::docker
