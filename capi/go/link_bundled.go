//go:build !mojo_audio_system

package mojoaudio

// #cgo CFLAGS: -I${SRCDIR}/include
// #cgo LDFLAGS: ${SRCDIR}/lib/libmojo_audio.a
// #cgo linux LDFLAGS: -lutil -lrt -lpthread -lm -ldl
// #cgo darwin LDFLAGS: -lm
import "C"

import (
	// The header and the library, which are kept in a vendor folder by these names only.
	_ "mojoaudio/include"
	_ "mojoaudio/lib"
)
