//go:build !cgo

package mojoaudio

// Without cgo none of the other files is compiled, and programs would be told of undefined names only.
var _ = mojoaudio_needs_cgo_so_set_CGO_ENABLED_to_1_and_install_a_C_compiler
