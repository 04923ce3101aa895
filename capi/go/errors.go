package mojoaudio

// #include <mojo_audio.h>
// static MojoAudioStatus spell_as_go(void) { return mojo_audio_spell_errors("go"); }
// static MojoAudioStatus spell_as_c(void) { return mojo_audio_spell_errors("c"); }
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
)

// Errors of this package are of the type [Error] and wrap one of these, for [errors.Is]; those of a context or a
// reader wrap its error. Their text says which argument, option or sample is wrong, what it is and what is allowed.
var (
	// ErrInvalidInput is an argument, an option or a sample that is not allowed: an option out of
	// range, no samples, a sample that is not a finite number, a call out of order.
	ErrInvalidInput = errors.New("mojoaudio: invalid input")

	// ErrAllocation is a failed allocation.
	ErrAllocation = errors.New("mojoaudio: out of memory")

	// ErrProcessing is a failure of the library itself. That is a bug: please report it with its text.
	ErrProcessing = errors.New("mojoaudio: processing failed")

	// ErrBufferSize is an output slice that is too short, or a table of the wrong length.
	ErrBufferSize = errors.New("mojoaudio: wrong buffer size")

	// ErrClosed is the use of an object after its Close.
	ErrClosed = errors.New("mojoaudio: closed")
)

// Error is an error of this package, for [errors.As]. It wraps ErrInvalidInput or another of those above, or the error
// of a context or a reader.
type Error struct {
	// Code is its kind.
	Code ErrorCode

	// Field names the option, argument or buffer that is wrong: "HopLength", or what the caller named in text, such as
	// "hop_length" for [MelConfig.Set]. It is "option" or "preset" for an unknown name, and empty if the error is about
	// none of them.
	Field string

	// Value is what was given, as text: the option's value, the unknown name, the sample, the length of the slice, or
	// the bytes that could not be allocated. It is empty if the error has none.
	Value string

	// Expected is what is allowed, as text: the option's values ("at least 1"), the length that the slice must have,
	// or for a sample the largest magnitude that is always accepted. It is empty if the error has none.
	Expected string

	// Known has the names to choose from, if the error is about a name that is none of them: of options, of presets,
	// or of an option's choices.
	Known []string

	// Closest is the name in Known that is most like Value, if any is much like it: "whisper" for "wisper".
	Closest string

	// Index is the place of the wrong sample in the input (in a stream: since its start), from 0; -1 if the error is
	// not about a sample.
	Index int

	// Clip is the place of the clip in a batch, from 0; -1 if the error is not about one clip of a batch.
	Clip int

	kind error
	text string
}

// Error is the text, which says what is wrong and what is allowed.
func (e *Error) Error() string { return "mojoaudio: " + e.text }

// Unwrap returns ErrInvalidInput or another of this package's variables, or the error of a context or a reader.
func (e *Error) Unwrap() error { return e.kind }

// refused is an error that this package finds.
func refused(kind error, code ErrorCode, field, text string) *Error {
	return &Error{Code: code, Field: field, Index: -1, Clip: -1, kind: kind, text: text}
}

// refusedNumber is the error for a number that is not allowed.
func refusedNumber(kind error, code ErrorCode, field string, value int, expected string) *Error {
	e := refused(kind, code, field, mustBe(field, expected, strconv.Itoa(value)))
	e.Value, e.Expected = strconv.Itoa(value), expected
	return e
}

// mustBe is the text for a value that is not allowed.
func mustBe(field, expected, value string) string {
	return fmt.Sprintf("%s must be %s, got %s", field, expected, value)
}

// aborted is the error of a call that its context stopped. It wraps the context's cause.
func aborted(ctx context.Context, text string) error {
	cause := context.Cause(ctx)
	return refused(cause, CodeAborted, "", text+": "+cause.Error())
}

// callWithConfig is call for functions that take a MelConfig, so that an error names its fields.
func callWithConfig(function func() C.MojoAudioStatus) error {
	return call(func() C.MojoAudioStatus {
		// The choice is the thread's, which may run C code of others later.
		C.spell_as_go()
		defer C.spell_as_c()
		return function()
	})
}

// call runs a function of the library. The text of an error belongs to the thread, so it is fetched on the
// same one.
func call(function func() C.MojoAudioStatus) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	status := function()
	if status == C.MOJO_AUDIO_SUCCESS {
		return nil
	}
	kind := ErrProcessing
	switch status {
	case C.MOJO_AUDIO_ERROR_INVALID_INPUT:
		kind = ErrInvalidInput
	case C.MOJO_AUDIO_ERROR_ALLOCATION:
		kind = ErrAllocation
	case C.MOJO_AUDIO_ERROR_BUFFER_SIZE:
		kind = ErrBufferSize
	}
	var known []string
	for i := range C.mojo_audio_last_error_known_count() {
		known = append(known, C.GoString(C.mojo_audio_last_error_known(i)))
	}
	return &Error{
		Code:     ErrorCode(C.mojo_audio_last_error_code()),
		Field:    C.GoString(C.mojo_audio_last_error_field()),
		Value:    C.GoString(C.mojo_audio_last_error_value()),
		Expected: C.GoString(C.mojo_audio_last_error_expected()),
		Known:    known,
		Closest:  C.GoString(C.mojo_audio_last_error_closest()),
		Index:    int(C.mojo_audio_last_error_index()),
		Clip:     int(C.mojo_audio_last_error_clip()),
		kind:     kind,
		text:     C.GoString(C.mojo_audio_last_error()),
	}
}
