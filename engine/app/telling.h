/// \file
/// How does a notification become a call of the http plugin, and its answer a word about the receiver? Pure.
#pragma once

#include <string>

#include "alert/alert.h"
#include "base/base.h"
#include "plugin/plugin.h"

namespace reeve::app {

/// The hidden instances that deliver notifications, of the plugin `http`. Each receiver has one with lanes of its own,
/// so that one that is slow delays nobody else.
plugin::InstanceConfig notify_instance(size_t number_of_receiver);

/// One POST of JSON. The call may wait for a lane beyond the receiver's timeout, which is of the exchange alone.
plugin::Fleet::Call telling_call(const alert::Receiver& to, size_t number_of_receiver, const std::string& body,
                                 const std::string& version);

/// What the reply to such a call says. kInvalid: the receiver refuses this message for good; kUnavailable: it was not
/// asked, the engine's own plugin is not ready; else: what is wrong with the receiver. No address in it: it may be
/// secret.
base::Status answer_of(const plugin::Fleet::Call& call, const base::Result<plugin::InvokeReply>& reply);

}  // namespace reeve::app
