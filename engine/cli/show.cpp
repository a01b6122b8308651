// What is wrong, what did the sources tell, what do the series say?
#include <ostream>

#include "api/api.h"
#include "api/target.h"
#include "cli/commands.h"
#include "model/json.h"

namespace reeve::cli {

namespace {
using model::Value;

constexpr size_t kDetailColumns = 80;

Colour colour_of_state(const std::string& state) {
  return state == "firing" ? Colour::kRed : state == "pending" ? Colour::kYellow : Colour::kNone;
}

// "13:59:19.250" of today's events, else with the date.
std::string clock_text(base::Time at, base::Time now) {
  const std::string text = base::format_time(at);
  return text.substr(0, 10) == base::format_time(now).substr(0, 10) ? text.substr(11, 12) : text.substr(0, 23);
}

std::string fields_of(const Context& context, const Value& event) {
  std::string out = brief(event["fields"], context.style.columns(kDetailColumns));
  if (event["recovered"].as_bool()) out += " (recovered)";
  if (!event["caused_by"].as_string().empty()) out += " (caused by " + event["caused_by"].as_string() + ")";
  return out;
}

void print_event(const Context& context, const Value& event) {
  const base::Time at{event["at_us"].as_int()};
  const std::string where = event["target"].as_string().empty() ? event["instance"].text() : event["target"].text();
  context.out() << clock_text(at, context.io.clock.wall()) << "  "
                << context.style.paint(printable(event["type"].text()), Colour::kBold) << "  " << printable(where)
                << "  " << fields_of(context, event) << '\n';
  for (const Value& verdict : event["verdicts"].as_list())
    context.out() << "    " << printable(verdict["rule"].text()) << ": " << printable(verdict["verdict"].text())
                  << '\n';
  context.out().flush();
}

int follow_events(Context& context) {
  const auto client = context.client();
  if (!client.ok()) return context.fail(client.error());
  const base::Status status = client->follow("/api/reeve/events?follow=1", [&context](std::string_view line) {
    const auto event = model::parse_json(line);
    if (context.is_table() && event.ok()) {
      print_event(context, *event);
    } else {
      context.out() << line << '\n';
      context.out().flush();
    }
    return context.out().good();
  });
  return status.ok() ? kOk : context.fail(status.error());
}

void print_vector(const Context& context, const Value& result) {
  Table table({"SERIES", "VALUE"});
  for (const Value& one : result.as_list()) {
    const model::Labels labels = model::Labels::from_value(one["metric"]);
    const Value& value = one.has("value") ? one["value"] : one["histogram"];
    table.add({labels.text(), value.as_list().size() == 2 ? value.as_list()[1].text() : ""});
  }
  table.print(context.out(), context.style);
}

void print_matrix(const Context& context, const Value& result) {
  for (const Value& one : result.as_list()) {
    context.out() << context.style.paint(printable(model::Labels::from_value(one["metric"]).text()), Colour::kBold)
                  << '\n';
    for (const char* kind : {"values", "histograms"}) {
      for (const Value& point : one[kind].as_list()) {
        if (point.as_list().size() != 2) continue;
        const base::Time at = base::time_from_ms(static_cast<int64_t>(point.as_list()[0].as_double() * 1000));
        context.out() << "  " << base::format_time(at) << "  " << printable(point.as_list()[1].text()) << '\n';
      }
    }
  }
}

void print_result(const Context& context, const Value& data) {
  const std::string& type = data["resultType"].as_string();
  const Value& result = data["result"];
  if (type == "vector") {
    print_vector(context, result);
  } else if (type == "matrix") {
    print_matrix(context, result);
  } else if (result.as_list().size() == 2) {
    context.out() << printable(result.as_list()[1].text()) << '\n';
  }
}

std::string range_target(const Arguments& arguments, const std::string& expr, base::Time now) {
  const std::string end = arguments.has("--end") ? arguments.text("--end") : base::format_time(now);
  std::string step = arguments.text("--step");
  if (step.empty()) {
    const auto from = base::parse_time(arguments.text("--start"));
    const auto to = base::parse_time(end);
    // What cannot be read is the engine's to refuse, in its words.
    const int64_t seconds = from.ok() && to.ok() ? (*to - *from).us / 100000000 : 15;
    step = std::to_string(std::max<int64_t>(seconds, 1));
  }
  return "/api/v1/query_range?query=" + api::escape(expr) + "&start=" + api::escape(arguments.text("--start")) +
         "&end=" + api::escape(end) + "&step=" + api::escape(step);
}
}  // namespace

int alerts(const Arguments&, Context& context) {
  const auto answer = context.get_or_read("/api/reeve/alerts", api::list_alerts);
  if (!answer.ok()) return context.fail(answer.error());
  if (context.print_data(*answer)) return kOk;
  Table table({"ALERT", "STATE", "SINCE", "COUNT", "LABELS", "SUMMARY"});
  for (const Value& alert : answer->as_list()) {
    const Value& notes = alert["annotations"];
    const std::string summary = notes["summary"].is_null() ? notes["description"].text() : notes["summary"].text();
    table.add({alert["labels"]["alertname"].text(),
               {alert["state"].text(), colour_of_state(alert["state"].text())},
               ago(base::Time{alert["active_at_us"].as_int()}, context.io.clock.wall()),
               alert["count"].text(),
               shortened(labels_text(alert["labels"]), context.style.columns(kDetailColumns)),
               shortened(summary == "null" ? "" : summary, context.style.columns(kDetailColumns))});
  }
  if (table.empty()) context.out() << "nothing is wrong: no alert is pending or firing\n";
  table.print(context.out(), context.style);
  return kOk;
}

int events(const Arguments& arguments, Context& context) {
  if (arguments.has("--follow")) return follow_events(context);
  const auto since = arguments.duration("--since", base::hours(24));
  if (!since.ok()) return context.fail(since.error());
  const auto limit = arguments.count("--limit", 100);
  if (!limit.ok()) return context.fail(limit.error());
  ledger::Filter filter;
  filter.from = context.io.clock.wall() - *since;
  filter.limit = *limit;
  const std::string target =
      "/api/reeve/events?from=" + api::escape(base::format_time(*filter.from)) + "&limit=" + std::to_string(*limit);
  const auto answer =
      context.get_or_read(target, [&filter](ledger::Reader& reader) { return api::list_events(reader, filter); });
  if (!answer.ok()) return context.fail(answer.error());
  if (context.print_data(*answer)) return kOk;
  Table table({"TIME", "TYPE", "TARGET", "FIELDS"});
  for (const Value& event : answer->as_list()) {
    const std::string target_text =
        event["target"].as_string().empty() ? event["instance"].text() : event["target"].text();
    table.add({clock_text(base::Time{event["at_us"].as_int()}, context.io.clock.wall()), event["type"].text(),
               target_text, fields_of(context, event)});
  }
  if (table.empty()) context.out() << "no events in the last " << span(*since) << '\n';
  table.print(context.out(), context.style);
  return kOk;
}

int query(const Arguments& arguments, Context& context) {
  const bool is_range = arguments.has("--start");
  if (!is_range && (arguments.has("--end") || arguments.has("--step")))
    return context.usage("--end and --step belong to a range, which begins with --start");
  if (is_range && arguments.has("--time")) return context.usage("--time is of an instant, --start of a range");
  const std::string expr = arguments.text("EXPR");
  std::string target = "/api/v1/query?query=" + api::escape(expr);
  if (arguments.has("--time")) target += "&time=" + api::escape(arguments.text("--time"));
  const auto answer = context.get(is_range ? range_target(arguments, expr, context.io.clock.wall()) : target);
  if (!answer.ok()) return context.fail(answer.error());
  for (const char* kind : {"warnings", "infos"})
    for (const Value& text : (*answer)[kind].as_list()) context.err() << "reeve: " << printable(text.text()) << '\n';
  const Value& data = (*answer)["data"];
  if (context.globals.output == "jsonl" && data["result"].is_list() && data["resultType"].text() != "scalar") {
    context.print_data(data["result"]);
  } else if (!context.print_data(data)) {
    print_result(context, data);
  }
  return kOk;
}

}  // namespace reeve::cli
