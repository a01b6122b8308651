/// \file
/// Who is told what, and when? The front door of notification: receivers, Alertmanager's webhook payload, retries.
///
/// Core thread. Telling people is no act: it goes out at least once, also without a ledger, deduplicated by
/// (episode, state, receiver); it fails open and never blocks anything.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/base.h"
#include "model/alert.h"
#include "model/value.h"
#include "yaml/yaml.h"

namespace reeve::alert {

/// One item of `notify:`.
struct Receiver {
  std::string name;  ///< `name:`, else `webhook-<n>`, unique
  std::string webhook;
  std::vector<std::pair<std::string, std::string>> headers;
  base::Duration timeout = base::seconds(10);
  bool send_resolved = true;
};
/// `notify:`, a list. `${...}` is left as it is: app fills it in. \errors kInvalid with places.
base::Result<std::vector<Receiver>> read_receivers(const yaml::Node& node);

/// Sends one HTTP POST of JSON; joined by app with a plugin process. It keeps the receiver's timeout itself, and may
/// wait up to kMostWait before the exchange begins. \errors kInvalid: the receiver refuses this message for good,
/// others it may take; kUnavailable: it was not asked, which is no fault of its; else: it fails.
using Post = std::function<void(const Receiver& to, const std::string& body, std::function<void(base::Status)> done)>;
inline constexpr base::Duration kMostWait = base::seconds(20);

/// What is told beside alerts.
struct Message {
  std::string kind;  ///< "escalation", "approval", "parked", "ended", "plugin"
  std::string key;   ///< deduplicates: told once per receiver
  std::string text;  ///< one or two sentences: what happened, what to do
  std::string run, runbook;
  std::optional<model::Alert> alert;
  std::string approval{};  ///< its id, when one is asked for or answered
  base::Time since{};      ///< when that was asked for; zero: now
  /// Nobody needs to do anything: told as resolved. Of an approval: answered, told to whom it was asked of.
  bool over = false;
  base::Uuid correlation{};
  /// What a run was about (its runbook and targets), so that a later one that ends well takes the news back.
  std::string about{};
};

/// What is on its way to somebody; with on_delivered it has arrived.
struct Delivery {
  std::string key;  ///< of ids and a hash, no foreign text; to be kept for restore()
  std::string receiver;
  std::string run;   ///< empty: of an alert
  std::string text;  ///< what a message said; empty: of an alert
  base::Uuid correlation{};
  model::Value standing{};  ///< news that the receiver shows until their end is told, for restore_standing(); else null
  std::string ends{};       ///< the key of such news, which this delivery took back
};

/// A message that is on its way, for who keeps what must outlive the engine.
struct OnItsWay {
  std::string key;  ///< as in Delivery
  std::vector<std::string> receivers;
  std::string kind, run;
  std::string question{};  ///< of a question: its approval
  base::Uuid correlation{};
  model::Value what{};  ///< for restore_owed(); with words
};

struct Ports {
  Post post;
  /// A delivery that succeeded (app appends `operator.told`).
  std::function<void(const Delivery&)> on_delivered;
  /// A receiver that keeps failing: for the log and `reeve status`.
  std::function<void(const std::string& receiver, const std::string& error, int attempts)> on_failing;
  /// A message (no alert) was taken up for these receivers; on_delivered or on_given_up follow for each.
  std::function<void(const OnItsWay&)> on_owed{};
  /// A receiver refused this again and again while it took others, or what it had to follow was given up.
  std::function<void(const Delivery&, const std::string& why)> on_given_up{};
  /// Is this episode still going on? Missing: it is.
  std::function<bool(const model::Alert&)> active{};
};

class Notifier {
 public:
  virtual ~Notifier() = default;
  virtual void use(std::vector<Receiver> receivers) = 0;
  /// Firing and resolved are told; pending is not. A resolved one only to receivers that were told it fired.
  virtual void on_alert(const model::AlertChange& change) = 0;
  /// A message that is told as firing is told as resolved when its alert ends, when its run (parked) or a later run
  /// about the same (`about`) ends, or after an hour: to whom it was told.
  virtual void tell(const Message& message) = 0;
  /// Keys of deliveries made before a restart, as on_delivered gave them; also those of older ledgers, with their text.
  virtual void restore(const std::vector<std::pair<std::string, std::string>>& key_and_receiver) = 0;
  /// News that stood before a restart, as on_delivered gave them, told at `at`. After restore(), and when it is known
  /// which alerts are active.
  virtual void restore_standing(const std::string& key, const model::Value& standing, base::Time at) = 0;
  /// What a message's on_owed gave before a restart, and one of its receivers does not know. After restore().
  /// \return false: nobody is told, since it answers what that receiver was never asked.
  virtual bool restore_owed(const std::string& receiver, const std::string& key, const model::Value& what) = 0;
  /// Stops retrying; what is not delivered stays untold and is told again after a restart (restore_owed, on_alert).
  virtual void stop() = 0;
  /// For status: {receiver, waiting, delivered, failing, last_error} each.
  virtual model::Value status() const = 0;
};

std::unique_ptr<Notifier> make_notifier(Ports ports, base::Loop& loop, base::Random& random, std::string external_url);

/// Alertmanager's webhook payload, version "4". Pure.
model::Value webhook_payload(const Receiver& receiver, const model::Alert& alert, const std::string& external_url);

}  // namespace reeve::alert
