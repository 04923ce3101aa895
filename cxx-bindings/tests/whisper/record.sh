#!/bin/sh
# Writes expected.txt, from a folder with the source of whisper.cpp: the crate whisper-rs-sys 0.15.0 has it, too.
#
#     sh cxx-bindings/tests/whisper/record.sh WHISPER_CPP
#
# Python needs librosa, whose filters are those in whisper.cpp's models. Nothing else of whisper.cpp is compiled: what
# computes the features calls none of it.
set -eu
source=$(realpath "$1")
cd "$(dirname "$0")"
folder=$(mktemp -d)
"${PYTHON:-python3}" -c "import librosa, sys
librosa.filters.mel(sr=16000, n_fft=400, n_mels=80).astype('<f4').tofile(sys.argv[1])" "$folder/filters"
version=$(sed -n 's/^project("whisper.cpp" VERSION \(.*\))/\1/p' "$source/CMakeLists.txt")
"${CXX:-c++}" -std=c++17 -O1 -w -ffunction-sections -fdata-sections "-DWHISPER_VERSION=\"$version\"" \
    -I "$source/src" -I "$source/include" -I "$source/ggml/include" record.cc -Wl,--gc-sections -lpthread \
    -o "$folder/record"
"$folder/record" "$folder/filters" ../../../examples/data/speech.wav > expected.txt
rm -r "$folder"
