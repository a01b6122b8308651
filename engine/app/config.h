/// \file
/// What does the operator want? reeve.yaml and conf.d/*.yaml, read strictly.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "alert/alert.h"
#include "app/places.h"
#include "base/base.h"
#include "guard/guard.h"
#include "plugin/plugin.h"
#include "response/response.h"

namespace reeve::app {

/// One item of `packs:`: `docker`, or `docker: auto`.
struct PackUse {
  std::string name;
  std::optional<response::Mode> mode;
};

struct Config {
  std::string file;    ///< as given; for messages
  std::string folder;  ///< paths in it are relative to this
  std::string hash;    ///< SHA-256 of the texts of all its files
  std::string state = "reeve-data";
  std::optional<yaml::Node> state_place;  ///< where `state` stands; empty: it is the default
  std::string listen = "127.0.0.1:9911";
  std::vector<plugin::InstanceConfig> plugins;
  std::vector<std::string> rules, runbooks, plugin_dirs;  ///< absolute
  std::vector<response::Response> responses;
  std::vector<PackUse> packs;
  std::vector<alert::Receiver> notify;
  guard::Settings safety;
  std::optional<response::Mode> mode;  ///< of the whole engine
  model::Labels external_labels;
  std::string external_url;
  base::Duration evaluation_interval = base::seconds(15);
  int64_t series_memory = 256LL << 20;
  std::string anchor;  ///< `ledger: {anchor: FILE}`
};

/// The environment, as a port: tests hand in their own.
using Environment = std::function<const char*(const std::string& name)>;

/// Reads `path` and conf.d/*.yaml beside it. \errors kNotFound, kInvalid: every error of every file, joined by
/// newlines.
base::Result<Config> load_config(const std::string& path, const Places& places, const Environment& environment);
/// The same from a text (the demo's embedded default); `folder` is where its paths start.
base::Result<Config> read_config(const std::string& text, const std::string& file, const std::string& folder,
                                 const Places& places, const Environment& environment);

/// Replaces ${env:X} and ${file:PATH} in every text below `value`; `where` is for the messages. Neither nests.
/// \errors kInvalid: not set, not readable, not closed.
base::Status fill_in_secrets(model::Value& value, const std::string& where, const std::string& folder,
                             const Environment& environment);

}  // namespace reeve::app
