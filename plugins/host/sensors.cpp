#include <cctype>

#include "host/collectors.h"

namespace reeve::host {

namespace {

/// node_exporter names a chip by its device in sysfs, else by its name file.
std::string chip_of(const Source& source, const std::string& folder) {
  std::string name = source.sys_file(folder + "/name");
  std::string chip;
  for (char c : trimmed(name)) {
    bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '_';
    chip += plain ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : '_';
  }
  return chip.empty() ? folder.substr(folder.rfind('/') + 1) : chip;
}

struct Reading {
  std::string_view suffix;
  const char* name;
  double scale;
};
constexpr Reading kTemperatures[] = {
    {"input", "node_hwmon_temp_celsius", 0.001},
    {"max", "node_hwmon_temp_max_celsius", 0.001},
    {"crit", "node_hwmon_temp_crit_celsius", 0.001},
    {"alarm", "node_hwmon_temp_alarm", 1},
    {"crit_alarm", "node_hwmon_temp_crit_alarm_celsius", 0.001},
};

void temperatures(const Source& source, const std::string& folder, const std::string& chip, Out& out) {
  for (const std::string& file : source.sys_folder(folder)) {
    size_t underscore = file.find('_');
    if (!file.starts_with("temp") || underscore == std::string::npos) continue;
    for (const Reading& reading : kTemperatures) {
      if (std::string_view(file).substr(underscore + 1) != reading.suffix) continue;
      std::string text = source.sys_file(folder + "/" + file);
      if (trimmed(text).empty()) continue;  // a sensor that answers with an error
      out.add(reading.name, {{"chip", chip}, {"sensor", std::string_view(file).substr(0, underscore)}},
              to_number(trimmed(text)) * reading.scale);
    }
  }
}

void memory_errors(const Source& source, Out& out) {
  for (const std::string& controller : source.sys_folder("devices/system/edac/mc")) {
    if (!controller.starts_with("mc")) continue;
    std::string number = controller.substr(2);
    for (auto [file, name] : {std::pair{"ce_count", "node_edac_correctable_errors_total"},
                              std::pair{"ue_count", "node_edac_uncorrectable_errors_total"}}) {
      std::string text = source.sys_file("devices/system/edac/mc/" + controller + "/" + file);
      if (!trimmed(text).empty()) out.add(name, {{"controller", number}}, to_number(trimmed(text)));
    }
  }
}

}  // namespace

void collect_sensors(const Source& source, Out& out) {
  for (const std::string& entry : source.sys_folder("class/hwmon")) {
    std::string folder = "class/hwmon/" + entry;
    std::string chip = chip_of(source, folder);
    temperatures(source, folder, chip, out);
    temperatures(source, folder + "/device", chip, out);
  }
  memory_errors(source, out);
}

}  // namespace reeve::host
