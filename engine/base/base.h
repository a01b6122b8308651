/// \file
/// What does every other module stand on? The front door of base: results, time, ports, logging, hashing.
#pragma once

#include "base/assert.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/live.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
