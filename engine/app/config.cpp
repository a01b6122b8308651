#include "app/config.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/sockets.h"
#include "app/secrets.h"
#include "yaml/only_document.h"

namespace reeve::app {

namespace fs = std::filesystem;
using base::Error;
using base::Result;
using base::Status;
using yaml::Node;

namespace {
const std::vector<std::string> kKeys{
    "state",  "listen", "plugins", "rules",           "runbooks",     "responses",           "safety", "plugin_dirs",
    "notify", "packs",  "mode",    "external_labels", "external_url", "evaluation_interval", "series", "ledger"};

std::string absolute(const std::string& path, const std::string& folder) {
  std::string out =
      (fs::path(path).is_absolute() ? fs::path(path) : fs::path(folder) / path).lexically_normal().string();
  if (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

/// Reads one file into a Config that may already hold others' lists.
class Reader {
 public:
  Reader(Config& config, std::string folder, const Places& places, const Environment& environment)
      : config_(config), folder_(std::move(folder)), places_(places), environment_(environment) {}

  /// All errors of the file, joined by newlines.
  Status read(const Node& file) {
    if (file.kind() == Node::Kind::kNull) return {};
    REEVE_CHECK(file.only(kKeys));
    std::vector<std::string> errors;
    for (const auto& [key, value] : file.pairs()) {
      if (Status status = take(key, value); !status.ok()) errors.push_back(status.error().text);
    }
    if (!errors.empty()) return base::invalid(base::join(errors, "\n"));
    return {};
  }

 private:
  Status once(const Node& key) {
    if (std::find(seen_.begin(), seen_.end(), key.scalar()) != seen_.end())
      return key.error("\"" + key.scalar() + "\" stands in another file too: it may be given once");
    seen_.push_back(key.scalar());
    return {};
  }

  Status take(const Node& key, const Node& value) {
    const std::string& name = key.scalar();
    if (value.kind() == Node::Kind::kNull) return {};
    REEVE_CHECK(secrets_where_they_may_be(name, value));
    if (name == "plugins") return plugins(value);
    if (name == "rules") return paths(value, config_.rules);
    if (name == "runbooks") return paths(value, config_.runbooks);
    if (name == "plugin_dirs") return paths(value, config_.plugin_dirs);
    if (name == "responses") return responses(value);
    if (name == "packs") return packs(value);
    if (name == "notify") return notify(value);
    REEVE_CHECK(once(key));
    return single(name, value);
  }

  Status single(const std::string& name, const Node& value) {
    if (name == "state") {
      REEVE_TRY(const std::string path, value.text());
      config_.state = absolute(path, folder_);
      config_.state_place = value;
    } else if (name == "listen") {
      REEVE_TRY(config_.listen, value.text());
      if (const Status good = api::check_address(config_.listen); !good.ok()) return value.error(good.error().text);
    } else if (name == "safety") {
      REEVE_TRY(config_.safety, guard::read_settings(value));
    } else if (name == "mode") {
      REEVE_TRY(config_.mode, mode(value));
    } else if (name == "external_labels") {
      return labels(value);
    } else if (name == "external_url") {
      REEVE_TRY(config_.external_url, value.text());
    } else if (name == "evaluation_interval") {
      REEVE_TRY(config_.evaluation_interval, value.duration());
      if (config_.evaluation_interval < base::millis(10)) return value.error("evaluation_interval is at least 10ms");
    } else if (name == "series") {
      return series(value);
    } else if (name == "ledger") {
      return ledger(value);
    }
    return {};
  }

  static Result<response::Mode> mode(const Node& value) {
    REEVE_TRY(const std::string text, value.text());
    auto read = response::mode_of(text);
    if (!read.ok()) return value.error(read.error().text);
    return *read;
  }

  Status paths(const Node& value, std::vector<std::string>& out) {
    REEVE_CHECK(value.must_be(Node::Kind::kList, "a list of folders or files"));
    for (const Node& item : value.items()) {
      REEVE_TRY(const std::string path, item.text());
      std::error_code error;
      const std::string full = absolute(path, folder_);
      if (!fs::exists(full, error)) return item.error("there is no " + full);
      out.push_back(full);
    }
    return {};
  }

  Status plugins(const Node& value) {
    REEVE_TRY(std::vector<plugin::InstanceConfig> read, plugin::read_instances(value));
    for (plugin::InstanceConfig& instance : read) {
      for (const plugin::InstanceConfig& other : config_.plugins)
        if (other.id() == instance.id()) return value.error("two plugin instances are named " + instance.id());
      const std::string where = instance.source.node.value_or(value).position().text() + ": " + instance.id();
      REEVE_CHECK(fill_in_secrets(instance.config, where, folder_, environment_));
      config_.plugins.push_back(std::move(instance));
    }
    return {};
  }

  Status responses(const Node& value) {
    REEVE_CHECK(value.must_be(Node::Kind::kList, "responses"));
    for (const Node& item : value.items()) {
      const std::string id = fs::path(item.position().file).filename().string() + ":responses[" +
                             std::to_string(config_.responses.size()) + "]";
      REEVE_TRY(response::Response read, response::read(item, id, false));
      config_.responses.push_back(std::move(read));
    }
    return {};
  }

  Status packs(const Node& value) {
    REEVE_CHECK(value.must_be(Node::Kind::kList, "packs"));
    for (const Node& item : value.items()) {
      PackUse use;
      const Node* name = &item;
      if (item.kind() == Node::Kind::kMap) {
        if (item.pairs().size() != 1) return item.error("a pack is a name, or one name with a mode: docker: auto");
        name = &item.pairs()[0].first;
        REEVE_TRY(use.mode, mode(item.pairs()[0].second));
      }
      REEVE_TRY(use.name, name->text());
      REEVE_CHECK(known_pack(*name, use.name));
      config_.packs.push_back(use);
    }
    return {};
  }

  Status known_pack(const Node& node, const std::string& name) {
    for (const PackUse& other : config_.packs)
      if (other.name == name) return node.error("pack \"" + name + "\" is named twice");
    if (name.find('/') == std::string::npos && name.find("..") == std::string::npos)
      if (!pack_folder(places_, "rules", name).empty() || !pack_folder(places_, "runbooks", name).empty()) return {};
    const std::vector<std::string> known = app::packs(places_);
    const std::string near = base::did_you_mean(name, known);
    return node.error(
        "there is no pack \"" + name + "\"" +
        (near.empty() ? " (there are " + base::join(known, ", ") + ")" : " (did you mean \"" + near + "\"?)"));
  }

  Status notify(const Node& value) {
    REEVE_TRY(std::vector<alert::Receiver> read, alert::read_receivers(value));
    for (size_t i = 0; i < read.size(); ++i) {
      alert::Receiver& receiver = read[i];
      const std::string where = value.items()[i].position().text() + ": " + receiver.name;
      REEVE_CHECK(secret_text(receiver.webhook, where));
      for (auto& [name, text] : receiver.headers) REEVE_CHECK(secret_text(text, where + ": " + name));
      config_.notify.push_back(std::move(receiver));
    }
    return {};
  }

  Status secret_text(std::string& text, const std::string& where) {
    model::Value value(text);
    REEVE_CHECK(fill_in_secrets(value, where, folder_, environment_));
    text = value.as_string();
    return {};
  }

  Status labels(const Node& value) {
    REEVE_CHECK(value.must_be(Node::Kind::kMap, "external_labels"));
    for (const auto& [name, text] : value.pairs()) {
      REEVE_TRY(const std::string read, text.text());
      config_.external_labels.set(name.scalar(), read);
    }
    return {};
  }

  Status series(const Node& value) {
    REEVE_CHECK(value.only({"memory"}));
    if (const Node* memory = value.find("memory")) {
      REEVE_TRY(const std::string text, memory->text());
      char* end = nullptr;
      const double n = std::strtod(text.c_str(), &end);
      const std::string unit = end;
      const double scale = unit == "MiB"   ? 1 << 20
                           : unit == "GiB" ? 1 << 30
                           : unit == "KiB" ? 1 << 10
                           : unit.empty()  ? 1
                                           : 0;
      if (end == text.c_str() || scale == 0 || n * scale < (1 << 20) || n * scale > 1e15)
        return memory->error("series.memory is a size of at least 1MiB, like 256MiB");
      config_.series_memory = static_cast<int64_t>(n * scale);
    }
    return {};
  }

  Status ledger(const Node& value) {
    REEVE_CHECK(value.only({"anchor"}));
    if (const Node* anchor = value.find("anchor")) {
      REEVE_TRY(const std::string path, anchor->text());
      if (path.find("://") != std::string::npos)
        return anchor->error("ledger.anchor is a file, best on another disk or mounted from another machine: " + path +
                             " is none");
      config_.anchor = absolute(path, folder_);
    }
    return {};
  }

  Config& config_;
  std::string folder_;
  const Places& places_;
  const Environment& environment_;
  std::vector<std::string> seen_;
};

Result<std::string> file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  std::error_code ignored;
  if (!file || fs::is_directory(path, ignored))  // a folder opens like an empty file
    return Error{base::Fault::kNotFound,
                 "cannot read the configuration " + path + ": there is no such file, or no right"};
  return text.str();
}

Result<std::vector<std::string>> parts_beside(const std::string& path) {
  std::vector<std::string> found;
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path() / "conf.d";
  for (fs::directory_iterator each(folder, error), end; !error && each != end; each.increment(error))
    if (each->path().extension() == ".yaml" && each->path().filename().string()[0] != '.')
      found.push_back(each->path().string());
  if (error && error != std::errc::no_such_file_or_directory)
    return Error{base::Fault::kNotFound, "cannot read the folder " + folder.string() + ": " + error.message()};
  std::sort(found.begin(), found.end());
  return found;
}

Result<Config> read_all(const std::vector<std::pair<std::string, std::string>>& files, const std::string& folder,
                        const Places& places, const Environment& environment) {
  Config config;
  config.file = files[0].first;
  config.folder = folder;
  config.state = absolute(config.state, folder);
  Reader reader(config, folder, places, environment);
  std::vector<std::string> errors;
  base::Sha256 hash;
  for (const auto& [name, text] : files) {
    hash.add(name).add(text);
    const auto node = yaml::parse_only_document(text, name);
    const Status status = node.ok() ? reader.read(*node) : Status(node.error());
    if (!status.ok()) errors.push_back(status.error().text);
  }
  if (!errors.empty()) return base::invalid(base::join(errors, "\n"));
  config.hash = base::hex(hash.finish());
  return config;
}
}  // namespace

Result<Config> read_config(const std::string& text, const std::string& file, const std::string& folder,
                           const Places& places, const Environment& environment) {
  return read_all({{file, text}}, folder, places, environment);
}

Result<Config> load_config(const std::string& path, const Places& places, const Environment& environment) {
  std::vector<std::pair<std::string, std::string>> files;
  const std::string full = fs::absolute(path).lexically_normal().string();
  REEVE_TRY(std::vector<std::string> names, parts_beside(full));
  names.insert(names.begin(), path);
  for (const std::string& name : names) {
    REEVE_TRY(std::string text, file_text(name));
    files.emplace_back(name, std::move(text));
  }
  return read_all(files, fs::path(full).parent_path().string(), places, environment);
}

}  // namespace reeve::app
