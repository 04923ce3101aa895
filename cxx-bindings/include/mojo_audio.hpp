/// @file
/// Mel spectrograms equal to those of the libraries that speech models are trained with. C++17 and later.

/// @mainpage mojo-audio for C++
///
/// MelConfig has every option, MelExtractor is the checked plan of a MelConfig, MelStream is one live signal,
/// and MelSpectrogram is the result. The default is Whisper's log-mel.
///
/// @code
/// #include <mojo_audio.hpp>
///
/// const mojo_audio::MelExtractor extractor(mojo_audio::MelConfig::whisper());  // once, for all threads
/// const std::vector<float> samples(480000);                    // 30 s at 16 kHz, mono; full scale is 1
/// const auto mel = extractor.compute(samples);                 // as often as you like
/// // mel.n_mels() is 80, mel.n_frames() is 3000
/// @endcode
///
/// Errors are thrown as Error, whose text says which option, argument or sample is wrong. Functions that start
/// with `try_` return a Result instead, and throw only `std::bad_alloc`. `noexcept` functions and destructors
/// throw nothing.

/// @namespace mojo_audio
/// Everything that a program calls.

#ifndef MOJO_AUDIO_HPP
#define MOJO_AUDIO_HPP

#include <mojo_audio/config.hpp>
#include <mojo_audio/error.hpp>
#include <mojo_audio/extractor.hpp>
#include <mojo_audio/frames.hpp>
#include <mojo_audio/span.hpp>
#include <mojo_audio/spectrogram.hpp>
#include <mojo_audio/stream.hpp>

#endif
