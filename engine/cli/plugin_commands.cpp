// Which plugins are there, and what can they do?
#include <ostream>

#include "api/target.h"
#include "cli/commands.h"

namespace reeve::cli {

namespace {
using model::Value;

base::Result<Value> from_disk(const Context& context, const std::string& name, const base::Error& why) {
  if (why.fault != base::Fault::kUnavailable || !context.globals.server.empty() || !context.commands.describe_plugins)
    return why;
  context.err() << "reeve: no engine is running; this is what lies on the disk\n";
  return context.commands.describe_plugins(context.globals, name);
}

std::string name_of(const Value& plugin) {
  return plugin["instance"].is_null() ? plugin["plugin"].text() : plugin["instance"].text();
}

std::string text_or(const Value& value, const char* otherwise) {
  return value.is_null() || value.text().empty() ? otherwise : value.text();
}

void print_actions(const Context& context, const Value& manifest) {
  Table table({"ACTION", "EFFECT", "CLASS", "ARGUMENTS", "WHAT IT DOES"});
  for (const Value& action : manifest["actions"].as_list()) {
    std::string arguments;
    for (const Value& one : action["arguments"].as_list())
      arguments += (arguments.empty() ? "" : ", ") + one["name"].text() + (one["required"].as_bool() ? "" : "?") +
                   ": " + one["type"].text();
    const Colour colour = action["effect"].text() == "read" ? Colour::kNone : Colour::kYellow;
    table.add({action["name"].text(),
               {action["effect"].text(), colour},
               action["class"].text(),
               arguments,
               text_or(action["doc"], "")});
  }
  table.print(context.out(), context.style, "  ");
}

void print_list(const Context& context, const Value& list, const char* head, const char* key, const char* more) {
  Table table({head, "LABELS", "HELP"});
  for (const Value& one : list.as_list()) {
    std::vector<std::string> labels;
    for (const char* kind : {"labels", "fields"})
      for (const Value& label : one[kind].as_list()) labels.push_back(label.text());
    table.add({one[key].text(), base::join(labels, ", "), text_or(one[more], "")});
  }
  table.print(context.out(), context.style, "  ");
}

void print_manifest(const Context& context, const Value& plugin) {
  const Value& manifest = plugin["manifest"];
  context.out() << context.style.paint(printable(name_of(plugin)), Colour::kBold) << "  "
                << printable(text_or(manifest["version"], "")) << "  " << printable(text_or(manifest["doc"], ""))
                << '\n';
  if (!plugin["error"].is_null()) context.out() << "  " << printable(plugin["error"].text()) << '\n';
  print_list(context, manifest["metrics"], "METRIC", "name", "help");
  print_list(context, manifest["events"], "EVENT", "type", "help");
  print_actions(context, manifest);
}
}  // namespace

int plugin_list(const Arguments&, Context& context) {
  auto answer = context.get("/api/reeve/plugins");
  if (!answer.ok()) answer = from_disk(context, "", answer.error());
  if (!answer.ok()) return context.fail(answer.error());
  if (context.print_data(*answer)) return kOk;
  Table table({"PLUGIN", "STATE", "PID", "RESTARTS", "LAST ERROR"});
  for (const Value& one : answer->as_list()) {
    const std::string state = text_or(one["state"], one["error"].is_null() ? "on disk" : "broken");
    const std::string error = text_or(one["last_error"], text_or(one["error"], "").c_str());
    table.add({name_of(one),
               {state, state == "up" || state == "on disk" ? Colour::kNone : Colour::kYellow},
               text_or(one["pid"], "-"),
               text_or(one["restarts"], "-"),
               shortened(error, context.style.columns(80))});
  }
  if (table.empty()) context.out() << "no plugin is configured\n";
  table.print(context.out(), context.style);
  return kOk;
}

int plugin_describe(const Arguments& arguments, Context& context) {
  const std::string name = arguments.text("NAME");
  std::string target = "/api/reeve/plugins";
  for (const std::string& part : base::split(name, '/')) target += "/" + api::escape(part);
  auto answer = context.get(target);
  if (!answer.ok()) answer = from_disk(context, name, answer.error());
  if (!answer.ok()) return context.fail(answer.error());
  if (answer->is_list() && answer->as_list().empty())
    return context.fail({base::Fault::kNotFound, "no plugin \"" + name + "\""});
  if (context.print_data(*answer)) return kOk;
  for (const Value& one : answer->as_list()) print_manifest(context, one);
  return kOk;
}

}  // namespace reeve::cli
