#include "cli/audit_text.h"

#include <algorithm>
#include <ostream>

#include "model/json.h"

namespace reeve::cli {

namespace {
constexpr size_t kFactsWidth = 96;

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

model::Value correlation_of(const ledger::Stored& entry) {
  return entry.correlation == base::Uuid{} ? model::Value() : model::Value(base::uuid_text(entry.correlation));
}

// JSON as what it is, other text as a text.
model::Value body_of(const ledger::Stored& entry) {
  if (!entry.body) return {};
  auto parsed = model::parse_json(*entry.body);
  return parsed.ok() ? std::move(*parsed) : model::Value(*entry.body);
}

void write_body(std::ostream& out, const ledger::Stored& entry, const std::string& indent) {
  if (entry.redacted) out << indent << "(redacted)\n";
  if (!entry.body) return;
  const model::Value body = body_of(entry);
  const std::string text = body.is_string() ? body.as_string() : model::to_pretty_json(body);
  for (const std::string& line : base::split(text, '\n')) out << indent << printable(line) << '\n';
}
}  // namespace

base::Result<AuditFormat> audit_format(const std::string& word) {
  if (word == "table" || word.empty()) return AuditFormat::kTable;
  if (word == "json") return AuditFormat::kJson;
  if (word == "jsonl") return AuditFormat::kJsonLines;
  return base::invalid("unknown output \"" + word + "\" (write table, json or jsonl)");
}

std::string printable(std::string_view text, size_t most) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    if (most > 0 && out.size() >= most) {
      // Not in the middle of a character.
      while (!out.empty() && !base::is_utf8(out) && (out.back() & 0x80) != 0) out.pop_back();
      return out + "...";
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

model::Value audit_row(const ledger::Stored& entry) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? model::Value() : model::Value(text); };
  return model::Value::map()
      .set("seq", entry.seq)
      .set("at", base::format_time(entry.at))
      .set("at_us", entry.at.us)
      .set("kind", entry.kind)
      .set("actor", entry.actor)
      .set("subject", entry.subject)
      .set("run", text_or_null(entry.run))
      .set("correlation", correlation_of(entry))
      .set("facts", entry.facts)
      .set("body", body_of(entry))
      .set("hash", base::hex(entry.hash));
}

AuditWriter::AuditWriter(std::ostream& out, AuditFormat format, bool with_body, bool whole)
    : out_(out), format_(format), with_body_(with_body), whole_(whole) {}

void AuditWriter::entry(const ledger::Stored& entry) {
  switch (format_) {
    case AuditFormat::kTable:
      table_row(entry);
      break;
    case AuditFormat::kJson:
      out_ << (written_ ? ",\n" : "[\n") << model::to_json(audit_row(entry));
      break;
    case AuditFormat::kJsonLines:
      out_ << model::to_json(audit_row(entry)) << '\n';
      break;
  }
  ++written_;
}

void AuditWriter::table_row(const ledger::Stored& entry) {
  if (written_ == 0)
    out_ << padded("SEQ", 8) << padded("AT", 26) << padded("KIND", 18) << padded("SUBJECT", 34) << padded("ACTOR", 18)
         << "FACTS\n";
  out_ << padded(std::to_string(entry.seq), 7) << ' ' << padded(base::format_time(entry.at), 25) << ' '
       << padded(printable(entry.kind), 17) << ' ' << padded(printable(entry.subject), 33) << ' '
       << padded(printable(entry.actor), 17) << ' ' << printable(entry.facts_text, whole_ ? 0 : kFactsWidth) << '\n';
  if (with_body_) write_body(out_, entry, "        ");
}

void AuditWriter::end() {
  if (format_ == AuditFormat::kJson) out_ << (written_ ? "\n]\n" : "[]\n");
}

void write_entry(std::ostream& out, const ledger::Stored& entry) {
  const auto line = [&](const char* name, const std::string& text) {
    if (!text.empty()) out << padded(name, 13) << printable(text) << '\n';
  };
  line("seq", std::to_string(entry.seq));
  line("at", base::format_time(entry.at));
  line("kind", entry.kind);
  line("actor", entry.actor);
  line("subject", entry.subject);
  line("run", entry.run);
  line("correlation", correlation_of(entry).as_string());
  line("hash", base::hex(entry.hash));
  line("prev_hash", base::hex(entry.prev_hash));
  out << "facts\n";
  for (const std::string& text : base::split(model::to_pretty_json(entry.facts), '\n'))
    out << "  " << printable(text) << '\n';
  if (!entry.body && !entry.redacted) return;
  out << "body\n";
  write_body(out, entry, "  ");
}

}  // namespace reeve::cli
