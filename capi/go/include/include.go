// Package include is the folder of the C header. It has a Go file so that "go mod vendor" keeps the folder.
package include
