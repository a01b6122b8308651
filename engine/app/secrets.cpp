// ${env:X} and ${file:PATH}: only in reeve.yaml, only where a value may be secret (plugins, notify).
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/config.h"
#include "app/secrets.h"

namespace reeve::app {

namespace {
base::Result<std::string> secret(const std::string& kind, const std::string& name, const std::string& where,
                                 const std::string& folder, const Environment& environment) {
  if (kind == "env") {
    if (const char* value = environment(name)) return std::string(value);
    return base::invalid(where + ": environment variable " + name + " is not set");
  }
  const std::string path = name.empty() || name[0] == '/' ? name : folder + "/" + name;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  std::error_code ignored;
  if (!file || std::filesystem::is_directory(path, ignored))
    return base::invalid(where + ": cannot read the secret file " + path);
  std::string value = text.str();
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  return value;
}

base::Result<std::string> fill_in(const std::string& text, const std::string& where, const std::string& folder,
                                  const Environment& environment) {
  std::string out;
  size_t at = 0;
  for (;;) {
    const size_t open = text.find("${", at);
    if (open == std::string::npos) return out + text.substr(at);
    out += text.substr(at, open - at);
    const size_t close = text.find('}', open);
    const std::string inside = text.substr(open + 2, close == std::string::npos ? close : close - open - 2);
    const size_t colon = inside.find(':');
    const std::string kind = inside.substr(0, colon);
    if (kind != "env" && kind != "file") {  // not ours: a runbook's ${x}, a shell's
      out += "${";
      at = open + 2;
      continue;
    }
    if (close == std::string::npos || colon == std::string::npos)
      return base::invalid(where + ": \"" + text.substr(open) + "\" is not closed (write ${env:NAME} or ${file:PATH})");
    REEVE_TRY(const std::string value, secret(kind, inside.substr(colon + 1), where, folder, environment));
    out += value;
    at = close + 1;
  }
}

base::Status no_secret(const yaml::Node& node) {
  for (const char* form : {"${env:", "${file:"})
    if (node.scalar().find(form) != std::string::npos)
      return node.error(std::string(form) +
                        "...} is filled in only in a plugin's own settings and in webhook and headers under notify: "
                        "write the value itself here");
  for (const yaml::Node& item : node.items()) REEVE_CHECK(no_secret(item));
  for (const auto& [key, value] : node.pairs()) {
    REEVE_CHECK(no_secret(key));
    REEVE_CHECK(no_secret(value));
  }
  return {};
}

// `map` but for the keys that `may` holds one.
template <class May>
base::Status no_secret_but(const yaml::Node& map, May may) {
  for (const auto& [key, value] : map.pairs())
    if (!may(key.scalar())) REEVE_CHECK(no_secret(value));
  return {};
}
}  // namespace

base::Status secrets_where_they_may_be(const std::string& key, const yaml::Node& value) {
  if (key == "plugins") {
    const auto own = [](const std::string& name) {
      return name != "name" && name != "every" && name != "timeout" && name != "labels";
    };
    for (const yaml::Node& item : value.items())
      for (const auto& [plugin, settings] : item.pairs()) REEVE_CHECK(no_secret_but(settings, own));
    return {};
  }
  if (key == "notify") {
    const auto secret = [](const std::string& name) { return name == "webhook" || name == "headers"; };
    for (const yaml::Node& item : value.items()) REEVE_CHECK(no_secret_but(item, secret));
    return {};
  }
  return no_secret(value);
}

base::Status fill_in_secrets(model::Value& value, const std::string& where, const std::string& folder,
                             const Environment& environment) {
  if (value.is_string()) {
    if (value.as_string().find("${") == std::string::npos) return {};
    REEVE_TRY(std::string filled, fill_in(value.as_string(), where, folder, environment));
    value = model::Value(std::move(filled));
  } else if (value.is_list()) {
    for (model::Value& item : value.list_ref()) REEVE_CHECK(fill_in_secrets(item, where, folder, environment));
  } else if (value.is_map()) {
    for (auto& [key, item] : value.map_ref())
      REEVE_CHECK(fill_in_secrets(item, where + ": " + key, folder, environment));
  }
  return {};
}

}  // namespace reeve::app
