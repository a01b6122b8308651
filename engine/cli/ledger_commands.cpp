// The words of `reeve audit`: from arguments to the functions of audit.h.
#include <filesystem>

#include "cli/audit.h"
#include "cli/commands.h"

namespace reeve::cli {

namespace {
/// \errors kInvalid; the state folder's, unless a file is named.
base::Result<AuditOptions> options_of(const Arguments& arguments, const Context& context) {
  AuditOptions options;
  options.db = arguments.text("--db");
  if (options.db.empty()) {
    REEVE_TRY(options.state, context.engine_folder());
    if (options.state.empty())
      return base::invalid("audit reads a ledger's files and cannot ask " + context.globals.server +
                           ": leave --server (REEVE_SERVER) out, and name the ledger with --state DIR or --db FILE");
  }
  options.output = context.globals.output;
  options.from = arguments.text("--from");
  options.to = options.to_file = arguments.text("--to");
  options.since = arguments.text("--since");
  options.all = arguments.has("--all");
  options.kind = arguments.text("--kind");
  options.actor = arguments.text("--actor");
  options.subject = arguments.text("--subject");
  options.correlation = arguments.text("--correlation");
  options.run = arguments.text("--run");
  REEVE_TRY(options.limit, arguments.count("--limit", 0));
  options.whole = !context.io.terminal;
  options.body = arguments.has("--body");
  options.seq = arguments.text("SEQ");
  options.follow = arguments.has("--follow");
  options.anchors = arguments.text("--anchors");
  options.replace = arguments.has("--replace");
  return options;
}
}  // namespace

int audit_list_command(const Arguments& arguments, Context& context) {
  const auto options = options_of(arguments, context);
  if (!options.ok()) return context.fail(options.error());
  return audit_list(*options, context.io.clock, context.out(), context.err());
}

int audit_show_command(const Arguments& arguments, Context& context) {
  const auto options = options_of(arguments, context);
  if (!options.ok()) return context.fail(options.error());
  return audit_show(*options, context.out(), context.err());
}

int audit_tail_command(const Arguments& arguments, Context& context) {
  const auto options = options_of(arguments, context);
  if (!options.ok()) return context.fail(options.error());
  return audit_tail(*options, context.io.clock, context.out(), context.err());
}

int audit_verify_command(const Arguments& arguments, Context& context) {
  auto options = options_of(arguments, context);
  if (!options.ok()) return context.fail(options.error());
  // What the configuration anchors is compared without being asked: who forgets the option would not see a cut tail.
  if (options->anchors.empty() && options->db.empty()) {
    const std::string anchor = anchor_of(context.globals, options->state);
    std::error_code ignored;
    if (std::filesystem::exists(anchor, ignored)) {
      options->anchors = anchor;
    } else if (!anchor.empty()) {
      context.err() << "reeve: the anchor " << anchor << " is not there (it is written with the first checkpoint)\n";
    }
  }
  return audit_verify(*options, context.out(), context.err());
}

int audit_export_command(const Arguments& arguments, Context& context) {
  if (arguments.text("--to").empty()) return context.usage("audit export needs --to FILE");
  const auto options = options_of(arguments, context);
  if (!options.ok()) return context.fail(options.error());
  return audit_export(*options, context.out(), context.err());
}

int audit_rebuild_command(const Arguments& arguments, Context& context) {
  if (!context.commands.ledger_settings) return later(arguments, context);
  const auto options = options_of(arguments, context);
  if (!options.ok()) return context.fail(options.error());
  std::shared_ptr<void> held;  // the engine is the only writer: tables are put in place only where none runs
  if (options->replace && context.commands.hold_state) {
    auto taken = context.commands.hold_state(options->state);
    if (!taken.ok()) return context.fail(taken.error());
    held = std::move(*taken);
  }
  return audit_rebuild(*options, context.commands.ledger_settings(), context.out(), context.err());
}

}  // namespace reeve::cli
