package mojoaudio

// #include <stdlib.h>
// #include <mojo_audio.h>
import "C"

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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

// FromJSON returns the options of a model, from the text of its configuration file. That is transformers'
// preprocessor_config.json, or a processor_config.json that has the settings under "feature_extractor"; the
// preprocessor section of NeMo's model_config.yaml, converted to JSON; or Kaldi's fbank.conf or mfcc.conf. The
// result equals the features of the class that the file names, for one signal with the class's defaults. The
// class's padding is PadTo and its truncation MaxLength: unset both to keep the length of every signal. Longer
// signals that the class splits, or takes a random part of, keep their length.
// It fails with [ErrInvalidInput] if the text is no such file, or for a class or a setting whose features the options
// can't describe; the text of the error names it.
func FromJSON(json string) (MelConfig, error) {
	text := cText(json)
	defer C.free(unsafe.Pointer(text))
	var o C.MojoMelOptions
	err := call(func() C.MojoAudioStatus {
		return C.mojo_mel_options_from_json(&o, C.sizeof_MojoMelOptions, text)
	})
	if err != nil {
		return MelConfig{}, err
	}
	return configOf(&o), nil
}

// FromFile is [FromJSON] for the file with that path, or, if it is the folder of a model, for the file there
// that has the settings.
func FromFile(path string) (MelConfig, error) {
	info, err := os.Stat(path)
	if err != nil {
		return MelConfig{}, err
	}
	if info.IsDir() {
		path, err = settingsIn(path)
		if err != nil {
			return MelConfig{}, err
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return MelConfig{}, err
	}
	config, err := FromJSON(string(text))
	var wrong *Error
	if errors.As(err, &wrong) && wrong.Field == "json" {
		// The caller passed no text.
		wrong.Field = path
		wrong.text = mustBe(path, wrong.Expected, wrong.Value)
	}
	return config, err
}

// settingsIn returns the file of a folder that transformers prefers: that of the processor, if it has the
// settings.
func settingsIn(folder string) (string, error) {
	preprocessor := filepath.Join(folder, "preprocessor_config.json")
	processor := filepath.Join(folder, "processor_config.json")
	text, err := os.ReadFile(processor)
	if errors.Is(err, fs.ErrNotExist) {
		return preprocessor, nil
	}
	if err != nil {
		return "", err
	}
	var settings map[string]json.RawMessage
	// A faulty file is the library's to reject.
	if json.Unmarshal(text, &settings) != nil {
		return processor, nil
	}
	for _, group := range []string{"feature_extractor", "audio_processor", "feature_extractor_type"} {
		if _, has := settings[group]; has {
			return processor, nil
		}
	}
	if _, err := os.Stat(preprocessor); err != nil {
		return processor, nil
	}
	return preprocessor, nil
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
	if err := set(call, &o, name, value); err != nil {
		return err
	}
	*c = configOf(&o)
	return nil
}

// Get returns the value of an option, by its name in every language, as text: in the form that [MelConfig.Set] reads.
// It fails with [ErrInvalidInput] if no option has that name.
func (c *MelConfig) Get(name string) (string, error) {
	o, err := c.options()
	if err != nil {
		return "", err
	}
	cName := cText(name)
	defer C.free(unsafe.Pointer(cName))
	// Numbers of 1e300 are written out.
	text := make([]byte, 32)
	for {
		var length C.size_t
		err := call(func() C.MojoAudioStatus {
			return C.mojo_mel_options_get(&o, cName, (*C.char)(unsafe.Pointer(&text[0])), C.size_t(len(text)), &length)
		})
		if err == nil {
			return string(text[:length]), nil
		}
		if !errors.Is(err, ErrBufferSize) {
			return "", err
		}
		text = make([]byte, length+1)
	}
}

func set(call func(func() C.MojoAudioStatus) error, o *C.MojoMelOptions, name, value string) error {
	cName, cValue := cText(name), cText(value)
	defer C.free(unsafe.Pointer(cName))
	defer C.free(unsafe.Pointer(cValue))
	return call(func() C.MojoAudioStatus { return C.mojo_mel_options_set(o, cName, cValue) })
}

// outOfRange is the library's error for an integer that is too large for the option.
func outOfRange(option string, value int) error {
	o := C.MojoMelOptions{size: C.sizeof_MojoMelOptions}
	return set(callWithConfig, &o, option, strconv.Itoa(value))
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
