#include "app/serve.h"

#include <algorithm>
#include <iostream>
#include <memory>

#include "api/sockets.h"
#include "app/engine.h"
#include "app/rights.h"

namespace reeve::app {

namespace {
/// Each reading of the configuration looks anew at who else could change what it names; what was said is not said
/// again.
ConfigSource warning_of_others(ConfigSource source, Places places) {
  return [source = std::move(source), places = std::move(places),
          said = std::make_shared<std::vector<std::string>>()]() -> base::Result<Config> {
    REEVE_TRY(Config config, source());
    std::vector<std::string> open = open_to_others(trusted_paths(config, places));
    for (const std::string& one : open)
      if (std::find(said->begin(), said->end(), one) == said->end())
        base::log_warn("somebody else can change what the engine runs", {{"what", one}});
    *said = std::move(open);
    return config;
  };
}
}  // namespace

int serve(const cli::ServeOptions& options, const std::string& version) {
  const auto format = options.log_format == "json" ? base::LogFormat::kJson : base::LogFormat::kLogfmt;
  const auto level = options.log_level == "debug"   ? base::Level::kDebug
                     : options.log_level == "warn"  ? base::Level::kWarn
                     : options.log_level == "error" ? base::Level::kError
                                                    : base::Level::kInfo;
  base::set_log(level, format);
  const auto path = cli::find_config(options.globals.config);
  if (!path.ok()) {
    std::cerr << path.error().text << "\n";
    return cli::exit_of(path.error());
  }
  if (path->empty()) {
    std::cerr << "no configuration: write ./reeve.yaml (see README), or give --config FILE\n";
    return cli::kUsage;
  }
  if (!options.listen.empty()) {
    if (const base::Status good = api::check_address(options.listen); !good.ok()) {
      std::cerr << "--listen: " << good.error().text << "\n";
      return cli::kUsage;
    }
  }
  EngineSettings settings;
  settings.places = find_places();
  settings.source = warning_of_others(config_of_file(*path, settings.places), settings.places);
  settings.state = options.globals.state;
  settings.listen = options.listen;
  settings.version = version;
  int exit = cli::kOk;
  settings.on_started = [&exit](const base::Status& status) {
    if (status.ok()) return;
    std::cerr << status.error().text << "\n";
    exit = cli::kFailure;  // whatever kept it from starting: the codes above 1 are answers of commands
  };
  Engine engine(std::move(settings));
  const int ran = engine.run();
  return exit != cli::kOk ? exit : ran;
}

}  // namespace reeve::app
