#include <array>

#include "host/collectors.h"

namespace reeve::host {

namespace {

/// /proc/net/dev: eight numbers received, eight sent.
constexpr std::array<const char*, 16> kDevice = {
    "receive_bytes",  "receive_packets",  "receive_errs",       "receive_drop",
    "receive_fifo",   "receive_frame",    "receive_compressed", "receive_multicast",
    "transmit_bytes", "transmit_packets", "transmit_errs",      "transmit_drop",
    "transmit_fifo",  "transmit_colls",   "transmit_carrier",   "transmit_compressed"};

void device_counters(const Source& source, Out& out) {
  std::string text = source.proc_file("net/dev");
  for (std::string_view line : lines(text)) {
    size_t colon = line.find(':');
    if (colon == std::string_view::npos || line.find('|') != std::string_view::npos) continue;
    std::string_view device = trimmed(line.substr(0, colon));
    auto numbers = words(line.substr(colon + 1));
    for (size_t i = 0; i < kDevice.size() && i < numbers.size(); ++i) {
      out.add(std::string("node_network_") + kDevice[i] + "_total", {{"device", device}}, to_number(numbers[i]));
    }
  }
}

struct Attribute {
  const char* file;
  const char* name;
  double scale;
};
constexpr Attribute kAttributes[] = {
    {"mtu", "node_network_mtu_bytes", 1},
    {"carrier", "node_network_carrier", 1},
    {"carrier_changes", "node_network_carrier_changes_total", 1},
    {"speed", "node_network_speed_bytes", 1e6 / 8},
    {"tx_queue_len", "node_network_transmit_queue_length", 1},
    {"ifindex", "node_network_iface_id", 1},
};

void device_class(const Source& source, const std::string& device, Out& out) {
  auto attribute = [&](const char* file) { return source.sys_file("class/net/" + device + "/" + file); };
  std::string state = attribute("operstate");
  std::string address = attribute("address");
  std::string broadcast = attribute("broadcast");
  std::string duplex = attribute("duplex");
  std::string alias = attribute("ifalias");
  if (state.empty()) return;  // not an interface: bonding_masters
  out.add("node_network_up", {{"device", device}}, trimmed(state) == "up" ? 1 : 0);
  out.add("node_network_info",
          {{"address", trimmed(address)},
           {"broadcast", trimmed(broadcast)},
           {"device", device},
           {"duplex", trimmed(duplex)},
           {"ifalias", trimmed(alias)},
           {"operstate", trimmed(state)}},
          1);
  for (const Attribute& each : kAttributes) {
    std::string text = attribute(each.file);
    double number = to_number(trimmed(text));
    bool unknown_speed = std::string_view(each.file) == "speed" && number < 0;
    if (!trimmed(text).empty() && !unknown_speed) out.add(each.name, {{"device", device}}, number * each.scale);
  }
}

void bonds(const Source& source, Out& out) {
  std::string masters = source.sys_file("class/net/bonding_masters");
  for (std::string_view master : words(masters)) {
    std::string folder = "class/net/" + std::string(master) + "/";
    std::string slaves = source.sys_file(folder + "bonding/slaves");
    double active = 0;
    for (std::string_view slave : words(slaves)) {
      std::string state = source.sys_file(folder + "lower_" + std::string(slave) + "/bonding_slave/mii_status");
      active += trimmed(state) == "up" ? 1 : 0;
    }
    out.add("node_bonding_slaves", {{"master", master}}, static_cast<double>(words(slaves).size()));
    out.add("node_bonding_active", {{"master", master}}, active);
  }
}

}  // namespace

void collect_network(const Source& source, Out& out) {
  device_counters(source, out);
  for (const std::string& device : source.sys_folder("class/net")) device_class(source, device, out);
  bonds(source, out);
}

}  // namespace reeve::host
