module mojoaudio

go 1.24
