/// \file
/// What are the plain values that the stages hand to each other? The front door of model: no behaviour, no I/O.
#pragma once

#include "model/action.h"
#include "model/alert.h"
#include "model/decision.h"
#include "model/entry.h"
#include "model/event.h"
#include "model/json.h"
#include "model/labels.h"
#include "model/msgpack.h"
#include "model/run.h"
#include "model/sample.h"
#include "model/value.h"
