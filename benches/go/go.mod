module call

go 1.24

require mojoaudio v0.0.0

replace mojoaudio => ../../capi/go
