/// \file
/// Which function does which command? One each, in the file of its topic; all return an exit code.
#pragma once

#include "cli/arguments.h"
#include "cli/context.h"

namespace reeve::cli {

// in_process.cpp: what app supplies
int serve(const Arguments& arguments, Context& context);
int demo(const Arguments& arguments, Context& context);
int demo_service(const Arguments& arguments, Context& context);
int doctor(const Arguments& arguments, Context& context);
int promql_stdio(const Arguments& arguments, Context& context);
int later(const Arguments& arguments, Context& context);

// content.cpp
int check(const Arguments& arguments, Context& context);
int check_rules(const Arguments& arguments, Context& context);
int test(const Arguments& arguments, Context& context);
int test_rules(const Arguments& arguments, Context& context);
// scaffold.cpp
int new_thing(const Arguments& arguments, Context& context);

// status.cpp
int status(const Arguments& arguments, Context& context);
// show.cpp
int alerts(const Arguments& arguments, Context& context);
int events(const Arguments& arguments, Context& context);
int query(const Arguments& arguments, Context& context);
// runs.cpp
int runs(const Arguments& arguments, Context& context);
int run_runbook(const Arguments& arguments, Context& context);
int cancel(const Arguments& arguments, Context& context);
int settle(const Arguments& arguments, Context& context);
// people.cpp: what a person decides
int approve(const Arguments& arguments, Context& context);
int deny(const Arguments& arguments, Context& context);
int reload(const Arguments& arguments, Context& context);

// halt.cpp: the kill switch
int halt(const Arguments& arguments, Context& context);

// reset.cpp
int reset(const Arguments& arguments, Context& context);

// ledger_commands.cpp
int audit_list_command(const Arguments& arguments, Context& context);
int audit_show_command(const Arguments& arguments, Context& context);
int audit_tail_command(const Arguments& arguments, Context& context);
int audit_verify_command(const Arguments& arguments, Context& context);
int audit_export_command(const Arguments& arguments, Context& context);
int audit_rebuild_command(const Arguments& arguments, Context& context);

// plugin_commands.cpp
int plugin_list(const Arguments& arguments, Context& context);
int plugin_describe(const Arguments& arguments, Context& context);
// completion.cpp
int completion(const Arguments& arguments, Context& context);

}  // namespace reeve::cli
