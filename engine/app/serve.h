/// \file
/// What do the sub-commands do that need the engine in this process? Filled into cli::Commands by main.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "cli/cli.h"

namespace reeve::app {

int serve(const cli::ServeOptions& options, const std::string& version);
int demo(const cli::DemoOptions& options, const std::string& version, std::ostream& out);
int demo_service(const cli::DemoServiceOptions& options);
/// Everything that a start would check. Prints `ok` or every error; 0, 1, or 3 for lint findings when strict.
int check_config(const std::string& path, bool strict, std::ostream& out, std::ostream& err);
int check_runbooks(const std::vector<std::string>& paths, bool strict, std::ostream& out, std::ostream& err);
int test_runbooks(const std::vector<std::string>& paths, std::ostream& out, std::ostream& err);
/// `reeve run NAME --local`: an engine for this one run, under the lock of the state folder.
int run_local(const cli::LocalRun& local, const std::string& version, std::ostream& out, std::ostream& err);
int doctor(const cli::Globals& globals, std::ostream& out, std::ostream& err);
base::Result<model::Value> describe_plugins(const cli::Globals& globals, const std::string& name);

}  // namespace reeve::app
