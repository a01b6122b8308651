#include <algorithm>

#include "plugin/plugin.h"

namespace reeve::plugin {

namespace {
bool is_name(const std::string& name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  return !name.empty() && name.size() <= 200 && std::all_of(name.begin(), name.end(), good);
}

base::Result<std::string> name_of(const yaml::Node& node) {
  REEVE_TRY(std::string name, node.text());
  if (!is_name(name))
    return node.error("the name of an instance has letters, digits, _, - and . only, but is \"" + name + "\"");
  return name;
}

base::Result<base::Duration> positive(const yaml::Node& node) {
  REEVE_TRY(const base::Duration d, node.duration());
  if (d < base::millis(100)) return node.error("must be at least 100ms");
  return d;
}

base::Result<model::Labels> labels_of(const yaml::Node& node) {
  REEVE_CHECK(node.must_be(yaml::Node::Kind::kMap, "labels"));
  model::Labels out;
  for (const auto& [key, value] : node.pairs()) {
    REEVE_TRY(const std::string text, value.text());
    const std::string& name = key.scalar();
    if (name == "job" || name == "instance" || name.starts_with("__"))
      return key.error("the label \"" + name + "\" is set by reeve itself");
    out.set(name, text);
  }
  return out;
}

base::Status read_key(InstanceConfig& out, const yaml::Node& key, const yaml::Node& value) {
  const std::string& name = key.scalar();
  if (name == "name") {
    REEVE_TRY(out.name, name_of(value));
  } else if (name == "every") {
    REEVE_TRY(out.every, positive(value));
  } else if (name == "timeout") {
    REEVE_TRY(out.timeout, positive(value));
  } else if (name == "labels") {
    REEVE_TRY(out.labels, labels_of(value));
  } else {
    REEVE_TRY(model::Value read, value.value());
    out.config.set(name, std::move(read));
  }
  return {};
}

base::Result<InstanceConfig> read_one(const yaml::Node& item) {
  InstanceConfig out;
  out.name = "local";
  if (item.kind() == yaml::Node::Kind::kScalar) {  // `- host`
    out.plugin = item.scalar();
    out.source.node = item;
    return out;
  }
  if (item.kind() != yaml::Node::Kind::kMap || item.pairs().size() != 1)
    return item.error("an item of plugins is one plugin and its settings: `- docker: { name: local }`");
  const auto& [plugin, body] = item.pairs()[0];
  out.plugin = plugin.scalar();
  out.source.node = body.kind() == yaml::Node::Kind::kNull ? item : body;
  if (body.kind() == yaml::Node::Kind::kNull) return out;
  REEVE_CHECK(body.must_be(yaml::Node::Kind::kMap, "the settings of a plugin"));
  for (const auto& [key, value] : body.pairs()) REEVE_CHECK(read_key(out, key, value));
  return out;
}
}  // namespace

base::Result<std::vector<InstanceConfig>> read_instances(const yaml::Node& node) {
  std::vector<InstanceConfig> out;
  if (node.kind() == yaml::Node::Kind::kNull) return out;
  REEVE_CHECK(node.must_be(yaml::Node::Kind::kList, "plugins"));
  for (const yaml::Node& item : node.items()) {
    REEVE_TRY(InstanceConfig one, read_one(item));
    const auto same = [&](const InstanceConfig& other) { return other.id() == one.id(); };
    if (std::any_of(out.begin(), out.end(), same))
      return item.error("two instances are named \"" + one.id() + "\": give one another \"name\"");
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace reeve::plugin
