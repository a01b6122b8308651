#include <gtest/gtest.h>

#include <unistd.h>
#include <cmath>

#include <set>

#include "common/http/client.h"
#include "common/metrics/exposition.h"
#include "e2e/plugins/loaded.h"

namespace reeve::e2e {
namespace {

using common::Deadline;

std::vector<Seen> scrape(const std::string& url) {
  std::vector<Seen> samples;
  auto where = common::http::parse_url(url);
  common::http::Request request;
  request.target = where->target;
  auto page = common::http::ask(where->address, request, Deadline::after_ms(10'000));
  EXPECT_TRUE(page);
  if (!page) return samples;
  auto count = common::metrics::parse(page->body, common::metrics::Format::kText, [&](const auto& sample) {
    samples.push_back({sample.name, {sample.labels.begin(), sample.labels.end()}, sample.value});
  });
  EXPECT_TRUE(count);
  return samples;
}

std::string key_of(const Seen& sample) {
  std::string key = sample.name;
  for (const auto& [name, value] : sample.labels) key += "," + name + "=" + value;
  return key;
}

/// What moves between two looks, or is counted differently on purpose.
bool moves(const std::string& name) {
  for (const char* prefix : {"node_processes_state", "node_processes_threads", "node_procs_", "node_sockstat_",
                             "node_netstat_Tcp_CurrEstab", "node_disk_io_now", "node_load"}) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

/// Families of node_exporter that this plugin leaves out.
bool not_ours(const std::string& name) {
  for (const char* prefix : {"go_",
                             "process_",
                             "promhttp_",
                             "node_scrape_",
                             "node_exporter_",
                             "node_textfile_",
                             "node_softnet_",
                             "node_time_",
                             "node_timex_",
                             "node_udp_",
                             "node_arp_",
                             "node_os_",
                             "node_selinux_",
                             "node_nf_conntrack_stat",
                             "node_network_",
                             "node_cooling",
                             "node_schedstat",
                             "node_dmi",
                             "node_power",
                             "node_thermal",
                             "node_nvme",
                             "node_btrfs",
                             "node_xfs"}) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

class Host : public testing::Test {
 protected:
  Loaded plugin{"host", Json::map().set("name", "here")};
};

TEST_F(Host, GivesNodeExportersNamesAndValues) {
  Peer exporter("node_exporter.py");
  if (!exporter.missing().empty()) GTEST_SKIP() << exporter.missing();
  std::vector<Seen> before = scrape(exporter.at("ADDRESS"));
  Outcome ours = plugin.collect();
  std::vector<Seen> after = scrape(exporter.at("ADDRESS"));
  ASSERT_TRUE(ours.ok()) << ours.error;
  std::map<std::string, double> lowest;
  std::map<std::string, double> highest;
  for (const Seen& sample : before) lowest[key_of(sample)] = sample.value;
  for (const Seen& sample : after) highest[key_of(sample)] = sample.value;

  int compared = 0;
  for (const Seen& sample : ours.samples) {
    std::string key = key_of(sample);
    if (!lowest.contains(key) || !highest.contains(key) || moves(sample.name)) continue;
    double low = std::min(lowest[key], highest[key]);
    double high = std::max(lowest[key], highest[key]);
    double slack = std::max({0.5, (high - low) * 10, std::abs(high) * 0.02});
    EXPECT_GE(sample.value, low - slack) << key;
    EXPECT_LE(sample.value, high + slack) << key;
    ++compared;
  }
  EXPECT_GT(compared, 200);

  std::set<std::string> ours_keys;
  for (const Seen& sample : ours.samples)
    ours_keys.insert(sample.name == "node_disk_info" ? sample.name : key_of(sample));
  for (const auto& [key, value] : lowest) {
    std::string name = key.substr(0, key.find(','));
    if (not_ours(name) || moves(name) || name == "node_disk_info") continue;
    EXPECT_TRUE(ours_keys.contains(key)) << "node_exporter has " << key;
  }
}

TEST_F(Host, HasNetworkCountersOfEveryInterface) {
  Outcome outcome = plugin.collect();
  EXPECT_FALSE(std::isnan(outcome.value("node_network_receive_bytes_total", {{"device", "lo"}})));
  EXPECT_FALSE(std::isnan(outcome.value("node_network_up", {{"device", "lo"}})));
}

TEST_F(Host, ListsThisProcess) {
  Outcome outcome = plugin.invoke("ps", Json::map().set("sort", "pid").set("limit", 1000).set("match", "e2e_plugins"));
  ASSERT_TRUE(outcome.ok()) << outcome.error;
  bool found = false;
  for (const Json& row : outcome.answer["processes"].items()) found = found || row["pid"].integer() == getpid();
  EXPECT_TRUE(found) << outcome.answer.dump();
}

TEST_F(Host, RefusesAnOrderThatIsNone) {
  Outcome outcome = plugin.invoke("ps", Json::map().set("sort", "size"));
  EXPECT_EQ(outcome.result, REEVE_INVALID);
}

TEST_F(Host, FailsWholeWhereThereIsNothingToRead) {
  Folder empty;
  Json config = Json::map().set("name", "x").set("proc", empty.path()).set("sys", empty.path());
  Outcome outcome = Loaded("host", config).collect();
  EXPECT_EQ(outcome.result, REEVE_TRANSIENT);
  EXPECT_EQ(Loaded("host", Json::map().set("name", "x").set("without", Json::texts({"cpu"}))).check(),
            "without: there is no part \"cpu\"");
}

}  // namespace
}  // namespace reeve::e2e
