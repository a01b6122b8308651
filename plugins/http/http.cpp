/// \file
/// The plugin `http`: is a URL well, what does a page of Prometheus text say, and requests.
#include "http/actor.h"
#include "http/collector.h"
#include "http/watcher.h"

namespace reeve::http {

namespace {

struct Http {
  using CollectorLane = HttpCollector;
  using WatcherLane = HttpWatcher;
  using ActorLane = HttpActor;
  static void describe(Manifest& m);
  /// An instance has the lanes for which it has something to do.
  static void describe_for(Manifest& m, const Config& config) {
    Settings settings = Settings::of(config);
    if (settings.url.empty() && settings.metrics.empty()) m.lacks("collects");
    if (settings.watch.count() == 0) m.lacks("watches");
  }
  static void check(const Config& config) { Settings::of(config); }
};

void describe_config(Manifest& m) {
  m.config({
      ConfigKey("url", Type::kText, "What is probed: http://, https:// or http+unix://%2Fpath%2Fof.sock/target."),
      ConfigKey("metrics", Type::kText, "A page of Prometheus text (or OpenMetrics) that is scraped."),
      ConfigKey("method", Type::kText, "Of the probe.").one_of({"GET", "HEAD"}).by_default("GET"),
      ConfigKey("expect", Type::kAny, "Status, or list of them, that counts as well: 200, 2xx.").by_default("2xx"),
      ConfigKey("contains", Type::kText, "Text that the body must contain."),
      ConfigKey("timeout", Type::kDuration, "Of one probe or scrape.").by_default("5s"),
      ConfigKey(
          "watch", Type::kDuration,
          "Probe this often beside the collects, and tell each change as the event http.changed; not set: never."),
      ConfigKey("headers", Type::kMap, "Headers of its requests, to the server of `url` only."),
      ConfigKey("bearer", Type::kText, "Token for an Authorization header.").secret(),
      ConfigKey("ca_file", Type::kText, "Certificates to trust instead of the system's."),
      ConfigKey("allow", Type::kList, "Beginnings of URLs that actions may ask; not set: any.")
          .by_default(Json::list()),
  });
}

void describe_metrics(Manifest& m) {
  m.metrics({
      Metric("probe_success", "gauge", "1 when the probe was answered as expected."),
      Metric("probe_duration_seconds", "gauge", "How long the probe took.").unit("seconds"),
      Metric("probe_http_status_code", "gauge", "What it was answered; 0: nothing."),
      Metric("probe_http_uncompressed_body_length", "gauge", "Bytes of its body.").unit("bytes"),
      Metric("probe_http_ssl", "gauge", "1 when TLS was spoken."),
      Metric("probe_ssl_earliest_cert_expiry", "gauge", "When the first certificate of the chain ends, Unix time."),
      Metric("http_scrape_success", "gauge", "1 when the page of `metrics` could be read (beside a probe only)."),
  });
}

void describe_actions(Manifest& m) {
  const char* expect = "Status, or list of them, that is no failure (below 400)";
  m.actions({
      ActionType("get", "Asks a URL.")
          .arg("url", Type::kText, "Which (the instance's)")
          .arg("path", Type::kText, "Or a path on the instance's server")
          .arg("headers", Type::kMap)
          .arg("expect", Type::kAny, expect)
          .arg("timeout", Type::kDuration, "60s"),
      ActionType("request", "Sends a request that may change something.")
          .change()
          .once()
          .arg("method", Type::kText, "POST")
          .arg("url", Type::kText, "Where (the instance's)")
          .arg("path", Type::kText, "Or a path on the instance's server")
          .arg("headers", Type::kMap)
          .arg("body", Type::kAny, "A text, or anything else as JSON")
          .arg("expect", Type::kAny, expect)
          .arg("timeout", Type::kDuration, "60s"),
  });
}

void Http::describe(Manifest& m) {
  m.name("http", "1.0.0").doc("Probes a URL, scrapes Prometheus text, sends requests.");
  describe_config(m);
  describe_metrics(m);
  m.events({
      EventType("http.changed", "The probe began to fail, or is well again.")
          .fields({"success", "status_code", "reason"}),
      EventType("http.state", "What the probe says when watching begins.")
          .fields({"success", "status_code", "reason"})
          .state(),
  });
  describe_actions(m);
  m.actor_lanes(4);
  m.target_key("http/{instance}");
  m.capabilities({"network"});
}

}  // namespace

}  // namespace reeve::http

REEVE_PLUGIN(reeve::http::Http)
