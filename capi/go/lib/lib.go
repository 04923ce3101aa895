// Package lib is the folder of the C library. It has a Go file so that "go mod vendor" keeps the folder.
package lib
