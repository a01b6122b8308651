#include "host/source.h"

namespace reeve::host {

using common::read_file;
using common::read_folder;

std::string Source::proc_file(std::string_view path) const {
  return read_file(proc + "/" + std::string(path));
}
std::string Source::sys_file(std::string_view path) const {
  return read_file(sys + "/" + std::string(path));
}
std::vector<std::string> Source::sys_folder(std::string_view path) const {
  return read_folder(sys + "/" + std::string(path));
}
std::vector<std::string> Source::proc_folder(std::string_view path) const {
  return read_folder(proc + "/" + std::string(path));
}

void Out::add(std::string name, std::initializer_list<Label> labels, double value) {
  common::metrics::Sample sample{std::move(name), {}, value, {}};
  for (const Label& label : labels) sample.labels.emplace_back(label.first, label.second);
  samples.push_back(std::move(sample));
}

}  // namespace reeve::host
