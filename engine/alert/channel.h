/// \file
/// How does one receiver get its parcels? An attempt knows its deadline; the channel knows when to try again.
#pragma once

#include <functional>
#include <memory>

#include "alert/alert.h"
#include "alert/outbox.h"

namespace reeve::alert {

class Channel;
class Attempt;

/// What all channels of a notifier share. Outlives every callback: an answer may come after its channel has gone.
struct Exchange {
  Post post;
  std::function<void(const Delivery&)> on_delivered;
  std::function<void(const std::string& receiver, const std::string& error, int attempts)> on_failing;
  std::function<void(const Delivery&, const std::string& why)> on_given_up;
  base::Loop& loop;
  base::Random& random;
  base::Live<Attempt> attempts;
  base::Live<Channel> channels;  ///< goes first: a channel ends its attempts
};

/// One POST on its way. Core thread.
class Attempt {
 public:
  Attempt(Exchange& exchange, base::Handle channel, Parcel parcel)
      : exchange_(exchange), channel_(channel), parcel_(std::move(parcel)) {}

  void start(base::Handle self, const Receiver& receiver);
  void on_done(base::Status status);
  void on_late();
  base::Handle channel() const { return channel_; }
  void cancel();

 private:
  void settle(const base::Status& status);

  Exchange& exchange_;
  base::Handle channel_, self_;
  Parcel parcel_;
  base::Loop::Id deadline_ = 0;
};

/// Everything that is still to be told to one receiver. Core thread.
class Channel {
 public:
  Channel(Exchange& exchange, Receiver receiver) : exchange_(exchange), receiver_(std::move(receiver)) {}
  ~Channel() { stop(); }

  void set_self(base::Handle self) { self_ = self; }
  const Receiver& receiver() const { return receiver_; }
  void use(Receiver receiver) { receiver_ = std::move(receiver); }

  void add(Parcel parcel);
  bool has(const std::string& key) const { return outbox_.has(key); }
  void on_settled(Parcel parcel, const base::Status& status);
  /// Nothing is sent any more; answers on their way are dropped.
  void stop();
  model::Value status() const;

 private:
  void on_failed(Parcel parcel, const base::Error& error);
  void on_refused(Parcel parcel, const std::string& why);
  Delivery delivery_of(const Parcel& parcel) const;
  void on_turn();
  void on_timer();
  void look_again();
  double chance();

  Exchange& exchange_;
  Receiver receiver_;
  base::Handle self_;
  Outbox outbox_;
  base::Loop::Id timer_ = 0;
  bool turn_posted_ = false, stopped_ = false;
  uint64_t delivered_ = 0;
  std::string last_error_;
};

}  // namespace reeve::alert
