#include "cli/audit.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ostream>
#include <thread>

#include "cli/audit_text.h"
#include "cli/cli.h"

namespace reeve::cli {

namespace {
constexpr base::Duration kPoll = base::millis(250);
constexpr uint64_t kTail = 20;

int fail(std::ostream& err, const base::Error& error) {
  err << "reeve: " << error.text << '\n';
  if (error.fault == base::Fault::kNotFound) return kNotFound;
  return kFailure;
}

int bad_usage(std::ostream& err, const base::Error& error) {
  err << "reeve: " << error.text << '\n';
  return kUsage;
}

base::Result<std::string> ledger_of(const AuditOptions& options) {
  if (!options.db.empty()) return options.db;
  if (!options.state.empty()) return options.state;
  return base::invalid("name the state folder (--state DIR) or a ledger file (--db FILE)");
}

base::Status read_times(const AuditOptions& options, const base::Clock& clock, ledger::Filter& filter) {
  if (!options.from.empty()) {
    REEVE_TRY(filter.from, base::parse_time(options.from));
  }
  if (!options.to.empty()) {
    REEVE_TRY(filter.to, base::parse_time(options.to));
  }
  std::string since = options.since;
  const bool story = !options.correlation.empty() || !options.run.empty();
  if (since.empty() && !filter.from && !filter.to && !options.all && !story) since = "24h";
  if (since.empty()) return {};
  if (filter.from) return base::invalid("give --from or --since, not both");
  REEVE_TRY(const base::Duration back, base::parse_duration(since));
  filter.from = clock.wall() - back;
  return {};
}

base::Result<ledger::Filter> filter_of(const AuditOptions& options, const base::Clock& clock) {
  ledger::Filter filter;
  REEVE_CHECK(read_times(options, clock, filter));
  filter.kind = options.kind;
  filter.actor = options.actor;
  filter.subject = options.subject;
  filter.run = options.run;
  if (!options.correlation.empty()) {
    REEVE_TRY(filter.correlation, base::parse_uuid(options.correlation));
  }
  return filter;
}

/// The newest `limit` entries, oldest first; 0: all, which are not gathered.
base::Status write_list(ledger::Reader& reader, ledger::Filter filter, uint64_t limit, AuditWriter& writer,
                        uint64_t& last_seq) {
  const auto put = [&](const ledger::Stored& entry) {
    writer.entry(entry);
    last_seq = std::max(last_seq, entry.seq);
    return true;
  };
  if (limit == 0) return reader.scan(filter, put);
  filter.limit = limit;
  filter.newest_first = true;
  REEVE_TRY(std::vector<ledger::Stored> found, reader.list(filter));
  std::for_each(found.rbegin(), found.rend(), put);
  return {};
}

bool wait_really(base::Duration duration) {
  std::this_thread::sleep_for(std::chrono::microseconds(duration.us));
  return true;
}

model::Value verification_value(const ledger::Verification& checked) {
  const auto texts = [](const std::vector<std::string>& lines) {
    model::Value list = model::Value::list();
    for (const std::string& line : lines) list.push(line);
    return list;
  };
  model::Value head = model::Value::map()
                          .set("seq", checked.head.seq)
                          .set("at", base::format_time(checked.head.at))
                          .set("at_us", checked.head.at.us)
                          .set("hash", base::hex(checked.head.hash));
  return model::Value::map()
      .set("ok", checked.ok)
      .set("entries", checked.entries)
      .set("checkpoints", checked.checkpoints)
      .set("head", std::move(head))
      .set("faults", texts(checked.faults))
      .set("notices", texts(checked.notices));
}

void write_verification(std::ostream& out, const ledger::Verification& checked) {
  for (const std::string& fault : checked.faults) out << "fault: " << printable(fault) << '\n';
  for (const std::string& notice : checked.notices) out << "notice: " << printable(notice) << '\n';
  out << (checked.ok ? "ok" : "NOT OK") << ": " << checked.entries << " entries, " << checked.checkpoints
      << " signed checkpoints\n";
  out << "head: seq " << checked.head.seq << ", " << base::format_time(checked.head.at) << ", "
      << base::hex(checked.head.hash) << '\n';
}
}  // namespace

int audit_list(const AuditOptions& options, const base::Clock& clock, std::ostream& out, std::ostream& err) {
  const auto where = ledger_of(options);
  const auto format = audit_format(options.output);
  const auto filter = filter_of(options, clock);
  if (!where.ok()) return bad_usage(err, where.error());
  if (!format.ok()) return bad_usage(err, format.error());
  if (!filter.ok()) return bad_usage(err, filter.error());
  const auto reader = ledger::open_reader(*where);
  if (!reader.ok()) return fail(err, reader.error());
  AuditWriter writer(out, *format, options.body, options.whole);
  uint64_t last = 0;
  const base::Status done = write_list(**reader, *filter, options.limit, writer, last);
  writer.end();
  if (!done.ok()) return fail(err, done.error());
  const bool told_when = options.all || !options.since.empty() || !options.from.empty() || !options.to.empty();
  if (last == 0)
    err << "reeve: no entry matches" << (told_when || !filter->from ? "" : " in the last 24h (--all looks further)")
        << '\n';
  return kOk;
}

int audit_show(const AuditOptions& options, std::ostream& out, std::ostream& err) {
  const auto where = ledger_of(options);
  const auto format = audit_format(options.output);
  if (!where.ok()) return bad_usage(err, where.error());
  if (!format.ok()) return bad_usage(err, format.error());
  uint64_t seq = 0;
  const char* end = options.seq.data() + options.seq.size();
  if (const auto parsed = std::from_chars(options.seq.data(), end, seq); parsed.ec != std::errc() || parsed.ptr != end)
    return bad_usage(err, base::invalid("not an entry's number: \"" + printable(options.seq) + "\""));
  const auto reader = ledger::open_reader(*where);
  if (!reader.ok()) return fail(err, reader.error());
  const auto found = (*reader)->entry(seq);
  if (!found.ok()) return fail(err, found.error());
  if (!found->has_value())
    return fail(err, {base::Fault::kNotFound, "there is no entry " + options.seq + " in " + *where});
  if (*format == AuditFormat::kTable) {
    write_entry(out, **found);
  } else {
    print_data(out, options.output, audit_row(**found));
  }
  return kOk;
}

int audit_tail(const AuditOptions& options, const base::Clock& clock, std::ostream& out, std::ostream& err) {
  AuditOptions mine = options;
  mine.all = true;
  const auto where = ledger_of(options);
  const auto format = audit_format(options.output);
  auto filter = filter_of(mine, clock);
  if (!where.ok()) return bad_usage(err, where.error());
  if (!format.ok()) return bad_usage(err, format.error());
  if (!filter.ok()) return bad_usage(err, filter.error());
  if (options.follow && *format == AuditFormat::kJson)
    return bad_usage(err, base::invalid("--follow never ends its list: write -o jsonl"));
  const auto reader = ledger::open_reader(*where);
  if (!reader.ok()) return fail(err, reader.error());
  const auto head = (*reader)->head();
  if (!head.ok()) return fail(err, head.error());
  AuditWriter writer(out, *format, options.body, options.whole);
  uint64_t last = head->seq;  // what does not match need not be looked at again
  base::Status done = write_list(**reader, *filter, options.limit ? options.limit : kTail, writer, last);
  while (done.ok() && options.follow) {
    out.flush();
    if (!out || !(options.wait ? options.wait(kPoll) : wait_really(kPoll))) break;
    const auto now = (*reader)->head();
    if (!now.ok()) return fail(err, now.error());
    filter->after_seq = last;
    done = write_list(**reader, *filter, 0, writer, last);
    last = std::max(last, now->seq);
  }
  writer.end();
  return done.ok() ? kOk : fail(err, done.error());
}

int audit_verify(const AuditOptions& options, std::ostream& out, std::ostream& err) {
  const auto where = ledger_of(options);
  const auto format = audit_format(options.output);
  if (!where.ok()) return bad_usage(err, where.error());
  if (!format.ok()) return bad_usage(err, format.error());
  const auto checked = ledger::verify(*where, options.anchors);
  if (!checked.ok()) return fail(err, checked.error());
  if (*format == AuditFormat::kTable) {
    write_verification(out, *checked);
  } else {
    print_data(out, options.output, verification_value(*checked));
  }
  return checked->ok ? kOk : kFailure;
}

int audit_export(const AuditOptions& options, std::ostream& out, std::ostream& err) {
  const auto where = ledger_of(options);
  const auto format = audit_format(options.output);
  if (!where.ok()) return bad_usage(err, where.error());
  if (!format.ok()) return bad_usage(err, format.error());
  if (options.to_file.empty()) return bad_usage(err, base::invalid("name the new file (--to FILE)"));
  const base::Status done = ledger::export_to(*where, options.to_file);
  if (!done.ok()) return fail(err, done.error());
  const auto checked = ledger::verify(options.to_file);
  if (!checked.ok()) return fail(err, checked.error());
  if (*format == AuditFormat::kTable) {
    out << "copied to " << options.to_file << '\n';
    write_verification(out, *checked);
  } else {
    print_data(out, options.output, verification_value(*checked).set("file", options.to_file));
  }
  return checked->ok ? kOk : kFailure;
}

int audit_rebuild(const AuditOptions& options, ledger::Settings settings, std::ostream& out, std::ostream& err) {
  const auto format = audit_format(options.output);
  if (!format.ok()) return bad_usage(err, format.error());
  if (options.state.empty()) return bad_usage(err, base::invalid("name the state folder (--state DIR)"));
  settings.folder = options.state;
  const auto differ = ledger::rebuild(settings, options.replace);
  if (!differ.ok()) return fail(err, differ.error());
  if (*format == AuditFormat::kTable) {
    for (const std::string& table : *differ) out << table << ": " << (options.replace ? "replaced" : "differs") << '\n';
    if (differ->empty()) out << "ok: all tables are as the entries tell them\n";
  } else {
    model::Value tables = model::Value::list();
    for (const std::string& table : *differ) tables.push(table);
    const bool replaced = options.replace && !differ->empty();
    print_data(out, options.output, model::Value::map().set("differ", std::move(tables)).set("replaced", replaced));
  }
  return differ->empty() || options.replace ? kOk : kFailure;
}

}  // namespace reeve::cli
