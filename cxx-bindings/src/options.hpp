// Converts a configuration for the bridge and back.

#ifndef MOJO_AUDIO_SRC_OPTIONS_HPP
#define MOJO_AUDIO_SRC_OPTIONS_HPP

#include <mojo_audio/config.hpp>

#include "mojo-audio-cxx/src/options.rs.h"

namespace mojo_audio::bridge {

Options from_config(const MelConfig& config) noexcept;
MelConfig to_config(const Options& options) noexcept;

}  // namespace mojo_audio::bridge

#endif
