// reeve: the engine and its command line in one program.
#include "app/records.h"
#include "app/serve.h"
#include "app/state_folder.h"
#include "cli/cli.h"
#include "runbook/runbook.h"

#ifndef REEVE_VERSION
#define REEVE_VERSION "0"
#endif

int main(int argc, char** argv) {
  namespace app = reeve::app;
  reeve::cli::Commands commands;
  commands.version = REEVE_VERSION;
  commands.serve = [](const auto& options) { return app::serve(options, REEVE_VERSION); };
  commands.demo = [](const auto& options, auto& out) { return app::demo(options, REEVE_VERSION, out); };
  commands.demo_service = app::demo_service;
  commands.check_config = app::check_config;
  commands.check_runbooks = app::check_runbooks;
  commands.test_runbooks = app::test_runbooks;
  commands.doctor = app::doctor;
  commands.ledger_settings = [] { return app::ledger_settings(""); };
  commands.hold_state = app::hold_state;
  commands.describe_plugins = app::describe_plugins;
  commands.run_local = [](const auto& local, auto& out, auto& err) {
    return app::run_local(local, REEVE_VERSION, out, err);
  };
  return reeve::cli::main(argc, argv, commands);
}
