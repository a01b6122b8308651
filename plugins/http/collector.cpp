#include "http/collector.h"

#include "common/metrics/exposition.h"
#include "common/metrics/utf8.h"
#include "http/probe.h"

namespace reeve::http {

namespace {

using common::metrics::Sample;

bool plain_name(const std::string& name, bool colon) {
  auto letter = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colon && c == ':');
  };
  for (size_t i = 0; i < name.size(); ++i) {
    if (!letter(name[i]) && (i == 0 || name[i] < '0' || name[i] > '9')) return false;
  }
  return !name.empty();
}

/// Names of Prometheus 3 with any sign in them have no place in the engine yet.
bool has_plain_names(const Sample& sample) {
  if (!plain_name(sample.name, true)) return false;
  for (const auto& [name, value] : sample.labels) {
    if (!plain_name(name, false)) return false;
  }
  return true;
}

void make_utf8(Sample& sample) {
  for (auto& [name, value] : sample.labels) {
    if (!common::metrics::is_utf8(value)) value = common::metrics::printable_utf8(value, 4096);
  }
}

}  // namespace

void HttpCollector::collect(Samples& out) {
  if (!settings_.url.empty()) probe_into(out);
  if (settings_.metrics.empty()) return;
  if (settings_.url.empty()) return scrape_into(out);
  // What the probe says must not be lost because the page cannot be read.
  try {
    scrape_into(out);
    out.add("http_scrape_success", 1);
  } catch (const Error& error) {
    out.log(Log::kWarn, error.what());
    out.add("http_scrape_success", 0);
  }
}

void HttpCollector::probe_into(Samples& out) const {
  Verdict verdict = probe(settings_, deadline_of(out, settings_.timeout));
  if (out.cancelled()) throw Error(Fault::kTransient, "cancelled");
  if (!verdict.success) out.log(Log::kDebug, settings_.url + ": " + verdict.why);
  out.add("probe_success", verdict.success ? 1 : 0);
  out.add("probe_duration_seconds", verdict.got.seconds);
  out.add("probe_http_status_code", verdict.got.status);
  if (verdict.got.status == 0) return;
  out.add("probe_http_uncompressed_body_length", static_cast<double>(verdict.got.body.size()));
  if (verdict.got.certificate_expiry) {
    out.add("probe_http_ssl", 1);
    out.add("probe_ssl_earliest_cert_expiry", *verdict.got.certificate_expiry);
  }
}

void HttpCollector::scrape_into(Samples& out) const {
  Ask ask = settings_.ask(settings_.metrics);
  ask.headers.emplace_back("Accept", "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4");
  ask.room = 128 << 20;
  Got got = fetch(ask, deadline_of(out, settings_.timeout));
  if (got.status != 200) throw Error(Fault::kTransient, settings_.metrics + ": status " + std::to_string(got.status));
  auto format = common::metrics::format_of(common::http::header(got.headers, "content-type"));
  // Nothing is added before the whole page has been read: a probe of the same batch must stay whole.
  std::vector<Sample> samples;
  size_t left_out = 0;
  auto count = common::metrics::parse(got.body, format, [&](const Sample& sample) {
    if (has_plain_names(sample)) {
      samples.push_back(sample);
    } else {
      ++left_out;
    }
  });
  if (!count) throw Error(Fault::kInvalid, settings_.metrics + ": " + count.fault().text);
  if (left_out > 0)
    out.log(Log::kWarn, settings_.metrics + ": " + std::to_string(left_out) + " samples with quoted names left out");
  for (Sample& sample : samples) {
    make_utf8(sample);
    out.add(sample.name, sample.value, sample.labels, sample.at_ms.value_or(0));
  }
}

}  // namespace reeve::http
