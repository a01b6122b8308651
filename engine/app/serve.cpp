#include "app/serve.h"

#include <iostream>

#include "api/sockets.h"
#include "app/engine.h"

namespace reeve::app {

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
  settings.source = config_of_file(*path, settings.places);
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
