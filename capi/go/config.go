package mojoaudio

// #include <stdlib.h>
// #include <mojo_audio.h>
import "C"

import (
	"strconv"
	"strings"
	"unsafe"
)

// Version is the version of the linked C library, such as "0.1.0".
func Version() string {
	var parts [3]C.int32_t
	C.mojo_audio_version(&parts[0], &parts[1], &parts[2])
	var texts [3]string
	for i, part := range parts {
		texts[i] = strconv.Itoa(int(part))
	}
	return strings.Join(texts[:], ".")
}

// Preset returns the preset with the given name, one of [Presets]. It fails with [ErrInvalidInput] if no
// preset has that name.
func Preset(name string) (MelConfig, error) {
	text := cText(name)
	defer C.free(unsafe.Pointer(text))
	var o C.MojoMelOptions
	err := call(func() C.MojoAudioStatus {
		return C.mojo_mel_options_init(&o, C.sizeof_MojoMelOptions, text)
	})
	if err != nil {
		return MelConfig{}, err
	}
	return configOf(&o), nil
}

// preset returns a preset that is known to exist.
func preset(name string) MelConfig {
	config, err := Preset(name)
	if err != nil {
		// The linked library is not this package's.
		panic(err)
	}
	return config
}

// Set sets one option, by its name in every language ("n_mels"), to a value as text: a number, "true" or
// "false", the name of a choice such as "hann", or "none" to unset an optional one. It is for options from a
// command line or a file. After an error ([ErrInvalidInput]) the configuration is unchanged.
func (c *MelConfig) Set(name, value string) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	if err := set(&o, name, value); err != nil {
		return err
	}
	*c = configOf(&o)
	return nil
}

func set(o *C.MojoMelOptions, name, value string) error {
	cName, cValue := cText(name), cText(value)
	defer C.free(unsafe.Pointer(cName))
	defer C.free(unsafe.Pointer(cValue))
	return call(func() C.MojoAudioStatus { return C.mojo_mel_options_set(o, cName, cValue) })
}

// outOfRange is the library's error for an integer that is too large for the option.
func outOfRange(option string, value int) error {
	o := C.MojoMelOptions{size: C.sizeof_MojoMelOptions}
	return set(&o, option, strconv.Itoa(value))
}

// cText returns a C string that the caller frees. A zero byte would hide the rest of the text.
func cText(text string) *C.char {
	return C.CString(strings.ReplaceAll(text, "\x00", "\uFFFD"))
}

func choiceName(value int32, names ...string) string {
	if value < 0 || int(value) >= len(names) {
		return strconv.Itoa(int(value))
	}
	return names[value]
}
