// Functions of translation units that are compiled for other standards than the program's.

#ifndef UNITS_HPP
#define UNITS_HPP

#include <mojo_audio.hpp>
#include <mojo_audio.hpp>

struct Unit {
  long standard;
  mojo_audio::MelSpectrogram (*compute)(const mojo_audio::MelExtractor&, const float*, std::size_t);
  mojo_audio::ErrorCode (*try_code)(const mojo_audio::MelExtractor&);
};

Unit unit_17();
Unit unit_20();
Unit unit_23();

#endif
