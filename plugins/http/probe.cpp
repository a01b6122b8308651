#include "http/probe.h"

#include <chrono>

namespace reeve::http {

Verdict probe(const Settings& settings, const common::Deadline& deadline) {
  Verdict verdict;
  Ask ask = settings.ask(settings.url);
  ask.method = settings.method;
  ask.room = 16 << 20;
  auto from = std::chrono::steady_clock::now();
  try {
    verdict.got = fetch(ask, deadline);
  } catch (const Error& error) {
    verdict.why = error.what();
    verdict.got.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
    return verdict;
  }
  const Got& got = verdict.got;
  if (!settings.expected(got.status)) {
    verdict.why = "status " + std::to_string(got.status);
  } else if (!settings.contains.empty() && got.body.find(settings.contains) == std::string::npos) {
    verdict.why = "its body does not contain \"" + settings.contains + "\"";
  } else {
    verdict.success = true;
  }
  return verdict;
}

}  // namespace reeve::http
