// What needs the engine in this process, or no engine at all.
#include <istream>
#include <ostream>

#include "cli/commands.h"
#include "promql/promql.h"

namespace reeve::cli {

namespace {
int not_yet(const Context& context) {
  context.err() << "reeve " << context.command << ": not in this version yet\n";
  return kUsage;
}
}  // namespace

int serve(const Arguments& arguments, Context& context) {
  if (!context.commands.serve) return not_yet(context);
  ServeOptions options;
  options.globals = context.globals;
  options.listen = arguments.text("--listen");
  if (arguments.has("--log-level")) options.log_level = arguments.text("--log-level");
  if (arguments.has("--log-format")) options.log_format = arguments.text("--log-format");
  return context.commands.serve(options);
}

int demo(const Arguments& arguments, Context& context) {
  if (!context.commands.demo) return not_yet(context);
  DemoOptions options;
  options.globals = context.globals;
  options.stay = arguments.has("--stay");
  options.state = context.globals.state;
  return context.commands.demo(options, context.out());
}

int demo_service(const Arguments& arguments, Context& context) {
  if (!context.commands.demo_service) return not_yet(context);
  const auto port = arguments.number("--port", 0);
  if (!port.ok()) return context.fail(port.error());
  if (*port > 65535) return context.usage("--port: there is no port " + std::to_string(*port));
  return context.commands.demo_service({static_cast<int>(*port), arguments.text("--pidfile")});
}

int doctor(const Arguments&, Context& context) {
  if (!context.commands.doctor) return not_yet(context);
  return context.commands.doctor(context.globals, context.out(), context.err());
}

int promql_stdio(const Arguments& arguments, Context& context) {
  if (!arguments.has("--stdio"))
    return context.usage("promql answers on standard input and output: reeve promql --stdio");
  promql::Drive drive;
  for (std::string line; context.out() && std::getline(context.io.in, line);) {
    context.out() << drive.answer(line) << '\n';
    context.out().flush();
  }
  return kOk;
}

int later(const Arguments&, Context& context) {
  return not_yet(context);
}

}  // namespace reeve::cli
