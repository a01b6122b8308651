#include "cli/context.h"

#include <filesystem>
#include <ostream>
#include <system_error>

#include "model/json.h"

namespace reeve::cli {

namespace {
constexpr base::Duration kGetWithin = base::seconds(60);

}  // namespace

void print_data(std::ostream& out, const std::string& output, const model::Value& value) {
  if (output == "json") {
    out << model::to_pretty_json(value) << '\n';
  } else if (value.is_list()) {
    for (const model::Value& item : value.as_list()) out << model::to_json(item) << '\n';
  } else {
    out << model::to_json(value) << '\n';
  }
}

int exit_of(const base::Error& error) {
  switch (error.fault) {
    case base::Fault::kInvalid:
      return kUsage;
    case base::Fault::kNotFound:
      return kNotFound;
    case base::Fault::kDenied:
      return kDenied;
    case base::Fault::kRefused:
      return kRefused;
    case base::Fault::kUnavailable:
      return kUnreachable;
    case base::Fault::kTimeout:
      return kTimedOut;
    case base::Fault::kTransient:
    case base::Fault::kThrottled:
    case base::Fault::kConflict:
    case base::Fault::kUnknownOutcome:
    case base::Fault::kInternal:
      return kFailure;
  }
  return kFailure;
}

int Context::fail(const base::Error& error) const {
  err() << "reeve: " << error.text << '\n';
  return exit_of(error);
}

bool Context::print_data(const model::Value& value) const {
  if (is_table()) return false;
  cli::print_data(out(), globals.output, value);
  return true;
}

base::Result<std::string> Context::state() const {
  if (known_state) return *known_state;
  const auto found = find_state(globals);
  known_state = found.ok() ? base::Result<std::string>(found->folder) : found.error();
  if (found.ok() && !found->note.empty()) err() << "reeve: " << found->note << '\n';
  return *known_state;
}

base::Result<std::string> Context::engine_folder() const {
  namespace fs = std::filesystem;
  static constexpr std::string_view kUnix = "unix:";
  if (globals.server.empty()) return state();
  if (globals.server.find("://") != std::string::npos) return std::string();
  std::error_code error;
  const fs::path given =
      base::starts_with(globals.server, kUnix) ? globals.server.substr(kUnix.size()) : globals.server;
  const fs::path socket = fs::weakly_canonical(given, error);
  // The lock is what every state folder has.
  const bool is_state = !error && socket.filename() == "reeve.sock" && fs::exists(socket.parent_path() / "lock", error);
  return is_state ? socket.parent_path().string() : std::string();
}

base::Result<std::string> Context::server() const {
  if (!globals.server.empty()) return globals.server;
  REEVE_TRY(const std::string folder, state());
  return folder + "/reeve.sock";
}

base::Error Context::explained(base::Error error) const {
  if (error.fault != base::Fault::kUnavailable || !globals.server.empty()) return error;
  const auto folder = state();
  std::error_code ignored;
  if (!folder.ok() || std::filesystem::exists(*folder, ignored)) return error;
  return {error.fault, "no engine is running here: there is no state folder " + *folder +
                           " (reeve serve starts one; --state DIR or --server ADDRESS names another)"};
}

base::Result<Client> Context::client() const {
  REEVE_TRY(const std::string address, server());
  return Client::to(address);
}

base::Result<model::Value> Context::get(const std::string& target) const {
  REEVE_TRY(const Client engine, client());
  auto answer = engine.ask("GET", target, {}, kGetWithin);
  if (!answer.ok()) return explained(answer.error());
  return answer;
}

base::Result<model::Value> Context::post(const std::string& target, const model::Value& body,
                                         base::Duration timeout) const {
  REEVE_TRY(const Client engine, client());
  auto answer = engine.ask("POST", target, body, timeout);
  if (!answer.ok()) return explained(answer.error());
  return answer;
}

base::Result<model::Value> Context::get_or_read(
    const std::string& target, const std::function<base::Result<model::Value>(ledger::Reader&)>& offline) const {
  auto answer = get(target);
  // An address that was named is what was meant: its ledger lies elsewhere.
  if (answer.ok() || answer.error().fault != base::Fault::kUnavailable || !globals.server.empty()) return answer;
  REEVE_TRY(const std::string folder, state());
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored)) return answer;
  auto reader = ledger::open_reader(folder);
  if (!reader.ok())
    return base::Error{base::Fault::kUnavailable,
                       answer.error().text + ", and there is no ledger to read: " + reader.error().text};
  err() << "reeve: no engine is running on " << folder << "; this is what its ledger says\n";
  return offline(**reader);
}

}  // namespace reeve::cli
