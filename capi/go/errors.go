package mojoaudio

// #include <mojo_audio.h>
import "C"

import (
	"errors"
	"runtime"
)

// Errors of this package wrap one of these, for [errors.Is]. Their text says which argument, option or
// sample is wrong, what it is and what is allowed.
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

type failure struct {
	kind error
	text string
}

func (f *failure) Error() string { return "mojoaudio: " + f.text }

func (f *failure) Unwrap() error { return f.kind }

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
	return &failure{kind, C.GoString(C.mojo_audio_last_error())}
}
